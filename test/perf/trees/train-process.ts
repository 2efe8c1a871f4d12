// Trains the boosted trees of one job in a process of its own: `node train-process.ts JOB.json`, answer on the last line.
import { readFileSync, writeFileSync } from 'node:fs';
import { createTreeScorer } from '../../../main/compute/trees/predict.ts';
import { trainTrees } from '../../../main/compute/trees/train.ts';
import type { TrainingJob } from './training-job.ts';

const job = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as TrainingJob;

function floats(path: string): Float32Array {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return new Float32Array(buffer, byteOffset, byteLength / 4);
}

const values = floats(job.trainColumns);
const columns = Array.from({ length: job.width }, (_, c) => values.subarray(c * job.rows, (c + 1) * job.rows));
const targetBytes = readFileSync(job.target);
const started = performance.now();
const { model } = await trainTrees({
  columns,
  features: job.categories.map((count) => ({ categories: count ?? undefined })),
  task: job.task,
  classes: job.classes,
  targets: new Float64Array(targetBytes.buffer, targetBytes.byteOffset, job.rows),
  params: job.params,
  threads: job.threads,
});
const seconds = (performance.now() - started) / 1000;
const peakBytes = Number(/^VmHWM:\s+(\d+) kB/m.exec(processStatus())?.[1] ?? 0) * 1024;
const scores = createTreeScorer(model).score(floats(job.testColumns), job.testRows);
// The probability of the second class alone, as the peer writes it.
writeFileSync(job.out, job.task === 'binary' ? scores.filter((_, i) => i % 2 === 1) : scores);
process.stdout.write(`${JSON.stringify({ seconds, peakBytes })}\n`);

/** Empty where the kernel has no such file. */
function processStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return '';
  }
}
