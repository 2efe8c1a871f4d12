import { z } from 'zod';
import { type FeatureSource, inferFeatures, rawSources } from '../../../shared/model/feature-sources.ts';
import { refuseNonScalar, type SourceRefusal } from '../../../shared/model/numeric-source.ts';
import type { FeatureColumn } from '../../../shared/model/signature.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';

const paramsSchema = z.object({
  columns: z
    .array(z.string())
    .default([])
    .describe('Columns to fill: numbers, booleans and text.')
    .meta(paramMeta({ ui: { control: 'columns', port: 'input', types: ['float64', 'int64', 'bool', 'string'] } })),
  numbers: z
    .enum(['median', 'mean', 'most-frequent', 'constant', 'keep'])
    .default('median')
    .describe('What stands for a missing number. Keep leaves it missing: boosted trees have their own branch for it.')
    .meta(paramMeta({ section: 'Fill with' })),
  number: z
    .number()
    .default(0)
    .describe('The number that stands for a missing one, with Constant.')
    .meta(paramMeta({ section: 'Fill with' })),
  text: z
    .enum(['most-frequent', 'constant'])
    .default('constant')
    .describe('What stands for missing text.')
    .meta(paramMeta({ section: 'Fill with' })),
  textValue: z
    .string()
    .default('unknown')
    .describe('The text that stands for a missing one, with Constant.')
    .meta(paramMeta({ section: 'Fill with' })),
  infinite: z
    .enum(['missing', 'keep'])
    .default('missing')
    .describe(
      'Infinite numbers, and those too large for float32, count as missing. Keep leaves them, as the largest values of trees; linear models and networks cannot take them.',
    )
    .meta(paramMeta({ label: 'Infinite numbers', advanced: true })),
  indicator: z
    .boolean()
    .default(false)
    .describe('Adds a feature NAME_missing per column: 1 where the value was missing, else 0.')
    .meta(paramMeta({ label: 'Missing indicator' })),
});
export type ImputeParams = z.output<typeof paramsSchema>;

/** Why a source cannot be filled. */
export function refuseImpute(source: FeatureSource): SourceRefusal | undefined {
  if (source.kind === 'column' && source.column.type === 'timestamp') {
    return { reason: 'is a time', fix: 'Use the Date and time step; missing times give missing parts.' };
  }
  return refuseNonScalar(source);
}

/** The filled feature and, if wanted, its indicator. */
export function imputedFeatures(source: FeatureSource, indicator: boolean): FeatureColumn[] {
  const sources = rawSources(source);
  const filled: FeatureColumn =
    source.kind === 'feature'
      ? source.feature
      : { name: source.name, width: 1, sources, ...(source.column.type === 'string' ? { text: true } : {}) };
  return indicator ? [filled, { name: `${source.name}_missing`, width: 1, sources }] : [filled];
}

export const imputeNode = defineNode({
  kind: 'feature.impute',
  version: 1,
  stage: 'feature',
  title: 'Impute',
  summary: 'Fills missing values with what the training rows show, or with a constant.',
  keywords: ['missing', 'null', 'nan', 'fill', 'median', 'mean', 'indicator', 'numeric', 'keep'],
  params: paramsSchema,
  ports: {
    inputs: { input: { types: ['table', 'features'], fits: true, doc: 'Training rows, or features of another step.' } },
    outputs: { features: { type: 'features', doc: 'One feature per column.' } },
  },
  infer: (inputs, params) =>
    inferFeatures(inputs, {
      field: 'columns',
      columns: params.columns,
      refuse: refuseImpute,
      produce: (source) => imputedFeatures(source, params.indicator),
    }),
  determinism: 'pure',
  resources: (_params, stats) => ({ cpu: 1, memoryBytes: 2 ** 28 + 2 * (stats.bytes ?? 0) }),
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    { name: 'Median', params: { columns: ['distance'] }, note: 'Missing distances become the median distance.' },
    {
      name: 'Pass numbers to trees',
      params: { columns: ['distance'], numbers: 'keep' },
      note: 'Makes a feature of a column without changing it.',
    },
    {
      name: 'Text',
      params: { columns: ['origin'], textValue: 'none', indicator: true },
      note: 'Put an Encode step behind it.',
    },
  ],
  help: `Learns one fill value per column from the training rows and writes it into the pipeline, so that training and
serving fill alike.

- **Median, mean, most frequent** are taken over finite values; ties go to the smaller value.
- **Keep** only turns the column into a feature. Boosted trees handle missing values themselves.
- Infinite values count as missing, unless they are kept: then they pass through.
- The empty text is a value, not a missing one.
- Text stays text and needs an **Encode** step behind this one.

A column without any value cannot be learnt from; use a constant.
`,
});
