import { z } from 'zod';
import { inferModel } from '../../../shared/model/infer-model.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { hiddenLayersParam, optimizationParams } from '../../lib/network-params.ts';
import { targetParams } from '../../lib/target-params.ts';

const paramsSchema = z.object({
  ...targetParams,
  ...hiddenLayersParam,
  embeddings: z
    .enum(['auto', 'off'])
    .default('auto')
    .describe('Auto: each category of an ordinal encoding gets a vector of its own that is learnt.')
    .meta(paramMeta({ advanced: true })),
  ...optimizationParams,
});

export const mlpNode = defineNode({
  kind: 'train.mlp',
  version: 1,
  stage: 'train',
  title: 'Neural network',
  summary: 'Trains a fully connected neural network.',
  keywords: ['embedding', 'dropout', 'mlp', 'deep learning', 'perceptron', 'dense', 'neural', 'adam', 'digits'],
  params: paramsSchema,
  ports: {
    inputs: { features: { types: ['features'], many: true, fits: true, doc: 'Features of the training rows.' } },
    outputs: { model: { type: 'model', doc: 'The trained model, raw columns in.' } },
  },
  infer: inferModel,
  determinism: 'numeric',
  usesDevice: true,
  resources: (params, stats) => {
    const rows = stats.rows ?? 10_000;
    const width = stats.columns ?? 10;
    const sizes = [width, ...params.hiddenLayers, 2];
    const weights = sizes.slice(1).reduce((sum, size, i) => sum + size * (sizes[i] as number), 0);
    return {
      cpu: 2,
      memoryBytes: 2 ** 29 + 12 * rows * width,
      seconds: 1 + (params.epochs * rows * (weights * 6 + 20_000)) / 1e10,
    };
  },
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    { name: 'Table data', params: { label: 'species', hiddenLayers: [32, 16] }, note: 'Two small layers.' },
    {
      name: 'Handwritten digits',
      params: { label: 'digit', hiddenLayers: [128], batchSize: 64 },
      note: 'Behind an Image step; reaches 95 % in seconds.',
    },
  ],
  help: `Trains with backpropagation on minibatches. Forward pass, gradients and updates run as one ONNX graph per chunk of
batches, on the threads of the step.

- **Inputs are standardised inside the model**: per column, and with one mean and deviation for all columns of an image
  or a one-hot feature.
- **Categories** of an ordinal **Encode** step get vectors (embeddings) of up to 50 numbers each, learnt with the rest;
  a one-hot encoding is taken as it is.
- **Loss**: cross-entropy for classes, mean squared error (of the standardised label) for numbers.
- **Device**: \`device\` of the node is auto, cpu, webgpu, cuda, dml or coreml. Auto trains small networks on the processor, and
  else measures the first batches on every device that works here; the log and the Devices screen say what it took and why.
- **Starting weights**: He before ReLU, Glorot otherwise; all randomness follows from the seed.
- **Batch normalisation** learns from each batch's own mean and deviation; the served model has their running means folded into
  its weights. A short last batch is left out of an epoch.
- **Early stopping** watches the loss on the validation share and keeps the weights of the best epoch.
- **Missing values** are refused, with the name of the feature: add an **Impute** step before.
- A loss that is no longer a number stops the step: lower the learning rate.`,
});
