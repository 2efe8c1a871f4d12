import { z } from 'zod';
import { type FeatureSource, inferFeatures, rawSources } from '../../../shared/model/feature-sources.ts';
import { refuseNonNumber } from '../../../shared/model/numeric-source.ts';
import type { FeatureColumn } from '../../../shared/model/signature.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';

const paramsSchema = z.object({
  columns: z
    .array(z.string())
    .default([])
    .describe('Numeric columns to scale.')
    .meta(paramMeta({ ui: { control: 'columns', port: 'input', types: ['float64', 'int64', 'bool'] } })),
  method: z
    .enum(['standard', 'min-max', 'robust', 'quantile', 'quantile-normal', 'power'])
    .default('standard')
    .describe(
      'Standard: mean 0 and standard deviation 1. Min-max: training rows from 0 to 1. Robust: median 0 and interquartile range 1. Quantile: the share of training rows below, or the normal value of that share. Power: as close to normal as a power makes it.',
    ),
});
export type ScaleParams = z.output<typeof paramsSchema>;

export function scaledFeature(source: FeatureSource): FeatureColumn {
  return { name: source.name, width: 1, sources: rawSources(source) };
}

export const scaleNode = defineNode({
  kind: 'feature.scale',
  version: 1,
  stage: 'feature',
  title: 'Scale',
  summary: 'Brings numbers to a common range, learnt from the training rows.',
  keywords: [
    'standardize',
    'normalise',
    'z-score',
    'min-max',
    'robust',
    'scaler',
    'quantile',
    'power',
    'yeo-johnson',
    'log',
  ],
  params: paramsSchema,
  ports: {
    inputs: { input: { types: ['table', 'features'], fits: true, doc: 'Training rows, or features of another step.' } },
    outputs: { features: { type: 'features', doc: 'One feature per column.' } },
  },
  infer: (inputs, params) =>
    inferFeatures(inputs, {
      field: 'columns',
      columns: params.columns,
      refuse: refuseNonNumber,
      produce: (source) => [scaledFeature(source)],
    }),
  determinism: 'pure',
  resources: (_params, stats) => ({ cpu: 1, memoryBytes: 2 ** 28 + 2 * (stats.bytes ?? 0) }),
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    { name: 'Standard', params: { columns: ['distance'] }, note: 'For linear models and neural networks.' },
    { name: 'Skewed amounts', params: { columns: ['price'], method: 'power' }, note: 'Long tails become short.' },
    { name: 'Robust', params: { columns: ['delay'], method: 'robust' }, note: 'Little moved by outliers.' },
  ],
  help: `Computes (x − centre) / spread in float32, the precision of training and serving.

| method | centre | spread |
| --- | --- | --- |
| standard | mean | standard deviation (of the population) |
| min-max | minimum | maximum − minimum |
| robust | median | third quartile − first quartile |

**Quantile** gives the share of training values below, from 0 to 1: straight lines between up to 256 quantiles, 0 and 1
outside. **Quantile-normal** gives the value of a standard normal distribution with that share below it, between −5.2 and 5.2.
**Power** applies the Yeo–Johnson power that makes the training values most like a normal distribution, then mean 0 and
standard deviation 1; it is found on their quantiles and computed in float64.

Statistics are taken over finite values of the training rows. A column with one value only has spread 1. Missing values
stay missing, infinite ones infinite; values outside the training range are not cut. Trees do not need this step.
`,
});
