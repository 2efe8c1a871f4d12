import { z } from 'zod';
import { type FeatureSource, inferFeatures, rawSources } from '../../../shared/model/feature-sources.ts';
import type { FeatureColumn } from '../../../shared/model/signature.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';

const paramsSchema = z.object({
  columns: z
    .array(z.string())
    .default([])
    .describe('Numeric columns to cut into buckets.')
    .meta(paramMeta({ ui: { control: 'columns', port: 'input', types: ['float64', 'int64'] } })),
  method: z
    .enum(['quantile', 'equal-width', 'edges'])
    .default('quantile')
    .describe('Quantile: equally many training rows per bucket. Equal width: equally long. Edges: where you say.'),
  buckets: z
    .number()
    .int()
    .min(2)
    .max(256)
    .default(10)
    .describe('Number of buckets; not used with edges. Equal values share a bucket, so there may be fewer.')
    .meta(paramMeta({ unit: 'buckets' })),
  edges: z
    .array(z.number())
    .max(255)
    .default([])
    .describe('Inner edges, ascending; a value on an edge belongs to the bucket above. Only with the method edges.'),
  output: z
    .enum(['ordinal', 'one-hot'])
    .default('ordinal')
    .describe('Ordinal: the number of the bucket. One-hot: one 0/1 column per bucket, for linear models.'),
});

export type BucketizeParams = z.output<typeof paramsSchema>;

/** Why a source cannot be cut into buckets. */
export function refuseBucketize(source: FeatureSource): { reason: string; fix: string } | undefined {
  if (source.kind === 'feature') {
    if (source.feature.text === true) return { reason: 'is text', fix: 'Encode it first.' };
    if (source.feature.width === 1) return undefined;
    return {
      reason: `has ${source.feature.width} values per row, and only single values have a bucket`,
      fix: 'Leave it out.',
    };
  }
  switch (source.column.type) {
    case 'int64':
    case 'float64':
      return undefined;
    case 'bool':
      return { reason: 'is true or false', fix: 'Use the Encode step.' };
    case 'string':
      return { reason: 'is text', fix: 'Use the Encode or Hash step, or cast it to a number in an SQL step.' };
    case 'timestamp':
      return { reason: 'is a time', fix: 'Use the Date and time step.' };
    case 'tensor':
      return { reason: 'is a tensor', fix: 'Use the Image step.' };
    case 'other':
      return { reason: `has the type ${source.column.sqlType}`, fix: 'Cast it to a number in an SQL step.' };
  }
}

/** The feature of a source; the width of a one-hot output is known only after fitting. */
export function bucketFeature(source: FeatureSource): FeatureColumn {
  return { name: source.name, width: 1, sources: rawSources(source) };
}

/** What is wrong with given edges, or undefined. They are compared in float32, the precision of features. */
export function edgesProblem(edges: readonly number[]): { message: string; fix: string } | undefined {
  if (edges.length === 0) return { message: 'No edge is given.', fix: 'Give at least one, such as [0, 10, 100].' };
  const single = edges.map(Math.fround);
  const wide = single.findIndex((edge) => !Number.isFinite(edge));
  if (wide >= 0) {
    return { message: `The edge ${edges[wide]} is beyond float32.`, fix: 'Leave it out: the outer buckets are open.' };
  }
  const at = single.findIndex((edge, index) => index > 0 && edge <= (single[index - 1] ?? edge));
  if (at < 0) return undefined;
  return {
    message: `The edge ${edges[at]} does not lie above ${edges[at - 1]}.`,
    fix: 'Give the edges in ascending order, each once.',
  };
}

export const bucketizeNode = defineNode({
  kind: 'feature.bucketize',
  version: 1,
  stage: 'feature',
  title: 'Bucketize',
  summary: 'Cuts numbers into buckets: equally full, equally wide, or at edges of your own.',
  keywords: ['bin', 'binning', 'discretize', 'quantile', 'histogram', 'bucket', 'cut', 'range'],
  params: paramsSchema,
  ports: {
    inputs: { input: { types: ['table', 'features'], fits: true, doc: 'Training rows, or features of another step.' } },
    outputs: { features: { type: 'features', doc: 'One feature per column.' } },
  },
  infer: (inputs, params) => {
    const inferred = inferFeatures(inputs, {
      field: 'columns',
      columns: params.columns,
      refuse: refuseBucketize,
      produce: (source) => [bucketFeature(source)],
    });
    const problem = params.method === 'edges' ? edgesProblem(params.edges) : undefined;
    if (problem !== undefined) inferred.problems.push({ field: 'edges', ...problem });
    return inferred;
  },
  determinism: 'pure',
  resources: (_params, stats) => ({ cpu: 1, memoryBytes: 2 ** 28 + 2 * (stats.bytes ?? 0) }),
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    { name: 'Deciles', params: { columns: ['distance'] }, note: 'Ten buckets with equally many flights each.' },
    {
      name: 'Age groups for a linear model',
      params: { columns: ['age'], method: 'edges', edges: [18, 30, 45, 65], output: 'one-hot' },
      note: 'One weight per age group, five in all.',
    },
  ],
  help: `Replaces a number by the bucket it falls into. A bucket holds its lower edge and not its upper one; the first
and the last are open, so every value, also an infinite one, has a bucket. Edges and values are compared in float32, the
precision of training and serving.

| method | edges |
| --- | --- |
| quantile | at the quantiles of the training rows, so that buckets hold equally many rows |
| equal-width | equally far apart between the smallest and the largest training value |
| edges | those you give |

Only finite training values count. Where many rows share a value, quantiles coincide and there are fewer buckets; a column
with one value only has one.

Missing values have a bucket of their own, after all others. **Ordinal** gives the number of the bucket, from 0, in the
order of the values. **One-hot** gives one 0/1 column per bucket, the last for missing values.
`,
});
