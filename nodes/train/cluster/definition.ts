import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { scoredShape } from '../../../shared/model/scored-shape.ts';
import { drawSeed, newColumn } from '../../lib/target-params.ts';

export const clusterNode = defineNode({
  kind: 'train.cluster',
  version: 1,
  stage: 'train',
  title: 'Clusters',
  summary: 'Groups rows that are alike, without a label.',
  keywords: ['k-means', 'dbscan', 'clustering', 'segments', 'unsupervised', 'groups', 'silhouette'],
  params: z.object({
    method: z
      .enum(['k-means', 'dbscan'])
      .default('k-means')
      .describe('k-means: round groups around centres. DBSCAN: dense groups of any shape, and noise between them.'),
    clusters: z
      .number()
      .int()
      .min(0)
      .max(200)
      .default(0)
      .describe('Number of clusters of k-means; 0: the number from 2 to 10 with the best silhouette.')
      .meta(paramMeta({ section: 'k-means', unit: 'clusters' })),
    restarts: z
      .number()
      .int()
      .min(1)
      .max(100)
      .default(4)
      .describe('Runs from other random starts; the tightest one is kept.')
      .meta(paramMeta({ section: 'k-means', advanced: true })),
    radius: z
      .number()
      .positive()
      .default(0.5)
      .describe('Rows closer than this are neighbours, in standard deviations of the columns.')
      .meta(paramMeta({ section: 'DBSCAN' })),
    minNeighbours: z
      .number()
      .int()
      .min(1)
      .max(10_000)
      .default(5)
      .describe('Neighbours (itself included) that make a row part of the inside of a cluster.')
      .meta(paramMeta({ section: 'DBSCAN', unit: 'rows' })),
    column: newColumn('cluster', 'Name of the new column with the number of the cluster; −1 for noise.'),
    seed: drawSeed,
  }),
  ports: {
    inputs: { features: { types: ['features'], many: true, fits: true, doc: 'Features of the rows to group.' } },
    outputs: {
      model: { type: 'model', doc: 'Finds the cluster of a new row.' },
      table: { type: 'table', doc: 'The rows with the number of their cluster.' },
    },
  },
  infer(inputs, params) {
    const table = scoredShape(inputs, [{ name: params.column, type: 'int64' }]);
    return { outputs: { model: { type: 'model' }, ...(table === undefined ? {} : { table }) }, problems: [] };
  },
  determinism: 'seeded',
  resources: (_params, stats) => {
    const cells = (stats.rows ?? 10_000) * (stats.columns ?? 10);
    return { cpu: 1, memoryBytes: 2 ** 28 + 16 * cells, seconds: 2 + cells / 2_000_000 };
  },
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    { name: 'Find the number', params: {}, note: 'Tries 2 to 10 groups and takes the clearest.' },
    {
      name: 'Dense regions',
      params: { method: 'dbscan', radius: 0.3, minNeighbours: 10 },
      note: 'Rows outside of every dense region are noise, cluster −1.',
    },
  ],
  help: `Groups rows by the distance of their features, each brought to mean 0 and standard deviation 1. Missing values are
refused: impute them before. Clusters are numbered from the largest, 0.

**k-means** (Lloyd, from k-means++ starts) puts a row to the nearest centre. **DBSCAN** joins rows with enough neighbours
within the radius to those they reach; what lies outside is noise, −1. It compares all pairs of at most 20,000 rows, evenly
spaced over the table; the others go to the cluster of the nearest such row, if it is within the radius.

**The model** gives the cluster as \`label\`, and as \`probabilities\` how near each one is: softmax of −distance² / spread, the
spread being twice the mean squared distance per column (DBSCAN: a tenth of the squared radius). It is served like a
classifier. To register it, connect **Evaluate** to the model and to the table that comes out here: it checks that serving
gives the same clusters.

The log tells the sizes and the silhouette: near 1 for groups far apart, near 0 for groups that touch.`,
});
