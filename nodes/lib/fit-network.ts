import type { z } from 'zod';
import {
  columnMoments,
  type Matrix,
  type Standardization,
  standardize,
} from '../../main/compute/linear/column-moments.ts';
import { providersFor } from '../../main/compute/devices/providers-for.ts';
import { foldedShape } from '../../main/compute/nn/fold-batch-norm.ts';
import { inputImportance } from '../../main/compute/nn/input-importance.ts';
import { encodeNetwork } from '../../main/compute/nn/native-network.ts';
import {
  columnsOf,
  type Network,
  type NetworkShape,
  parameterSizes,
  type Segment,
} from '../../main/compute/nn/network.ts';
import { trainNetwork } from '../../main/compute/nn/train-network.ts';
import { writeNetwork } from '../../main/compute/nn/write-network.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { FeatureColumn } from '../../shared/model/signature.ts';
import type { mlpNode } from '../train/mlp/definition.ts';
import type { ImageSegment } from './image-segment.ts';
import { type FitHooks, type FittedModel, type TrainingTargets, trainingWeights } from './fitted-model.ts';

export interface FitNetworkOptions {
  /** Standardised in place. */
  matrix: Matrix;
  features: readonly FeatureColumn[];
  targets: TrainingTargets;
  params: Omit<z.output<(typeof mlpNode)['params']>, 'embeddings'> & { embeddings?: 'auto' | 'off' };
  /** The feature that goes through convolutions first. */
  image?: ImageSegment;
  hooks: FitHooks;
}

/** A network with the params of `train.mlp` or `train.cnn`. */
export async function fitNetwork(options: FitNetworkOptions): Promise<FittedModel> {
  const { matrix, features, targets, params, hooks } = options;
  const { task } = targets;
  const segments = segmentsOf(features, params.embeddings !== 'off' && options.image === undefined, options.image);
  const standardization = withoutCodes(columnMoments(matrix, features, true), segments);
  standardize(matrix, standardization);
  const target = task === 'regression' ? scalingOf(targets.values) : { offset: 0, scale: 1 };
  const shape: NetworkShape = {
    inputWidth: matrix.width,
    segments: segments.every(({ type }) => type === 'numbers') ? undefined : segments,
    hiddenLayers: params.hiddenLayers,
    outputWidth: task === 'regression' ? 1 : targets.classes.length,
    activation: params.activation,
    ...(params.batchNorm ? { batchNorm: true } : {}),
  };
  if (params.batchNorm) requireBatches(matrix.rows, params);
  const metric = task === 'regression' ? 'squaredError' : 'logLoss';
  const { providers, why } = await providersFor(hooks.device ?? 'cpu', workPerBatch(shape, params.batchSize));
  const trained = await trainNetwork({
    shape,
    providers,
    weights: trainingWeights(targets, params.classWeight),
    task,
    matrix,
    target: Float32Array.from(targets.values, (value) => (value - target.offset) / target.scale),
    optimizer: params.optimizer,
    epochs: params.epochs,
    batchSize: params.batchSize,
    learningRate: params.learningRate,
    weightDecay: params.weightDecay,
    dropout: params.dropout,
    schedule: params.schedule,
    validationShare: params.validationShare,
    patience: params.patience,
    seed: params.seed,
    threads: hooks.threads,
    signal: hooks.signal,
    onProgress(epoch) {
      hooks.onProgress(epoch, params.epochs, 'epochs');
    },
    onEpoch(curve) {
      hooks.onCurve({ metric, train: [...curve.train], valid: [...curve.valid] });
    },
  });
  const ran = { provider: trained.ran.provider, why: trained.ran.why === '' ? why : trained.ran.why };
  const network: Network = { ...foldedShape(shape), parameters: trained.parameters, standardization, target };
  return {
    native: encodeNetwork({ task, network }),
    build: (builder, input) => writeNetwork(builder, input, network, task),
    curve: { metric, ...trained.curve },
    importance: inputImportance(network),
    ran,
    notes: [
      { level: 'info', text: `Ran on ${ran.provider}: ${ran.why}` },
      ...(trained.waitedMs < 1 ? [] : [waitNote(trained.waitedMs)]),
      { level: 'info', text: `Kept the weights of epoch ${trained.bestEpoch} of ${trained.curve.train.length}.` },
    ],
  };
}

function waitNote(waitedMs: number): FittedModel['notes'][number] {
  const seconds = (waitedMs / 1000).toFixed(1);
  return { level: 'info', text: `Endpoints went first on the device: training waited ${seconds} s for them.` };
}

/** Errors: `params.invalid` where a batch would be a single row, whose mean is itself. */
function requireBatches(rows: number, { batchSize, validationShare }: FitNetworkOptions['params']): void {
  const trainingRows = rows - Math.floor(rows * validationShare);
  if (Math.min(batchSize, trainingRows) >= 2) return;
  throw new AppError('params.invalid', 'Batch normalisation needs batches of at least 2 rows.', {
    fix:
      batchSize < 2
        ? 'Set batchSize to 16 or more, or turn batchNorm off.'
        : 'Turn batchNorm off, or train on more rows.',
    details: { field: batchSize < 2 ? 'batchSize' : 'batchNorm' },
  });
}

/** Multiplications of a forward pass over a batch, roughly. */
function workPerBatch(shape: NetworkShape, batchSize: number): number {
  const dense = parameterSizes(shape).reduce((a, b) => a + b, 0);
  const convolved = (shape.segments ?? []).reduce((sum, segment) => {
    if (segment.type !== 'image') return sum;
    let channels = segment.channels;
    return (
      sum +
      segment.layers.reduce((work, layer, i) => {
        const own = layer.channels * channels * layer.kernel[0] * layer.kernel[1] * segment.height * segment.width;
        channels = layer.channels;
        return work + own / (layer.pool[0] * layer.pool[1]) ** i;
      }, 0)
    );
  }, 0);
  return batchSize * (dense + convolved);
}

/** Categories beyond this many are taken as numbers. */
const mostCategories = 10_000;
const largestVector = 50;

/** Runs of columns that are treated alike. */
function segmentsOf(
  features: readonly FeatureColumn[],
  hasVectors: boolean,
  image: ImageSegment | undefined,
): Segment[] {
  const segments: Segment[] = [];
  for (const { name, width, categories } of features) {
    if (name === image?.feature) segments.push(image.segment);
    else if (hasVectors && width === 1 && categories !== undefined && categories.length <= mostCategories) {
      const count = Math.max(1, categories.length);
      const size = Math.min(largestVector, Math.max(1, Math.round(1.6 * count ** 0.56)));
      segments.push({ type: 'category', categories: count, size });
    } else {
      const last = segments.at(-1);
      if (last?.type === 'numbers') segments[segments.length - 1] = { type: 'numbers', columns: last.columns + width };
      else segments.push({ type: 'numbers', columns: width });
    }
  }
  return segments;
}

/** Codes are looked up as they are. */
function withoutCodes({ mean, inverseScale }: Standardization, segments: readonly Segment[]): Standardization {
  let column = 0;
  for (const segment of segments) {
    if (segment.type === 'category') {
      mean[column] = 0;
      inverseScale[column] = 1;
    }
    column += columnsOf(segment);
  }
  return { mean, inverseScale };
}

function scalingOf(values: Float64Array): { offset: number; scale: number } {
  const offset = values.reduce((sum, value) => sum + value / values.length, 0);
  const variance = values.reduce((sum, value) => sum + (value - offset) ** 2 / values.length, 0);
  return { offset, scale: Math.sqrt(variance) || 1 };
}
