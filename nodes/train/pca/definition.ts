import { z } from 'zod';
import { scoredShape } from '../../../shared/model/scored-shape.ts';
import { defineNode, type InferResult } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';

/** Names of the columns of the table. */
export function componentNames(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
}

export const pcaNode = defineNode({
  kind: 'train.pca',
  version: 1,
  stage: 'train',
  title: 'Principal components',
  summary: 'Turns many related features into few that keep most of their variance.',
  keywords: ['pca', 'dimension', 'reduction', 'unsupervised', 'decorrelate', 'compress', 'projection'],
  params: z.object({
    components: z
      .number()
      .int()
      .min(1)
      .max(200)
      .default(2)
      .describe('Components to keep, at most as many as there are feature columns.'),
    name: z
      .string()
      .min(1)
      .max(100)
      .default('pc')
      .describe('Name of the feature; the columns of the table are numbered: pc1, pc2 …')
      .meta(paramMeta({ advanced: true })),
  }),
  ports: {
    inputs: { features: { types: ['features'], many: true, fits: true, doc: 'Features of the training rows.' } },
    outputs: {
      features: { type: 'features', doc: 'The components as one feature, for a trainer.' },
      table: { type: 'table', doc: 'The rows with their components.' },
    },
  },
  infer(inputs, params): InferResult {
    const shapes = (inputs['features'] ?? []).filter((shape) => shape.type === 'features');
    const names = componentNames(params.name, params.components);
    const table = scoredShape(
      inputs,
      names.map((name) => ({ name, type: 'float64' as const })),
    );
    const [first] = shapes;
    if (first === undefined || table === undefined) return { outputs: {}, problems: [] };
    const all = shapes.flatMap(({ columns }) => columns);
    const width = all.reduce((sum, feature) => sum + feature.width, 0);
    if (width < params.components) {
      const message = `There are ${width} feature columns for ${params.components} components.`;
      return { outputs: {}, problems: [{ field: 'components', message, fix: 'Ask for fewer components.' }] };
    }
    const sources = [...new Set(all.flatMap((feature) => feature.sources))];
    const column = { name: params.name, width: params.components, sources, labels: names };
    const { lineage } = first;
    const features = { type: 'features' as const, columns: [column], table: first.table };
    return {
      outputs: { features: { ...features, ...(lineage === undefined ? {} : { lineage }) }, table },
      problems: [],
    };
  },
  determinism: 'pure',
  resources: (_params, stats) => {
    const [rows, width] = [stats.rows ?? 10_000, stats.columns ?? 10];
    return {
      cpu: 1,
      memoryBytes: 2 ** 28 + 16 * rows * width,
      seconds: 2 + (Math.min(rows, 50_000) * width ** 2) / 5e8,
    };
  },
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    { name: 'To look at', params: {}, note: 'Two components show the rows in the plane.' },
    {
      name: 'Before a linear model',
      params: { components: 20 },
      note: 'Few columns that do not depend on each other.',
    },
  ],
  help: `Brings every feature column to mean 0 and standard deviation 1, finds the directions along which the rows differ most, and
gives their coordinates. The log says what share of the variance each one keeps.

The components are a feature like any other: connect them to a trainer, and they are computed inside its model, also when
it is served. The table has the rows with their components, to look at.

Missing values are refused: impute them before. The directions are found on at most 50,000 rows, evenly spaced. Equal data
give equal components to the last bit; the largest weight of each direction is positive.`,
});
