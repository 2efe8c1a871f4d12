import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../shared/errors/app-error.ts';
import type { ModelManifest, PythonEstimator } from '../../shared/model/signature.ts';
import { pickledObject } from '../../test/support/pickled-object.ts';
import { pythonWith } from '../../test/support/python-with.ts';
import { attribute, createGraphBuilder } from '../compute/onnx/graph-builder.ts';
import { estimatorTrust, trustEstimator } from '../compute/python/estimator-trust.ts';
import { openModel } from '../compute/scoring/open-model.ts';
import { Batcher } from './batcher.ts';
import { ModelExecutor } from './model-executor.ts';
import { artifactModelSource, modelSourcesAt } from './model-source.ts';
import type { Tensor } from './tensor.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

const python = pythonWith('json');
if (python === undefined) process.stderr.write('SKIPPED: no Python 3, so models that it runs are not tested.\n');

let dir: string;
let manifest: ModelManifest & { python: PythonEstimator };
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-python-model-'));
  vi.stubEnv('SLIPWAY_TRUST_DIR', join(dir, 'trust'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await removeFolder(dir);
});

/** A model of one column x whose feature is 2 x, in `dir`. */
async function write(methods: Record<string, string>, task: 'regression' | 'binary' = 'regression'): Promise<void> {
  const builder = createGraphBuilder('features');
  const x = builder.node('Cast', [builder.input('x', 'FP64', ['N', 1])], { to: attribute.int(1) });
  builder.output('features', builder.node('Mul', [x, builder.float(2)]), 'FP32', ['N', 1]);
  const bytes = pickledObject(python ?? '', methods);
  manifest = {
    task,
    label: { column: 'y', type: task === 'binary' ? 'string' : 'float64' },
    classes: task === 'binary' ? ['no', 'yes'] : [],
    inputs: [{ name: 'x', type: 'float64' }],
    features: [{ name: 'x', width: 1, sources: ['x'] }],
    trainer: { kind: 'train.python', params: {} },
    training: { rows: 1, table: '0', curve: { metric: 'logLoss', train: [], valid: [] } },
    importance: [],
    example: { x: 1 },
    choices: {},
    python: {
      sha256: createHash('sha256').update(bytes).digest('hex'),
      type: 'test.Estimator',
      interpreter: python ?? '',
      environment: 'another',
      version: '3',
      memoryMb: 1024,
      why: 'It is a test.',
    },
  };
  await writeFile(join(dir, 'matrix.onnx'), builder.toBytes());
  await writeFile(join(dir, 'estimator.pkl'), bytes);
  await writeFile(join(dir, 'model.json'), JSON.stringify(manifest));
}

const path = (file: string) => join(dir, file);
const open = () => openModel({ manifest, path }, { threads: 1, label: 'the model' });

