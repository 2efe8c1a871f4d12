import { setImmediate } from 'node:timers/promises';
import { type InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Task } from '../../../shared/model/signature.ts';
import type { Matrix } from '../linear/column-moments.ts';
import { type ExecutionProvider, openSession } from '../onnx/session.ts';
import { type DeviceLease, openDeviceLease } from '../devices/device-lease.ts';
import { type ChosenProvider, fastestProvider } from '../devices/fastest-provider.ts';
import { foldBatchNorm, foldedShape, RUNNING_SHARE, statisticsSize } from './fold-batch-norm.ts';
import { initialParameters, type NetworkShape, parametersOf } from './network.ts';
import { initialState, type Optimizer, type State, stateNames } from './optimizer.ts';
import { createRandom, type Random, shuffle } from './random.ts';
import { buildLossGraph, buildTrainingGraph } from './training-graph.ts';

/** A run of the training graph cannot be interrupted; runs are sized to about this long. */
const CHUNK_MS = 500;
/** On a device that endpoints may wait for. */
const DEVICE_CHUNK_MS = 100;
const LOSS_BATCH = 1024;

export interface TrainNetworkOptions {
  shape: NetworkShape;
  task: Task;
  /** Standardised, finite. */
  matrix: Matrix;
  /** Class index, or standardised target, per row. */
  target: Float32Array;
  /** How much each row counts, ≥ 0; default 1. */
  weights?: Float32Array | undefined;
  /** Where the graph may run; of several, the fastest on its first batches is taken. Default the CPU. */
  providers?: readonly ExecutionProvider[];
  /** Opens sessions; for tests. */
  open?: typeof openSession;
  optimizer: Optimizer;
  epochs: number;
  batchSize: number;
  learningRate: number;
  weightDecay: number;
  /** Share of the outputs of hidden layers that is left out of each update, 0 ≤ x < 1; default 0. */
  dropout?: number;
  /** How the learning rate changes over the epochs; default constant. */
  schedule?: Schedule;
  /** Share of the rows, drawn by seed, that only measures; 0 trains on all rows for all epochs. */
  validationShare: number;
  /** Epochs without a lower validation loss before training stops. */
  patience: number;
  seed: number;
  threads: number;
  signal: AbortSignal;
  /** After every run of the graph; `epoch` may be a fraction. */
  onProgress(epoch: number): void;
  onEpoch(curve: LossCurve): void;
}

/** Constant; from the full rate to 0 along half a cosine; the same after rising over the first twentieth; a tenth for the
 * second and a hundredth for the last third.
 */
export type Schedule = 'constant' | 'cosine' | 'warmup-cosine' | 'steps';

/** Factor of the learning rate in an epoch, from 1. */
function scheduled(schedule: Schedule, epoch: number, epochs: number): number {
  const done = (epoch - 1) / epochs;
  const cosine = (1 + Math.cos(Math.PI * done)) / 2;
  switch (schedule) {
    case 'constant':
      return 1;
    case 'cosine':
      return cosine;
    case 'warmup-cosine':
      return Math.min(cosine, epoch / Math.ceil(epochs / 20));
    case 'steps':
      return done < 1 / 3 ? 1 : done < 2 / 3 ? 0.1 : 0.01;
  }
}

/** Mean loss per row and epoch: of the batches as they were trained on, and of the validation rows afterwards. */
export interface LossCurve {
  train: number[];
  valid: number[];
}

export interface TrainedNetwork {
  /** Where it ran at last, and why there. */
  ran: ChosenProvider;
  /** Time that it waited for endpoints on the same device. */
  waitedMs: number;
  /** With validation: those of the epoch with the lowest validation loss. Batch normalisation is folded into them. */
  parameters: Float32Array;
  curve: LossCurve;
  /** 1, 2, 3 … */
  bestEpoch: number;
}

/**
 * Trains on minibatches in ONNX Runtime, deterministic for a seed, thread count and machine.
 * Errors: `train.diverged` when the loss is no longer finite, `run.cancelled`.
 */
