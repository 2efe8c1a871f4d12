import { z } from 'zod';
import { type FeatureSource, inferFeatures, rawSources } from '../../../shared/model/feature-sources.ts';
import type { FeatureColumn } from '../../../shared/model/signature.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';

const paramsSchema = z.object({
  columns: z
    .array(z.string())
    .default([])
    .describe('Columns with categories: text, booleans or whole numbers.')
    .meta(paramMeta({ ui: { control: 'columns', port: 'input', types: ['string', 'bool', 'int64'] } })),
  method: z
    .enum(['ordinal', 'one-hot', 'frequency'])
    .default('ordinal')
    .describe(
      'Ordinal: one code per category, for trees. One-hot: one 0/1 column per category, for linear models. Frequency: the share of training rows with the category.',
    ),
  maxCategories: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(250)
    .describe('Keeps the most frequent categories; the others share one.')
    .meta(paramMeta({ unit: 'categories', section: 'Rare categories' })),
  minFrequency: z
    .number()
    .int()
    .min(1)
    .default(1)
    .describe('Categories with fewer training rows share one.')
    .meta(paramMeta({ unit: 'rows', section: 'Rare categories' })),
});

export type EncodeParams = z.output<typeof paramsSchema>;

/** Why a source cannot be encoded. */
export function refuseEncode(source: FeatureSource): { reason: string; fix: string } | undefined {
  if (source.kind === 'feature') {
    if (source.feature.width === 1) return undefined;
    return {
      reason: `has ${source.feature.width} values per row, and only single values are encoded`,
      fix: 'Leave it out.',
    };
  }
  switch (source.column.type) {
    case 'bool':
    case 'int64':
    case 'string':
      return undefined;
    case 'float64':
      return { reason: 'is a fractional number', fix: 'Use Impute or Scale, or cast it to an integer in an SQL step.' };
    case 'timestamp':
      return { reason: 'is a time', fix: 'Use the Date and time step.' };
    case 'tensor':
      return { reason: 'is a tensor', fix: 'Use the Image step.' };
    case 'other':
      return { reason: `has the type ${source.column.sqlType}`, fix: 'Cast it to text in an SQL step.' };
  }
}

/** The feature of a source; the width of a one-hot encoding is known only after fitting. */
export function encodedFeature(source: FeatureSource): FeatureColumn {
  return { name: source.name, width: 1, sources: rawSources(source) };
}

export const encodeNode = defineNode({
  kind: 'feature.encode',
  version: 1,
  stage: 'feature',
  title: 'Encode',
  summary: 'Turns categories into numbers: ordinal codes or one-hot columns.',
  keywords: ['categorical', 'one-hot', 'ordinal', 'dummy', 'label', 'category', 'string'],
  params: paramsSchema,
  ports: {
    inputs: { input: { types: ['table', 'features'], fits: true, doc: 'Training rows, or features of another step.' } },
    outputs: { features: { type: 'features', doc: 'One feature per column.' } },
  },
  infer: (inputs, params) =>
    inferFeatures(inputs, {
      field: 'columns',
      columns: params.columns,
      refuse: refuseEncode,
      produce: (source) => [encodedFeature(source)],
    }),
  determinism: 'pure',
  resources: (_params, stats) => ({ cpu: 1, memoryBytes: 2 ** 28 + 2 * (stats.bytes ?? 0) }),
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    { name: 'Airports for trees', params: { columns: ['origin', 'destination'] }, note: 'One code per airport.' },
    {
      name: 'One-hot for a linear model',
      params: { columns: ['species'], method: 'one-hot', maxCategories: 20 },
      note: 'One column per species.',
    },
  ],
  help: `Learns the categories from the training rows, the most frequent first, equally frequent ones by name.

**Ordinal** gives every kept category the code 0, 1, 2 … Then come two codes of their own: one for all other values
(cut off in training, or never seen in training) and one for missing values. Trees split on the codes as a set of
categories.

**One-hot** gives one column per kept category, 1 in the column of the row's category and 0 elsewhere. A column for all
other values is added if training rows had any, a column for missing values likewise; otherwise such rows are 0
everywhere.

**Frequency** gives the share of training rows that have the category, 0 for others, and the share of rows without a value
for missing ones.

The empty text is a category, not a missing value. Upper and lower case differ.
`,
});
