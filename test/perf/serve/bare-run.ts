// Thread of the serve benchmark: times `session.run` alone.
import { parentPort, workerData } from 'node:worker_threads';
import { Tensor } from 'onnxruntime-node';
import { openSession } from '../../../main/compute/onnx/session.ts';

const { path, width, runs, row } = workerData as { path: string; width: number; runs: number; row: number[] };
const session = await openSession(path, { threads: 1 });
const latenciesMs = new Float64Array(runs);
for (let i = -runs / 10; i < runs; i++) {
  const feeds = { x: new Tensor('float32', Float32Array.from(row), [1, width]) };
  const started = performance.now();
  await session.run(feeds);
  if (i >= 0) latenciesMs[i] = performance.now() - started;
}
parentPort?.postMessage(latenciesMs);
