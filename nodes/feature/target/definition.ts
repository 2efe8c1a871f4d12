import { z } from 'zod';
import { type FeatureSource, inferFeatures, rawSources } from '../../../shared/model/feature-sources.ts';
import type { FeatureColumn } from '../../../shared/model/signature.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { drawSeed, targetParams } from '../../lib/target-params.ts';

const paramsSchema = z.object({
  columns: z
    .array(z.string())
    .default([])
    .describe('Columns with categories, also very many: text, booleans or whole numbers.')
    .meta(paramMeta({ ui: { control: 'columns', port: 'input', types: ['string', 'bool', 'int64'] } })),
  label: z
    .string()
    .default('')
    .describe('The column that the model is going to predict.')
    .meta(paramMeta({ ui: { control: 'column', port: 'input', types: ['bool', 'int64', 'float64', 'string'] } })),
  task: targetParams.task,
  smoothing: z
    .number()
    .min(0)
    .max(1e6)
    .default(20)
    .describe('Rows that the mean of all rows counts for: rare categories are drawn to it.')
    .meta(paramMeta({ unit: 'rows' })),
  folds: z
    .number()
    .int()
    .min(2)
    .max(50)
    .default(5)
    .describe('A training row gets what the other folds say about its category, never its own label.')
    .meta(paramMeta({ unit: 'folds' })),
  maxCategories: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(10_000)
    .describe('Keeps the most frequent categories; the others get the mean of all rows.')
    .meta(paramMeta({ unit: 'categories', advanced: true })),
  seed: drawSeed,
});
export type TargetParams = z.output<typeof paramsSchema>;

/** Why a source has no categories to encode. */
export function refuseTarget(source: FeatureSource): { reason: string; fix: string } | undefined {
  if (source.kind === 'feature') {
    if (source.feature.width === 1) return undefined;
    return { reason: `has ${source.feature.width} values per row, and one is needed`, fix: 'Leave it out.' };
  }
  const { type, sqlType } = source.column;
  if (type === 'bool' || type === 'int64' || type === 'string') return undefined;
  return { reason: `is ${sqlType}, not a category`, fix: 'Use Bucketize first, or cast it in an SQL step.' };
}

/** `NAME_target`: one value, or with several classes one per class. */
export function targetFeature(source: FeatureSource, labels: readonly string[] = []): FeatureColumn {
  const feature = { name: `${source.name}_target`, width: Math.max(1, labels.length), sources: rawSources(source) };
  return { ...feature, ...(labels.length === 0 ? {} : { labels: [...labels] }), outOfFold: true };
}

export const targetNode = defineNode({
  kind: 'feature.target',
  version: 1,
  stage: 'feature',
  title: 'Target encoding',
  summary: 'Turns categories into the mean label of their rows, learnt out of fold so that no row sees its own label.',
  keywords: [
    'target encoding',
    'mean encoding',
    'likelihood',
    'high cardinality',
    'categorical',
    'out of fold',
    'impact',
  ],
  params: paramsSchema,
  ports: {
    inputs: { input: { types: ['table', 'features'], fits: true, doc: 'Training rows, or features of another step.' } },
    outputs: { features: { type: 'features', doc: 'One feature NAME_target per column.' } },
  },
  infer: (inputs, params) => {
    const result = inferFeatures(inputs, {
      field: 'columns',
      columns: params.columns,
      refuse: refuseTarget,
      produce: (source) => [targetFeature(source)],
    });
    const shape = inputs['input']?.[0];
    const table = shape?.type === 'table' ? shape.schema : shape?.type === 'features' ? shape.table : undefined;
    if (table === undefined) return result;
    const problem = labelProblem(
      params.label,
      table.columns.map(({ name }) => name),
      params.columns,
    );
    return problem === undefined ? result : { ...result, problems: [...result.problems, problem] };
  },
  determinism: 'seeded',
  resources: (_params, stats) => ({ cpu: 2, memoryBytes: 2 ** 29 + 4 * (stats.bytes ?? 0) }),
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    {
      name: 'Airports by how often they are late',
      params: { columns: ['origin', 'destination'], label: 'late' },
      note: 'The share of late flights per airport, drawn to the share of all for small airports.',
    },
    {
      name: 'Prices by postcode',
      params: { columns: ['postcode'], label: 'price', task: 'regression', smoothing: 50 },
      note: 'The mean price per postcode.',
    },
  ],
  help: `Gives each category the mean of the label over its training rows: the share of the second class (yes/no labels), of
each class (several classes), or the mean (numbers). Rare categories are drawn to the mean of all rows:
(sum of labels + smoothing × overall mean) ÷ (rows + smoothing).

**Out of fold.** A training row must not learn from its own label. So the training rows are dealt into folds, and each gets
what the *other* folds say about its category; a category that no other fold has gets their mean. The model is trained on
these values. In serving, and for held-out rows, a category has the value of all training rows. Because training rows have
values of their own, no further feature step can build on the encoded feature: put this step last.

Missing values are a category of their own if training rows had some. Unseen categories, and those beyond the most frequent,
get the mean of all training rows. The empty text is a category.
`,
});

function labelProblem(label: string, columns: readonly string[], encoded: readonly string[]) {
  if (label === '') return { field: 'label', message: 'No label is chosen.', fix: 'Choose the column to predict.' };
  if (!columns.includes(label)) {
    return {
      field: 'label',
      message: `Column “${label}” is not in the training rows.`,
      fix: 'Choose a column that exists.',
    };
  }
  if (!encoded.includes(label)) return undefined;
  return {
    field: 'columns',
    message: `The label “${label}” is also one of the columns to encode.`,
    fix: 'Take it out: a model that sees its own answer learns nothing else.',
  };
}
