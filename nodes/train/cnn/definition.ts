import { z } from 'zod';
import { inferModel } from '../../../shared/model/infer-model.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { hiddenLayersParam, optimizationParams } from '../../lib/network-params.ts';
import { targetParams } from '../../lib/target-params.ts';

export const cnnNode = defineNode({
  kind: 'train.cnn',
  version: 1,
  stage: 'train',
  title: 'Convolutional network',
  summary: 'Trains a small convolutional network on images or sequences.',
  keywords: ['cnn', 'image', 'vision', 'convolution', 'sequence', 'signal', 'time series', 'deep learning', 'digits'],
  params: z.object({
    ...targetParams,
    input: z
      .string()
      .default('')
      .describe('The feature with the pixels or samples; empty: the widest one. Other features join behind it.'),
    layout: z
      .enum(['image', 'sequence'])
      .default('image')
      .describe('Image: height × width pixels per channel. Sequence: samples in time per channel.'),
    channels: z
      .number()
      .int()
      .min(1)
      .max(1024)
      .default(1)
      .describe('Values per pixel or moment; the values of one channel stand together.'),
    height: z
      .number()
      .int()
      .min(0)
      .max(4096)
      .default(0)
      .describe('Rows of pixels of an image; 0: as many as columns.')
      .meta(paramMeta({ unit: 'pixels', advanced: true })),
    convolutions: z
      .array(z.number().int().min(1).max(512))
      .min(1)
      .max(6)
      .default([16, 32])
      .describe('Channels of each convolution; behind each, windows of 2 are reduced to their largest value.'),
    kernel: z
      .number()
      .int()
      .min(1)
      .max(31)
      .refine((size) => size % 2 === 1, 'must be odd')
      .default(3)
      .describe('Pixels or moments a convolution looks at, across; odd.')
      .meta(paramMeta({ advanced: true })),
    ...hiddenLayersParam,
    ...optimizationParams,
  }),
  ports: {
    inputs: { features: { types: ['features'], many: true, fits: true, doc: 'Features of the training rows.' } },
    outputs: { model: { type: 'model', doc: 'The trained model, raw columns in.' } },
  },
  infer: inferModel,
  determinism: 'numeric',
  usesDevice: true,
  resources: (params, stats) => {
    const rows = stats.rows ?? 10_000;
    const pixels = 784;
    const work = params.convolutions.reduce(
      (sum, channels, i) => sum + (channels * (params.convolutions[i - 1] ?? 1) * params.kernel ** 2 * pixels) / 4 ** i,
      0,
    );
    return {
      cpu: 2,
      memoryBytes: 2 ** 29 + 12 * rows * pixels + 40 * params.batchSize * pixels * Math.max(...params.convolutions),
      seconds: 2 + (params.epochs * rows * work * 6) / 1e10,
    };
  },
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    {
      name: 'Handwritten digits',
      params: { label: 'digit', epochs: 5, batchSize: 64 },
      note: 'Behind an Image step; 98 % in half a minute.',
    },
    {
      name: 'Three sensors',
      params: { label: 'fault', layout: 'sequence', channels: 3, convolutions: [16, 32], kernel: 7 },
      note: 'A feature of 3 × samples values; convolutions run along the time.',
    },
  ],
  help: `Convolutions of odd kernels with zeros around, an activation, and the largest value of each window of 2 × 2 pixels (2
moments of a sequence), one after another; then fully connected layers, which other features join. Use a **Image** step, or
a column of lists of one length, as the input.

Inputs are standardised inside the model, with one mean and deviation for all pixels of the image. Loss, optimizers,
schedules, dropout (behind the hidden layers), batch normalisation (of convolutions per channel) and early stopping are those of the **Neural network**.`,
});