export async function trainNetwork(options: TrainNetworkOptions): Promise<TrainedNetwork> {
  const { shape, task, matrix, seed, threads } = options;
  const random = createRandom(seed + 1);
  const order = Int32Array.from({ length: matrix.rows }, (_, row) => row);
  shuffle(order, random);
  const validationRows = Math.floor(matrix.rows * options.validationShare);
  const held = order.slice(0, validationRows);
  const rows = order.slice(validationRows);
  const batchSize = Math.min(options.batchSize, rows.length);
  const data = {
    x: new OrtTensor('float32', matrix.values, [matrix.rows, matrix.width]),
    y: new OrtTensor('float32', options.target, [matrix.rows, 1]),
  };
  const graphFor = (provider: ExecutionProvider) =>
    buildTrainingGraph({
      shape,
      task,
      optimizer: options.optimizer,
      batchSize,
      weightDecay: options.weightDecay > 0,
      dropout: hasDropout(options),
      pooling: provider === 'cpu' ? 'indices' : 'windows',
    });
  const { open = openSession, providers = ['cpu'] } = options;
  const leases = new Map<ExecutionProvider, DeviceLease>();
  const openTraining = (provider: ExecutionProvider) => {
    if (provider !== 'cpu' && !leases.has(provider)) {
      const bytes = deviceBytes(options, batchSize);
      leases.set(provider, openDeviceLease({ role: 'training', what: 'a network', provider, bytes }));
    }
    return open(graphFor(provider), { threads, provider, label: `the training graph (${provider})` });
  };
  const weights = options.weights === undefined ? undefined : ofMeanOne(options.weights);
  const trial = batchesOf(rows.slice(0, batchSize * 4), batchSize, { weights });
  const { session: training, ran } = await fastestProvider(providers, openTraining, async (session) => {
    await session
      .run({
        ...data,
        ...inputsOf(options, initialState(initialParameters(shape, seed)), options.learningRate),
        ...runningInput(shape, new Float32Array(statisticsSize(shape))),
        ...batchTensors(trial, 0, trial.count),
        ...(hasDropout(options)
          ? { masks: masksOf([trial.count, batchSize, unitsOf(shape)], 0, createRandom(seed)) }
          : {}),
      })
      .catch((error: unknown) => {
        for (const lease of leases.values()) lease.close();
        throw error;
      });
  });
  for (const [provider, lease] of leases) if (provider !== ran.provider) lease.close();
  const prepared: Prepared = {
    data,
    training,
    openTraining,
    ran,
    lease: leases.get(ran.provider),
    waitedMs: 0,
    validation: undefined,
    rows,
    weights,
    random,
    batchSize,
  };
  prepared.validation =
    validationRows === 0
      ? undefined
      : {
          session: await openSession(
            buildLossGraph({ shape: foldedShape(shape), task, batchSize: Math.min(LOSS_BATCH, validationRows) }),
            {
              threads,
              label: 'the validation graph',
            },
          ),
          batches: batchesOf(held, Math.min(LOSS_BATCH, validationRows), { divisor: validationRows, weights }),
        };

  try {
    return await optimize(options, prepared);
  } finally {
    prepared.lease?.close();
    await prepared.training.release();
    await prepared.validation?.session.release();
  }
}

interface Prepared {
  data: Record<'x' | 'y', OrtTensor>;
  training: InferenceSession;
  openTraining(provider: ExecutionProvider): Promise<InferenceSession>;
  ran: ChosenProvider;
  /** Of the device; undefined on the CPU. */
  lease: DeviceLease | undefined;
  /** Time that endpoints went first on the device. */
  waitedMs: number;
  /** Of mean 1. */
  weights: Float32Array | undefined;
  validation: { session: InferenceSession; batches: Batches } | undefined;
  /** Rows to train on. */
  rows: Int32Array;
  random: Random;
  batchSize: number;
}