describe.skipIf(python === undefined)('a model that Python runs', () => {
  it('is not loaded before somebody says so, and then only as it was', async () => {
    const marker = join(dir, 'ran');
    await write({ predict: '[0.0]', code_: `open(${JSON.stringify(marker)}, "w")` });
    await expect(open()).rejects.toMatchObject({ code: 'trust.required', details: { type: 'test.Estimator' } });
    expect(existsSync(marker)).toBe(false);
    expect(estimatorTrust(manifest.python)).toBeUndefined();
    expect(trustEstimator(manifest.python, 'consented')).toMatchObject({ how: 'consented' });
    expect(trustEstimator(manifest.python, 'trained')).toMatchObject({ how: 'consented' });
    await writeFile(path('estimator.pkl'), 'something else');
    await expect(open()).rejects.toMatchObject({ code: 'artifact.corrupt' });
    // Consent is to one program, too.
    manifest = { ...manifest, python: { ...manifest.python, interpreter: '/tmp/other' } };
    await expect(open()).rejects.toMatchObject({ code: 'trust.required' });
    expect(existsSync(marker)).toBe(false);
  });

  it('computes its features, scores and labels, and says that packages changed', async () => {
    await write({ predict_proba: '[[1 - row[0] / 20, row[0] / 20] for row in X]' }, 'binary');
    trustEstimator(manifest.python, 'trained');
    const lines: string[] = [];
    const log = (_level: string, text: string) => lines.push(text);
    const model = await openModel({ manifest, path }, { threads: 1, label: 'the model', log });
    try {
      const { Tensor: OrtTensor } = await import('onnxruntime-node');
      const feeds = { x: new OrtTensor('float64', Float64Array.of(2, 8), [2, 1]) };
      const { probabilities, label } = await model.run(feeds);
      expect(Array.from(probabilities?.data as Float32Array, (value) => Number(value.toFixed(6)))).toEqual([
        0.8, 0.2, 0.2, 0.8,
      ]);
      expect(label?.data).toEqual(['no', 'yes']);
      expect(Object.keys(await model.run(feeds, ['label']))).toEqual(['label']);
      expect(lines.join()).toContain('are not those of the training');
    } finally {
      await model.release();
    }
  });

  it('is found by its folder, and not in a folder of models', async () => {
    await write({ predict: '[0.0]' });
    const [source] = await modelSourcesAt(dir);
    expect(source).toMatchObject({ modelPath: path('estimator.pkl'), manifest: { python: manifest.python } });
    const named = await artifactModelSource({ name: 'm', version: '1', digest: 'd', dir });
    expect(named.modelPath).toBe(path('estimator.pkl'));
    const version = join(dir, 'models', 'm', '1');
    await mkdir(version, { recursive: true });
    await writeFile(join(version, 'model.onnx'), 'anything');
    await writeFile(join(version, 'model.json'), JSON.stringify(manifest));
    await expect(modelSourcesAt(join(dir, 'models'))).rejects.toMatchObject({
      code: 'model.invalid',
      message: expect.stringContaining('needs a model in ONNX') as string,
    });
  });
});

describe.skipIf(python === undefined || process.platform === 'win32')('its worker', () => {
  const states: string[] = [];
  let executor: ModelExecutor;
  let batcher: Batcher;
  beforeEach(async () => {
    const ends = '__import__("os").kill(__import__("os").getpid(), 9)';
    // 2 x is 14 in every batch that kills it, and 18 in those that do once.
    const once = JSON.stringify(join(dir, 'once'));
    const dies = `(${ends} if 14 in [row[0] for row in X] or (18 in [row[0] for row in X] and not __import__("os").path.exists(${once}) and [open(${once}, "w").close()]) else None)`;
    await write({ predict: `${dies} or [float(row[0] + 1) for row in X]` });
    trustEstimator(manifest.python, 'trained');
    states.length = 0;
    await rm(join(dir, 'once'), { force: true });
    const start = { kind: 'python' as const, manifest, path: path('estimator.pkl'), label: 'model test', threads: 1 };
    executor = new ModelExecutor(
      { ...start, device: 'auto', maxBatchRows: 8, warmup: [] },
      {
        state: (state) => {
          states.push(state);
          batcher.setPaused(state !== 'ready');
        },
        log: () => undefined,
      },
    );
    const limits = { maxBatchRows: 8, maxQueueRows: 1000, queueTimeoutMs: 60_000, objectiveMs: null };
    batcher = new Batcher(executor, limits, { queued: () => undefined, ran: () => undefined }, true);
    await executor.open();
  });
  afterEach(async () => {
    batcher.close(new AppError('serve.not-ready', 'test over'));
    await executor.close();
  });

  const ask = async (x: number) => {
    const input: Tensor = { name: 'x', datatype: 'FP64', shape: [1, 1], data: Float64Array.of(x) };
    const [output] = await batcher.submit({ inputs: [input], outputs: ['prediction'], parameterKey: '', rows: 1 });
    return output?.data[0];
  };

  it('answers every request with its own row over a process that is killed in the middle of a batch', async () => {
    expect(executor.ran).toMatchObject({
      provider: 'python',
      why: expect.stringContaining('test.Estimator') as string,
    });
    expect(executor.processBytes).toBeGreaterThan(0);
    const values = Array.from({ length: 30 }, (_, i) => (i === 7 ? 100 : i));
    expect(await Promise.all(values.map(ask))).toEqual(values.map((x) => 2 * x + 1));
    expect(states).toContain('restarting');
  });

  it('refuses the request that ends it twice, and answers the others', async () => {
    const results = await Promise.allSettled([1, 7, 3].map(ask));
    expect(results).toMatchObject([{ value: 3 }, { reason: { code: 'serve.inference' } }, { value: 7 }]);
  });
});
