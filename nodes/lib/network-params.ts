import { z } from 'zod';
import { paramMeta } from '../../shared/node/param-meta.ts';
import { seedParam } from './seed-param.ts';
import { weightParams } from './target-params.ts';

export const hiddenLayersParam = {
  hiddenLayers: z
    .array(z.number().int().min(1).max(4096))
    .max(8)
    .default([64])
    .describe('Units of each hidden layer, from the input on; empty for none.'),
};

/** How every network is trained. */
export const optimizationParams = {
  ...weightParams,
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
  schedule: z
    .enum(['constant', 'cosine', 'warmup-cosine', 'steps'])
    .default('constant')
    .describe(
      'How the learning rate changes: down to 0 along a cosine, also after a short rise, or a tenth for each third.',
    )
    .meta(paramMeta({ section: 'Optimizer' })),
  dropout: z
    .number()
    .min(0)
    .max(0.9)
    .default(0)
    .describe('Share of the outputs of hidden layers left out of each update: guards against overfitting.')
    .meta(paramMeta({ section: 'Optimizer' })),
  batchNorm: z
    .boolean()
    .default(false)
    .describe(
      'Brings what each layer gives to mean 0 and deviation 1 over the batch: larger learning rates, deeper nets.',
    )
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
  seed: seedParam('Starting weights, validation rows and order of the batches follow from it.').meta(
    paramMeta({ advanced: true }),
  ),
};