async function optimize(options: TrainNetworkOptions, prepared: Prepared): Promise<TrainedNetwork> {
  const { shape, seed, signal } = options;
  const { data, validation, rows, random, batchSize, weights } = prepared;
  const { dropout = 0, schedule = 'constant' } = options;
  const dropRandom = createRandom(seed + 2);
  let state = initialState(initialParameters(shape, seed));
  let running = new Float32Array(statisticsSize(shape));
  let batchesSeen = 0;
  const served = () => servedParameters(shape, state.parameters, running, batchesSeen);
  let best = { parameters: state.parameters, loss: Number.POSITIVE_INFINITY, epoch: 0 };
  const curve: LossCurve = { train: [], valid: [] };
  let batchMs = 0;
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    shuffle(rows, random);
    // The statistics of a short batch would be those of rows that pad it: other rows are left out of each epoch.
    const used = running.length > 0 ? rows.subarray(0, rows.length - (rows.length % batchSize)) : rows;
    const batches = batchesOf(used, batchSize, { weights });
    const rate = options.learningRate * scheduled(schedule, epoch, options.epochs);
    let lossSum = 0;
    for (let from = 0; from < batches.count; ) {
      if (signal.aborted) throw new AppError('run.cancelled', 'Cancelled.');
      const chunkMs = prepared.lease === undefined ? CHUNK_MS : DEVICE_CHUNK_MS;
      const count = Math.min(batches.count - from, batchMs === 0 ? 4 : Math.max(1, Math.floor(chunkMs / batchMs)));
      if (prepared.lease !== undefined) prepared.waitedMs += await prepared.lease.turn(signal);
      const started = performance.now();
      const out = await runOrFallBack(prepared, {
        ...data,
        ...inputsOf(options, state, rate),
        ...runningInput(shape, running),
        ...batchTensors(batches, from, count),
        ...(hasDropout(options) ? { masks: masksOf([count, batchSize, unitsOf(shape)], dropout, dropRandom) } : {}),
      });
      batchMs = (performance.now() - started) / count;
      state = stateOf((name) => (out[`next.${name}`] as OrtTensor).data as Float32Array);
      if (running.length > 0) running = Float32Array.from((out['next.running'] as OrtTensor).data as Float32Array);
      batchesSeen += count;
      const losses = (out.losses as OrtTensor).data as Float32Array;
      for (const [i, loss] of losses.entries()) lossSum += loss * batches.rowsOf(from + i);
      if (!Number.isFinite(lossSum)) throw diverged(epoch, options.learningRate);
      from += count;
      options.onProgress(epoch - 1 + from / batches.count);
      // Lets a cancel message in: the run before it blocked the event loop.
      await setImmediate();
    }
    curve.train.push(lossSum / used.length);
    if (validation === undefined) {
      best = { parameters: served(), loss: curve.train.at(-1) as number, epoch };
      options.onEpoch(curve);
      continue;
    }
    const { batches: heldBatches, session } = validation;
    const parameters = served();
    const out = await session.run({
      ...data,
      ...batchTensors(heldBatches, 0, heldBatches.count),
      parameters: new OrtTensor('float32', parameters, [parameters.length]),
    });
    const loss = ((out.losses as OrtTensor).data as Float32Array).reduce((a, b) => a + b, 0);
    if (!Number.isFinite(loss)) throw diverged(epoch, options.learningRate);
    curve.valid.push(loss);
    options.onEpoch(curve);
    if (loss < best.loss) best = { parameters, loss, epoch };
    else if (epoch - best.epoch >= options.patience) break;
  }
  return { parameters: best.parameters, curve, bestEpoch: best.epoch, ran: prepared.ran, waitedMs: prepared.waitedMs };
}

/** Memory that the rows, the optimizer's state and the activations of a batch take on a device, roughly. */
function deviceBytes({ shape, matrix }: TrainNetworkOptions, batchSize: number): number {
  const state = stateNames.length * initialParameters(shape, 0).length;
  return 4 * (matrix.values.length + state + 3 * batchSize * (shape.inputWidth + unitsOf(shape)));
}

/** A run of the graph; where a device is lost, the same run and those after it are done by the CPU. */
async function runOrFallBack(
  prepared: Prepared,
  feeds: Record<string, OrtTensor>,
): Promise<InferenceSession.OnnxValueMapType> {
  try {
    return await prepared.training.run(feeds);
  } catch (error) {
    if (prepared.ran.provider === 'cpu') throw error;
    const reason = error instanceof Error ? error.message : String(error);
    prepared.lease?.close();
    prepared.lease = undefined;
    await prepared.training.release().catch(() => undefined);
    prepared.training = await prepared.openTraining('cpu');
    prepared.ran = {
      provider: 'cpu',
      why: `${prepared.ran.provider} failed while training (${reason}); the CPU went on.`,
    };
    return prepared.training.run(feeds);
  }
}

/** State and settings of a run. */
function inputsOf(options: TrainNetworkOptions, state: State<Float32Array>, rate: number): Record<string, OrtTensor> {
  return {
    ...stateTensors(state),
    learningRate: new OrtTensor('float32', Float32Array.of(rate), []),
    ...(options.weightDecay > 0 ? { decay: decayVector(options.shape, options.weightDecay) } : {}),
  };
}

function runningInput(shape: NetworkShape, running: Float32Array): Record<string, OrtTensor> {
  return statisticsSize(shape) === 0 ? {} : { running: new OrtTensor('float32', running, [running.length]) };
}

