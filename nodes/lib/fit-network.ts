import type { z } from 'zod';
import { columnMoments, type Matrix, standardize } from '../../main/compute/linear/column-moments.ts';
import { inputImportance } from '../../main/compute/nn/input-importance.ts';
import { encodeNetwork } from '../../main/compute/nn/native-network.ts';
import type { Network, NetworkShape } from '../../main/compute/nn/network.ts';
import { trainNetwork } from '../../main/compute/nn/train-network.ts';
import { writeNetwork } from '../../main/compute/nn/write-network.ts';
import type { FeatureColumn } from '../../shared/model/signature.ts';
import type { mlpNode } from '../train/mlp/definition.ts';
import type { FitHooks, FittedModel, TrainingTargets } from './fitted-model.ts';

export interface FitNetworkOptions {
  /** Standardised in place. */
  matrix: Matrix;
  features: readonly FeatureColumn[];
  targets: TrainingTargets;
  params: z.output<(typeof mlpNode)['params']>;
  hooks: FitHooks;
}

/** A fully connected network with the params of `train.mlp`. */
export async function fitNetwork(options: FitNetworkOptions): Promise<FittedModel> {
  const { matrix, features, targets, params, hooks } = options;
  const { task } = targets;
  const standardization = columnMoments(matrix, features, true);
  standardize(matrix, standardization);
  const target = task === 'regression' ? scalingOf(targets.values) : { offset: 0, scale: 1 };
  const shape: NetworkShape = {
    inputWidth: matrix.width,
    hiddenLayers: params.hiddenLayers,
    outputWidth: task === 'regression' ? 1 : targets.classes.length,
    activation: params.activation,
  };
  const metric = task === 'regression' ? 'squaredError' : 'logLoss';
  const trained = await trainNetwork({
    shape,
    task,
    matrix,
    target: Float32Array.from(targets.values, (value) => (value - target.offset) / target.scale),
    optimizer: params.optimizer,
    epochs: params.epochs,
    batchSize: params.batchSize,
    learningRate: params.learningRate,
    weightDecay: params.weightDecay,
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
  const network: Network = { ...shape, parameters: trained.parameters, standardization, target };
  return {
    native: encodeNetwork({ task, network }),
    build: (builder, input) => writeNetwork(builder, input, network, task),
    curve: { metric, ...trained.curve },
    importance: inputImportance(network),
    notes: [
      { level: 'info', text: `Kept the weights of epoch ${trained.bestEpoch} of ${trained.curve.train.length}.` },
    ],
  };
}

function scalingOf(values: Float64Array): { offset: number; scale: number } {
  const offset = values.reduce((sum, value) => sum + value / values.length, 0);
  const variance = values.reduce((sum, value) => sum + (value - offset) ** 2 / values.length, 0);
  return { offset, scale: Math.sqrt(variance) || 1 };
}
