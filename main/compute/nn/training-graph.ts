import type { Task } from '../../../shared/model/signature.ts';
import { attribute, createGraphBuilder, type GraphBuilder } from '../onnx/graph-builder.ts';
import type { BatchStatistics } from './batch-norm.ts';
import { differentiate } from './differentiate.ts';
import { createEmitter } from './emit.ts';
import { RUNNING_SHARE, statisticsSize } from './fold-batch-norm.ts';
import { meanSquaredError, softmaxCrossEntropy } from './loss.ts';
import {
  type ForwardOptions,
  forward,
  type NetworkShape,
  parameterShapes,
  parameterSizes,
  type Pooling,
} from './network.ts';
import { type Optimizer, type State, stateNames, writeUpdate } from './optimizer.ts';
import { input, type Tensor } from './tensor.ts';

export interface TrainingGraphOptions {
  shape: NetworkShape;
  task: Task;
  optimizer: Optimizer;
  /** Baked into the graph; a short last batch is padded with rows of weight 0. */
  batchSize: number;
  /** With an input `decay` [P] of weight decay per parameter. */
  weightDecay: boolean;
  /** With an input `masks` [S, B, units of all hidden layers] by which the outputs of hidden layers are multiplied. */
  dropout: boolean;
  /** `indices` for the CPU, `windows` for any provider. */
  pooling: Exclude<Pooling, 'operator'>;
}

/**
 * ONNX model that trains for any number S of minibatches in one run: the body of a Scan gathers a batch, runs forward,
 * backward and the update; parameters and moments are loop state.
 * In: `x` FP32 [N, F], `y` FP32 [N, 1] (class index or standardised target), `rows` INT32 [S, B], `weights` FP32
 * [S, B, 1], optionally `masks`, `learningRate` FP32 [], optionally `decay` FP32 [P], and the state by its names (`parameters` [P] …).
 * With batch normalisation also `running` FP32 [R], decaying sums of the statistics of batches, in and out.
 * Out: the state as `next.NAME`, and `losses` FP32 [S], the weighted loss of each batch before its update.
 */
export function buildTrainingGraph(options: TrainingGraphOptions): Uint8Array {
  const { shape, optimizer } = options;
  const builder = createGraphBuilder('training');
  const size = parameterSizes(shape).reduce((a, b) => a + b, 0);
  const dims: State<number[]> = { parameters: [size], moment1: [size], moment2: [size], power1: [], power2: [] };
  const ofBatches = statisticsSize(shape);
  const data = declareData(builder, shape);
  const learningRate = builder.input('learningRate', 'FP32', []);
  const decay = options.weightDecay ? builder.input('decay', 'FP32', [size]) : undefined;
  const state = stateNames.map((name) => builder.input(name, 'FP32', dims[name]));
  const body = builder.subgraph('step', (step) => {
    const before = mapState((name) => step.input(`before.${name}`, 'FP32', dims[name]));
    const beforeRunning = ofBatches > 0 ? step.input('before.running', 'FP32', [ofBatches]) : undefined;
    const batch = declareBatch(step, options, data);
    const dropped = options.dropout ? declareMasks(step, options) : undefined;
    const { parameters, names } = splitParameters(step, shape, before.parameters);
    const emit = createEmitter(step, new Map([...batch.bindings, ...(dropped?.bindings ?? []), ...names]));
    const statistics: BatchStatistics[] = [];
    const loss = lossOf(options, batch, parameters, {
      pooling: options.pooling,
      masks: dropped?.masks ?? [],
      onStatistics: (one) => statistics.push(one),
    });
    const lossValue = emit(loss);
    const flat = differentiate(loss, parameters).map((gradient) =>
      step.node('Reshape', [emit(gradient), step.int64([-1])]),
    );
    const gradient = step.node('Concat', flat, { axis: attribute.int(0) });
    const after = writeUpdate(step, { optimizer, state: before, gradient, learningRate, decay });
    for (const name of stateNames) step.output(`after.${name}`, after[name], 'FP32', dims[name]);
    if (beforeRunning !== undefined) {
      const now = statistics.flatMap(({ mean, variance }) =>
        [mean, variance].map((value) => step.node('Reshape', [emit(value), step.int64([-1])])),
      );
      const kept = step.node('Mul', [beforeRunning, step.float(RUNNING_SHARE)]);
      const added = step.node('Mul', [
        step.node('Concat', now, { axis: attribute.int(0) }),
        step.float(1 - RUNNING_SHARE),
      ]);
      step.output('after.running', step.node('Add', [kept, added]), 'FP32', [ofBatches]);
    }
    step.output('loss', lossValue, 'FP32', []);
  });
  const scanned = [data.rows, data.weights];
  const units = shape.hiddenLayers.reduce((a, b) => a + b, 0);
  if (options.dropout) scanned.push(builder.input('masks', 'FP32', ['S', 'B', units]));
  const running = ofBatches > 0 ? [builder.input('running', 'FP32', [ofBatches])] : [];
  const carried = stateNames.length + running.length;
  const outputs = builder.nodeOutputs('Scan', [...state, ...running, ...scanned], carried + 1, {
    body: attribute.graph(body),
    num_scan_inputs: attribute.int(scanned.length),
  });
  for (const [i, name] of stateNames.entries()) {
    builder.output(`next.${name}`, outputs[i] as string, 'FP32', dims[name]);
  }
  if (ofBatches > 0) builder.output('next.running', outputs[stateNames.length] as string, 'FP32', [ofBatches]);
  builder.output('losses', outputs[carried] as string, 'FP32', ['S']);
  return builder.toBytes();
}

