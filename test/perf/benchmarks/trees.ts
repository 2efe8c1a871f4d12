import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Benchmark } from '../benchmark.ts';
import { median } from '../median.ts';
import { runPeer } from '../peers/run-peer.ts';
import { dataSetNames, readDataSets, syntheticRows } from '../trees/data-sets.ts';
import { aucGap, type Compared, lossRatio } from '../trees/quality.ts';
import { type DataSet, defaultParams, type TrainingJob, writeJob } from '../trees/training-job.ts';

const rounds = 5;
const seeds = [1, 2, 3];
const keys = ['vsLightgbm1Thread', 'vsLightgbm2Threads', 'memoryVsLightgbm', 'aucGapWorst'];
const answerSchema = z.object({ seconds: z.number(), peakBytes: z.number() });
type Answer = z.infer<typeof answerSchema>;

const trainProcess = fileURLToPath(new URL('../trees/train-process.ts', import.meta.url));

async function runJob(folder: string, job: TrainingJob, side: 'ours' | 'theirs', log: (text: string) => void) {
  const path = join(folder, 'job.json');
  writeFileSync(path, JSON.stringify(job));
  if (side === 'theirs') {
    const answer = await runPeer('lightgbm_trees.py', [path], log);
    return answer === undefined ? undefined : answerSchema.parse(answer);
  }
  const { stdout } = await promisify(execFile)(process.execPath, [trainProcess, path]);
  return answerSchema.parse(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''));
}

function predictions(path: string): Float32Array {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

/** Trains with both; undefined without the peer. */
async function compare(
  folder: string,
  data: DataSet,
  log: (text: string) => void,
): Promise<{ compared: Compared; ours: Answer; theirs: Answer } | undefined> {
  const job: TrainingJob = { ...writeJob(folder, data), threads: 2, params: defaultParams, out: join(folder, 'ours') };
  // Only the quality counts here, and two threads of LightGBM wait for each other without end on a busy machine.
  const theirJob = { ...job, threads: 1, out: join(folder, 'theirs') };
  const theirs = await runJob(folder, theirJob, 'theirs', log);
  const ours = await runJob(folder, job, 'ours', log);
  if (ours === undefined || theirs === undefined) return undefined;
  const { task, classes } = data;
  const scores = { ours: predictions(job.out), theirs: predictions(theirJob.out) };
  return { compared: { task, classes, target: data.test.target, ...scores }, ours, theirs };
}

/** Time and memory on 500,000 × 28, each run in a process of its own, the two sides in turn. */
async function speed(folder: string, log: (text: string) => void): Promise<Record<string, number> | undefined> {
  const data = syntheticRows(500_000, 20_000);
  const written = writeJob(folder, data);
  const figures: Record<string, number> = {};
  for (const threads of [1, 2]) {
    const times: number[] = [];
    const memory: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const job: TrainingJob = { ...written, threads, params: defaultParams, out: join(folder, 'out') };
      const theirs = await runJob(folder, job, 'theirs', log);
      if (theirs === undefined) return undefined;
      const ours = await runJob(folder, job, 'ours', log);
      if (ours === undefined) return undefined;
      log(
        `${threads} thread(s): ours ${ours.seconds.toFixed(2)} s, ${Math.round(ours.peakBytes / 2 ** 20)} MiB; ` +
          `LightGBM ${theirs.seconds.toFixed(2)} s, ${Math.round(theirs.peakBytes / 2 ** 20)} MiB`,
      );
      times.push(ours.seconds / theirs.seconds);
      if (theirs.peakBytes > 0) memory.push(ours.peakBytes / theirs.peakBytes);
    }
    figures[threads === 1 ? 'vsLightgbm1Thread' : 'vsLightgbm2Threads'] = median(times);
    // More threads need more histograms on our side.
    if (memory.length > 0) figures['memoryVsLightgbm'] = Math.max(figures['memoryVsLightgbm'] ?? 0, median(memory));
  }
  return figures;
}

function missing(figures: Readonly<Record<string, number>>): string[] {
  return keys.filter((key) => figures[key] === undefined);
}

/**
 * Boosted trees against LightGBM with equal parameters: time and memory on 500,000 × 28, and the quality of predictions
 * on five data sets over three seeds. Beside the keys with goals: `logLossRatioWorst` over the multiclass data sets and
 * `rmseRatio` of the regression.
 */
export const trees: Benchmark = {
  parts: ['speed', ...dataSetNames],
  async measure(log, parts) {
    const isAsked = (part: string) => parts === undefined || parts.includes(part);
    const folder = mkdtempSync(join(tmpdir(), 'slipway-trees-bench-'));
    try {
      const figures = isAsked('speed') ? await speed(folder, log) : {};
      if (figures === undefined) return { figures: {}, skipped: keys };
      for (const name of dataSetNames.filter(isAsked)) {
        const results: Compared[] = [];
        for (const data of await readDataSets(name, seeds)) {
          const result = await compare(folder, data, log);
          if (result === undefined) return { figures, skipped: missing(figures) };
          results.push(result.compared);
        }
        const ratio = lossRatio(results);
        const task = results[0]?.task;
        if (task === 'regression') {
          figures['rmseRatio'] = ratio;
          log(`${name}: RMSE ratio ${ratio.toFixed(4)}`);
          continue;
        }
        const { ours, theirs, gap } = aucGap(results);
        log(
          `${name}: ROC AUC ${ours.toFixed(5)}, LightGBM ${theirs.toFixed(5)}, gap ${gap.toFixed(2)}; ` +
            `log loss ratio ${ratio.toFixed(4)}`,
        );
        figures['aucGapWorst'] = Math.max(figures['aucGapWorst'] ?? 0, gap);
        if (task === 'multiclass') figures['logLossRatioWorst'] = Math.max(figures['logLossRatioWorst'] ?? 0, ratio);
      }
      return { figures, skipped: missing(figures) };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
