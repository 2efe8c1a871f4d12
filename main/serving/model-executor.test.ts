import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AppError } from '../../shared/errors/app-error.ts';
import { readDeviceUses } from '../compute/devices/device-lease.ts';
import { createGraphBuilder } from '../compute/onnx/graph-builder.ts';
import { Batcher } from './batcher.ts';
import { ModelExecutor } from './model-executor.ts';
import type { Tensor } from './tensor.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

let dir: string;
let path: string;
const workers: Worker[] = [];
let executor: ModelExecutor;
let batcher: Batcher;

/** y = x times a factor, after some milliseconds of work. */
function timesModel(factor: number): Uint8Array {
  const graph = createGraphBuilder('times');
  const x = graph.input('x', 'FP32', ['N', 1]);
  let matrix = graph.initializer('FP32', new Float32Array(400 * 400).fill(1e-3), [400, 400]);
  const zero = graph.node('Mul', [graph.node('ReduceSum', [x]), graph.float(0)]);
  matrix = graph.node('Add', [matrix, zero]);
  for (let i = 0; i < 8; i++) matrix = graph.node('MatMul', [matrix, matrix]);
  const nothing = graph.node('Mul', [graph.node('ReduceSum', [matrix]), graph.float(0)]);
  const sum = graph.node('Add', [graph.node('Mul', [x, graph.float(factor)]), nothing]);
  graph.output('y', graph.node('Reshape', [sum, graph.int64([-1, 1])]), 'FP32', ['N', 1]);
  return graph.toBytes();
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-executor-'));
  path = join(dir, 'model.onnx');
  await writeFile(path, timesModel(2));
  workers.length = 0;
  executor = new ModelExecutor(
    { path, label: 'model times', threads: 1, device: 'cpu', maxBatchRows: 1, warmup: [] },
    { state: () => batcher?.setPaused(executor.state !== 'ready'), log: () => undefined },
    (start) => {
      const worker = new Worker(new URL('./model-worker.ts', import.meta.url), { workerData: start });
      workers.push(worker);
      return worker;
    },
  );
  const limits = { maxBatchRows: 8, maxQueueRows: 1_000, queueTimeoutMs: 60_000, objectiveMs: null };
  batcher = new Batcher(executor, limits, { queued: () => undefined, ran: () => undefined }, true);
  await executor.open();
  batcher.setPaused(false);
});

afterEach(async () => {
  batcher.close(new AppError('serve.not-ready', 'test over'));
  await executor.close();
  await removeFolder(dir);
});

const infer = (value: number) => {
  const input: Tensor = { name: 'x', datatype: 'FP32', shape: [1, 1], data: Float32Array.of(value) };
  return batcher.submit({ inputs: [input], outputs: ['y'], parameterKey: '', rows: 1 });
};

it('gives every request its own rows over a worker killed in the middle of batches', async () => {
  const answers = Promise.all(Array.from({ length: 60 }, (_, i) => infer(i)));
  await infer(1);
  await workers[0]?.terminate();
  const values = (await answers).map(([output]) => output?.data[0]);
  expect(values).toEqual(Array.from({ length: 60 }, (_, i) => 2 * i));
  expect(workers.length).toBe(2);
});

it('does not serve a file that was replaced meanwhile under the old version', async () => {
  expect((await infer(3))[0]?.data).toEqual(Float32Array.of(6));
  await writeFile(path, timesModel(5));
  expect((await infer(3))[0]?.data).toEqual(Float32Array.of(6));
  await workers[0]?.terminate();
  await expect.poll(() => executor.state).toBe('failed');
});

it('does not start again with a file that is no model any more', async () => {
  await writeFile(path, 'rubbish');
  await workers[0]?.terminate();
  await expect.poll(() => executor.state).toBe('failed');
});

it('lets the runs it has end before it closes', async () => {
  const answers = Promise.allSettled(Array.from({ length: 20 }, (_, i) => infer(i)));
  await new Promise((resolve) => setTimeout(resolve, 5));
  await executor.close();
  batcher.close(new AppError('serve.not-ready', 'test over'));
  for (const [i, answer] of (await answers).entries()) {
    if (answer.status === 'fulfilled') expect(answer.value[0]?.data).toEqual(Float32Array.of(2 * i));
    else expect(answer.reason).toMatchObject({ code: 'serve.not-ready' });
  }
});

it('ends a worker that still loads only after its load, and starts none once closed', async () => {
  const warmup = [{ rows: 1, count: 200, dims: {}, required: true }];
  const states: string[] = [];
  const loading = new ModelExecutor(
    { path, label: 'model times', threads: 1, device: 'cpu', maxBatchRows: 1, warmup },
    { state: (state) => states.push(state), log: () => undefined },
  );
  const opened = loading.open();
  await loading.close();
  expect((await opened).inputs).toHaveLength(1);
  expect(states).toEqual(['closed']);
  await expect(loading.open()).rejects.toMatchObject({ code: 'serve.not-ready' });
});

it('gives back what its worker held of a device, however that ends', async () => {
  vi.stubEnv('SLIPWAY_DEVICES_DIR', join(dir, 'devices'));
  const source = `
    import(${JSON.stringify(import.meta.resolve('../compute/devices/device-lease.ts'))}).then(({ openDeviceLease }) => {
      const { parentPort } = require('node:worker_threads');
      openDeviceLease({ role: 'serving', what: 'a model', provider: 'cuda', bytes: 1 });
      const ran = { provider: 'cuda', why: '' };
      parentPort.on('message', () => {}).postMessage({ type: 'ready', inputs: [], outputs: [], sha256: '', ran });
    });`;
  const started: Worker[] = [];
  const onDevice = new ModelExecutor(
    { path, label: 'model times', threads: 1, device: 'gpu', maxBatchRows: 1, warmup: [] },
    { state: () => undefined, log: () => undefined },
    () => {
      const worker = new Worker(source, { eval: true });
      started.push(worker);
      return worker;
    },
  );
  try {
    await onDevice.open();
    expect(readDeviceUses()).toHaveLength(1);
    await started[0]?.terminate();
    await expect.poll(() => [onDevice.state, started.length]).toEqual(['ready', 2]);
    expect(readDeviceUses()).toHaveLength(1);
    await onDevice.close();
    expect(readDeviceUses()).toEqual([]);
  } finally {
    await onDevice.close();
    vi.unstubAllEnvs();
  }
});
