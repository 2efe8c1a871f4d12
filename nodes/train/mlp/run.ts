import { columnMoments, standardize } from '../../../main/compute/linear/column-moments.ts';
import { inputImportance } from '../../../main/compute/nn/input-importance.ts';
import { encodeNetwork } from '../../../main/compute/nn/native-network.ts';
import type { Network, NetworkShape } from '../../../main/compute/nn/network.ts';
import { trainNetwork } from '../../../main/compute/nn/train-network.ts';
import { writeNetwork } from '../../../main/compute/nn/write-network.ts';
import { appendModel } from '../../../main/compute/onnx/append-model.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { readTrainingData } from '../../lib/training-data.ts';
import { writeModel } from '../../lib/write-model.ts';
import { mlpNode } from './definition.ts';

export const runner = implementNode(mlpNode, {
  async run(ctx) {
    const { pipeline, table, labels, matrix } = await readTrainingData(ctx);
    const { task } = labels;
    const { params } = ctx;
    const standardization = columnMoments(matrix, pipeline.features, true);
    standardize(matrix, standardization);
    const target = task === 'regression' ? scalingOf(labels.values) : { offset: 0, scale: 1 };
    const shape: NetworkShape = {
      inputWidth: matrix.width,
      hiddenLayers: params.hiddenLayers,
      outputWidth: task === 'regression' ? 1 : labels.classes.length,
      activation: params.activation,
    };
    const metric = task === 'regression' ? 'squaredError' : 'logLoss';
    const trained = await trainNetwork({
      shape,
      task,
      matrix,
      target: Float32Array.from(labels.values, (value) => (value - target.offset) / target.scale),
      optimizer: params.optimizer,
      epochs: params.epochs,
      batchSize: params.batchSize,
      learningRate: params.learningRate,
      weightDecay: params.weightDecay,
      validationShare: params.validationShare,
      patience: params.patience,
      seed: params.seed,
      threads: ctx.threads,
      signal: ctx.signal,
      onProgress(epoch) {
        ctx.progress({ done: epoch, total: params.epochs, unit: 'epochs' });
      },
      onEpoch(curve) {
        ctx.partial({ curve: { metric, train: [...curve.train], valid: [...curve.valid] } });
      },
    });
    ctx.log('info', `Kept the weights of epoch ${trained.bestEpoch} of ${trained.curve.train.length}.`);
    const network: Network = { ...shape, parameters: trained.parameters, standardization, target };
    const fused = await appendModel({
      pipeline,
      ...(task === 'regression' ? {} : { classification: { classes: labels.classes, labelType: labels.label.type } }),
      build: (builder, features) => writeNetwork(builder, features, network, task),
    });
    const model = await writeModel({
      ctx,
      table,
      features: { table: pipeline.table, inputs: fused.inputs, outputs: pipeline.features },
      pipeline,
      labels,
      model: {
        onnx: fused.bytes,
        native: encodeNetwork({ task, network }),
        trainer: { kind: mlpNode.kind, params: { ...params } },
        curve: { metric, ...trained.curve },
        importance: inputImportance(network),
      },
    });
    return { model };
  },
});

function scalingOf(values: Float64Array): { offset: number; scale: number } {
  const offset = values.reduce((sum, value) => sum + value / values.length, 0);
  const variance = values.reduce((sum, value) => sum + (value - offset) ** 2 / values.length, 0);
  return { offset, scale: Math.sqrt(variance) || 1 };
}
