import { z } from 'zod';
import { type FeatureSource, inferFeatures, rawSources } from '../../../shared/model/feature-sources.ts';
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
    .enum(['standard', 'min-max', 'robust'])
    .default('standard')
    .describe(
      'Standard: mean 0 and standard deviation 1. Min-max: training rows from 0 to 1. Robust: median 0 and interquartile range 1.',
    ),
});
export type ScaleParams = z.output<typeof paramsSchema>;

/** Why a source cannot be scaled. */
export function refuseScale(source: FeatureSource): { reason: string; fix: string } | undefined {
  if (source.kind === 'feature') {
    if (source.feature.text === true) return { reason: 'is text', fix: 'Encode it first.' };
    if (source.feature.width === 1) return undefined;
    return {
      reason: `has ${source.feature.width} values per row, and only single values are scaled`,
      fix: 'Leave it out.',
    };
  }
  switch (source.column.type) {
    case 'bool':
    case 'int64':
    case 'float64':
      return undefined;
    case 'string':
      return { reason: 'is text', fix: 'Use the Encode step, or cast it to a number in an SQL step.' };
    case 'timestamp':
      return { reason: 'is a time', fix: 'Use the Date and time step.' };
    case 'tensor':
      return { reason: 'is a tensor', fix: 'Use the Image step.' };
    case 'other':
      return { reason: `has the type ${source.column.sqlType}`, fix: 'Cast it to a number in an SQL step.' };
  }
}

export function scaledFeature(source: FeatureSource): FeatureColumn {
  return { name: source.name, width: 1, sources: rawSources(source) };
}

export const scaleNode = defineNode({
  kind: 'feature.scale',
  version: 1,
  stage: 'feature',
  title: 'Scale',
  summary: 'Brings numbers to a common range, learnt from the training rows.',
  keywords: ['standardize', 'normalise', 'z-score', 'min-max', 'robust', 'scaler'],
  params: paramsSchema,
  ports: {
    inputs: { input: { types: ['table', 'features'], fits: true, doc: 'Training rows, or features of another step.' } },
    outputs: { features: { type: 'features', doc: 'One feature per column.' } },
  },
  infer: (inputs, params) =>
    inferFeatures(inputs, {
      field: 'columns',
      columns: params.columns,
      refuse: refuseScale,
      produce: (source) => [scaledFeature(source)],
    }),
  determinism: 'pure',
  resources: (_params, stats) => ({ cpu: 1, memoryBytes: 2 ** 28 + 2 * (stats.bytes ?? 0) }),
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    { name: 'Standard', params: { columns: ['distance'] }, note: 'For linear models and neural networks.' },
    { name: 'Robust', params: { columns: ['delay'], method: 'robust' }, note: 'Little moved by outliers.' },
  ],
  help: `Computes (x − centre) / spread in float32, the precision of training and serving.

| method | centre | spread |
| --- | --- | --- |
| standard | mean | standard deviation (of the population) |
| min-max | minimum | maximum − minimum |
| robust | median | third quartile − first quartile |

Statistics are taken over finite values of the training rows. A column with one value only has spread 1. Missing values
stay missing, infinite ones infinite; values outside the training range are not cut. Trees do not need this step.
`,
});