/**
 * ONNX model of the same loss without training. In: `x`, `y`, `rows`, `weights` as in the training graph, and
 * `parameters` [P]. Out: `losses` FP32 [S].
 */
export function buildLossGraph(
  options: Omit<TrainingGraphOptions, 'optimizer' | 'weightDecay' | 'dropout' | 'pooling'>,
): Uint8Array {
  const builder = createGraphBuilder('loss');
  const size = parameterSizes(options.shape).reduce((a, b) => a + b, 0);
  const data = declareData(builder, options.shape);
  const vector = builder.input('parameters', 'FP32', [size]);
  const body = builder.subgraph('batch', (step) => {
    const batch = declareBatch(step, options, data);
    const { parameters, names } = splitParameters(step, options.shape, vector);
    const emit = createEmitter(step, new Map([...batch.bindings, ...names]));
    step.output('loss', emit(lossOf(options, batch, parameters, { pooling: 'operator' })), 'FP32', []);
  });
  const losses = builder.node('Scan', [data.rows, data.weights], {
    body: attribute.graph(body),
    num_scan_inputs: attribute.int(2),
  });
  builder.output('losses', losses, 'FP32', ['S']);
  return builder.toBytes();
}

interface Data {
  x: string;
  y: string;
  rows: string;
  weights: string;
}

function declareData(builder: GraphBuilder, shape: NetworkShape): Data {
  return {
    x: builder.input('x', 'FP32', ['N', shape.inputWidth]),
    y: builder.input('y', 'FP32', ['N', 1]),
    rows: builder.input('rows', 'INT32', ['S', 'B']),
    weights: builder.input('weights', 'FP32', ['S', 'B', 1]),
  };
}

interface Batch {
  x: Tensor;
  target: Tensor;
  weights: Tensor;
  bindings: Map<Tensor, string>;
}

type BatchOptions = Pick<TrainingGraphOptions, 'shape' | 'task' | 'batchSize'>;

/** Gathers the rows of a batch from the whole training data, which the body sees as outer values. */
function declareBatch(step: GraphBuilder, { shape, task, batchSize }: BatchOptions, data: Data): Batch {
  const rows = step.input('batch.rows', 'INT32', [batchSize]);
  const weightsValue = step.input('batch.weights', 'FP32', [batchSize, 1]);
  const gather = (value: string) => step.node('Gather', [value, rows], { axis: attribute.int(0) });
  const x = input([batchSize, shape.inputWidth]);
  const weights = input([batchSize, 1]);
  const target = input([batchSize, shape.outputWidth]);
  const targetValue = task === 'regression' ? gather(data.y) : oneHot(step, gather(data.y), shape.outputWidth);
  return {
    x,
    target,
    weights,
    bindings: new Map([
      [x, gather(data.x)],
      [target, targetValue],
      [weights, weightsValue],
    ]),
  };
}

/** The factors of each hidden layer. */
function declareMasks(
  step: GraphBuilder,
  { shape, batchSize }: Pick<TrainingGraphOptions, 'shape' | 'batchSize'>,
): { masks: Tensor[]; bindings: Map<Tensor, string> } {
  const { hiddenLayers } = shape;
  const all = step.input('batch.masks', 'FP32', [batchSize, hiddenLayers.reduce((a, b) => a + b, 0)]);
  const parts =
    hiddenLayers.length === 1
      ? [all]
      : step.nodeOutputs('Split', [all, step.int64(hiddenLayers)], hiddenLayers.length, { axis: attribute.int(1) });
  const masks = hiddenLayers.map((units) => input([batchSize, units]));
  return { masks, bindings: new Map(masks.map((mask, i) => [mask, parts[i] as string])) };
}

/** [B, 1] class indices against [1, C] gives [B, C]. */
function oneHot(step: GraphBuilder, classIndex: string, classCount: number): string {
  const classes = step.initializer(
    'FP32',
    Array.from({ length: classCount }, (_, c) => c),
    [1, classCount],
  );
  return step.node('Cast', [step.node('Equal', [classIndex, classes])], { to: attribute.int(1) });
}

/** The flat vector as one value per weight matrix and bias. */
function splitParameters(
  step: GraphBuilder,
  shape: NetworkShape,
  vector: string,
): { parameters: Tensor[]; names: Map<Tensor, string> } {
  const shapes = parameterShapes(shape);
  const parts = step.nodeOutputs('Split', [vector, step.int64(parameterSizes(shape))], shapes.length, {
    axis: attribute.int(0),
  });
  const parameters = shapes.map((dims) => input(dims));
  const names = new Map(
    parameters.map((tensor, i) => [tensor, step.node('Reshape', [parts[i] as string, step.int64([...tensor.shape])])]),
  );
  return { parameters, names };
}

function lossOf(
  { shape, task }: BatchOptions,
  batch: Batch,
  parameters: readonly Tensor[],
  options: ForwardOptions,
): Tensor {
  const output = forward(batch.x, parameters, shape, options);
  return task === 'regression'
    ? meanSquaredError(output, batch.target, batch.weights)
    : softmaxCrossEntropy(output, batch.target, batch.weights);
}

function mapState<T>(value: (name: (typeof stateNames)[number]) => T): State<T> {
  return {
    parameters: value('parameters'),
    moment1: value('moment1'),
    moment2: value('moment2'),
    power1: value('power1'),
    power2: value('power2'),
  };
}