/** Parameters of the network without batch normalisation. */
function servedParameters(
  shape: NetworkShape,
  parameters: Float32Array,
  running: Float32Array,
  batches: number,
): Float32Array {
  if (running.length === 0) return parameters;
  // The sums began at 0: their weights add up to 1 − 0.9ⁿ.
  const total = 1 - RUNNING_SHARE ** batches;
  return foldBatchNorm(
    shape,
    parameters,
    running.map((value) => value / total),
  );
}

function unitsOf({ hiddenLayers }: NetworkShape): number {
  return hiddenLayers.reduce((a, b) => a + b, 0);
}

/** Scaled to a mean of 1, so that the learning rate means the same. */
function ofMeanOne(weights: Float32Array): Float32Array {
  const mean = weights.reduce((sum, weight) => sum + weight / weights.length, 0);
  return weights.map((weight) => weight / mean);
}

function hasDropout({ dropout = 0, shape }: Pick<TrainNetworkOptions, 'dropout' | 'shape'>): boolean {
  return dropout > 0 && shape.hiddenLayers.length > 0;
}

/** 0 for what is left out, and for the rest what keeps their mean. */
function masksOf(dims: [number, number, number], dropout: number, random: Random): OrtTensor {
  const kept = 1 / (1 - dropout);
  const masks = new Float32Array(dims[0] * dims[1] * dims[2]);
  for (let i = 0; i < masks.length; i++) masks[i] = random.next() < dropout ? 0 : kept;
  return new OrtTensor('float32', masks, dims);
}

interface Batches {
  size: number;
  count: number;
  /** [count, size], the last batch padded by repeating its first row. */
  rows: Int32Array;
  /** 1 / divisor for real rows, 0 for padding. */
  weights: Float32Array;
  rowsOf(batch: number): number;
}

/** `divisor`: by default each batch's own number of rows, which makes its loss a mean; `weights` by row of the data. */
function batchesOf(
  order: Int32Array,
  size: number,
  { divisor, weights: rowWeights }: { divisor?: number; weights?: Float32Array | undefined } = {},
): Batches {
  const count = Math.ceil(order.length / size);
  const rows = new Int32Array(count * size);
  rows.set(order);
  const last = order.length - (count - 1) * size;
  rows.fill(order[(count - 1) * size] as number, order.length);
  const weights = new Float32Array(count * size).fill(1 / (divisor ?? size));
  weights.fill(1 / (divisor ?? last), (count - 1) * size);
  weights.fill(0, order.length);
  if (rowWeights !== undefined) {
    for (let i = 0; i < order.length; i++) {
      weights[i] = (weights[i] as number) * (rowWeights[order[i] as number] as number);
    }
  }
  return { size, count, rows, weights, rowsOf: (batch) => (batch === count - 1 ? last : size) };
}

function batchTensors({ size, rows, weights }: Batches, from: number, count: number): Record<string, OrtTensor> {
  return {
    rows: new OrtTensor('int32', rows.slice(from * size, (from + count) * size), [count, size]),
    weights: new OrtTensor('float32', weights.slice(from * size, (from + count) * size), [count, size, 1]),
  };
}

function stateTensors(state: State<Float32Array>): Record<string, OrtTensor> {
  const scalars: readonly string[] = ['power1', 'power2'];
  return Object.fromEntries(
    stateNames.map((name) => [
      name,
      new OrtTensor('float32', state[name], scalars.includes(name) ? [] : [state[name].length]),
    ]),
  );
}

function stateOf(value: (name: (typeof stateNames)[number]) => Float32Array): State<Float32Array> {
  return {
    parameters: value('parameters'),
    moment1: value('moment1'),
    moment2: value('moment2'),
    power1: value('power1'),
    power2: value('power2'),
  };
}

function decayVector(shape: NetworkShape, weightDecay: number): OrtTensor {
  const parts = parametersOf(shape).map(({ role, dims }) =>
    new Array<number>(dims.reduce((a, b) => a * b, 1)).fill(role === 'weight' || role === 'vectors' ? weightDecay : 0),
  );
  const flat = Float32Array.from(parts.flat());
  return new OrtTensor('float32', flat, [flat.length]);
}

function diverged(epoch: number, learningRate: number): AppError {
  return new AppError('train.diverged', `The loss stopped being a finite number in epoch ${epoch}.`, {
    fix: `Lower the learning rate, for example from ${learningRate} to ${Number((learningRate / 10).toPrecision(2))}.`,
    details: { epoch, learningRate },
  });
}
