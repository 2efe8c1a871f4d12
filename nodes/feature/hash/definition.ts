import { z } from 'zod';
import { type FeatureSource, inferFeatures, rawSources } from '../../../shared/model/feature-sources.ts';
import type { FeatureColumn } from '../../../shared/model/signature.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';

const paramsSchema = z.object({
  columns: z
    .array(z.string())
    .default([])
    .describe('Columns with very many categories: text or whole numbers.')
    .meta(paramMeta({ ui: { control: 'columns', port: 'input', types: ['string', 'int64'] } })),
  buckets: z
    .number()
    .int()
    .min(2)
    .max(10_000)
    .default(256)
    .describe('Number of buckets. More buckets, fewer values that share one.')
    .meta(paramMeta({ unit: 'buckets' })),
  output: z
    .enum(['ordinal', 'one-hot'])
    .default('ordinal')
    .describe('Ordinal: the number of the bucket, for trees. One-hot: one 0/1 column per bucket, for linear models.'),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2_147_483_647)
    .default(0)
    .describe('Another seed lets other values share a bucket.')
    .meta(paramMeta({ advanced: true })),
});

export type HashParams = z.output<typeof paramsSchema>;

/** Why a source cannot be hashed. */
export function refuseHash(source: FeatureSource): { reason: string; fix: string } | undefined {
  if (source.kind === 'feature') {
    if (source.feature.width === 1) return undefined;
    return {
      reason: `has ${source.feature.width} values per row, and only single values are hashed`,
      fix: 'Leave it out.',
    };
  }
  switch (source.column.type) {
    case 'int64':
    case 'string':
      return undefined;
    case 'bool':
      return { reason: 'is true or false', fix: 'Use the Encode step.' };
    case 'float64':
      return {
        reason: 'is a fractional number',
        fix: 'Use the Bucketize step, or cast it to an integer in an SQL step.',
      };
    case 'timestamp':
      return { reason: 'is a time', fix: 'Use the Date and time step.' };
    case 'tensor':
      return { reason: 'is a tensor', fix: 'Use the Image step.' };
    case 'other':
      return { reason: `has the type ${source.column.sqlType}`, fix: 'Cast it to text in an SQL step.' };
  }
}

const missingName = '(missing)';

export function hashedFeature(source: FeatureSource, { buckets, output }: HashParams): FeatureColumn {
  const feature = { name: source.name, sources: rawSources(source) };
  const names = [...Array.from({ length: buckets }, (_, bucket) => String(bucket)), missingName];
  return output === 'ordinal'
    ? { ...feature, width: 1, categories: names }
    : { ...feature, width: names.length, labels: names };
}

export const hashNode = defineNode({
  kind: 'feature.hash',
  version: 1,
  stage: 'feature',
  title: 'Hash',
  summary: 'Puts categories into a fixed number of buckets by a hash, without learning a list of them.',
  keywords: ['hashing', 'hashing trick', 'categorical', 'high cardinality', 'bucket', 'murmur', 'id'],
  params: paramsSchema,
  ports: {
    inputs: { input: { types: ['table', 'features'], fits: true, doc: 'Training rows, or features of another step.' } },
    outputs: { features: { type: 'features', doc: 'One feature per column.' } },
  },
  infer: (inputs, params) =>
    inferFeatures(inputs, {
      field: 'columns',
      columns: params.columns,
      refuse: refuseHash,
      produce: (source) => [hashedFeature(source, params)],
    }),
  determinism: 'pure',
  resources: () => ({ cpu: 1, memoryBytes: 2 ** 28, seconds: 0.2 }),
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    {
      name: 'Tail numbers',
      params: { columns: ['tail_number'], buckets: 512 },
      note: 'New aircraft need no new model.',
    },
    {
      name: 'Users for a linear model',
      params: { columns: ['user_id'], buckets: 1000, output: 'one-hot' },
      note: 'One weight per bucket of users.',
    },
  ],
  help: `Gives each value the bucket **MurmurHash3 (32 bits, x86) modulo the number of buckets**. Nothing is learnt, so a
value that training never saw has a bucket like any other, and the model stays small however many values there are. The
price: values that share a bucket cannot be told apart.

Text is hashed as its UTF-8 bytes: upper and lower case differ, and the empty text is a value. Whole numbers are hashed
as 64-bit floating-point numbers, the form in which they reach a model; 1 and the text “1” are different values.

Missing values have a bucket of their own, after all others. **Ordinal** gives the number of the bucket; trees split on
the buckets as a set of categories. **One-hot** gives one 0/1 column per bucket, the last for missing values.

The hash is an operator of ONNX Runtime (com.microsoft.MurmurHash3): a runtime that has only the standard operators
cannot run the model.
`,
});
