import { z } from 'zod';
import { inferModel } from '../../../shared/model/infer-model.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';

const paramsSchema = z.object({
  label: z
    .string()
    .default('')
    .describe('The column to predict.')
    .meta(paramMeta({ ui: { control: 'column', port: 'features', types: ['bool', 'int64', 'float64', 'string'] } })),
  task: z
    .enum(['auto', 'binary', 'multiclass', 'regression'])
    .default('auto')
    .describe('Auto: true/false, text and few whole numbers are classes, other numbers a regression.'),
  hiddenLayers: z
    .array(z.number().int().min(1).max(4096))
    .max(8)
    .default([64])
    .describe('Units of each hidden layer, from the input on; empty for none.'),
  activation: z.enum(['relu', 'tanh', 'sigmoid']).default('relu').describe('Non-linearity after each hidden layer.'),
  epochs: z.number().int().min(1).max(10_000).default(30).describe('Passes over the training rows at most.'),
  batchSize: z
    .number()
    .int()
    .min(1)
    .max(65_536)
    .default(128)
    .describe('Rows per update.')
    .meta(paramMeta({ unit: 'rows' })),
  learningRate: z.number().positive().default(0.001).describe('Size of the updates.'),
  optimizer: z
    .enum(['adam', 'adamw', 'sgd'])
    .default('adam')
    .describe('Adam; AdamW with decoupled weight decay; SGD with momentum 0.9.')
    .meta(paramMeta({ section: 'Optimizer' })),
  weightDecay: z
    .number()
    .min(0)
    .default(0)
    .describe('Pulls weights (not biases) towards 0.')
    .meta(paramMeta({ section: 'Optimizer' })),
  validationShare: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.1)
    .describe('Share of the training rows that only decides when to stop; 0 trains for all epochs.')
    .meta(paramMeta({ section: 'Early stopping' })),
  patience: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(5)
    .describe('Stops after this many epochs without a lower validation loss and keeps the best one.')
    .meta(paramMeta({ section: 'Early stopping', unit: 'epochs' })),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1)
    .describe('Starting weights, validation rows and order of the batches follow from it.')
    .meta(paramMeta({ advanced: true })),
});

export const mlpNode = defineNode({
  kind: 'train.mlp',
  version: 1,
  stage: 'train',
  title: 'Neural network',
  summary: 'Trains a fully connected neural network.',
  keywords: ['mlp', 'deep learning', 'perceptron', 'dense', 'neural', 'adam', 'digits'],
  params: paramsSchema,
  ports: {
    inputs: { features: { types: ['features'], many: true, fits: true, doc: 'Features of the training rows.' } },
    outputs: { model: { type: 'model', doc: 'The trained model, raw columns in.' } },
  },
  infer: inferModel,
  determinism: 'numeric',
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
- **Loss**: cross-entropy for classes, mean squared error (of the standardised label) for numbers.
- **Starting weights**: He before ReLU, Glorot otherwise; all randomness follows from the seed.
- **Early stopping** watches the loss on the validation share and keeps the weights of the best epoch.
- **Missing values** are refused, with the name of the feature: add an **Impute** step before.
- A loss that is no longer a number stops the step: lower the learning rate.`,
});
