import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import type { TableSchema } from '../../../shared/table/schema.ts';
import { drawSeed, targetParams } from '../../lib/target-params.ts';

const paramsSchema = z.object({
  method: z
    .enum(['mutual-information', 'importance', 'variance'])
    .default('mutual-information')
    .describe(
      'Mutual information: what a feature alone says of the label. Importance: what boosted trees make of it together with the others. Variance: how much it varies, without a label.',
    ),
  label: targetParams.label.meta(
    paramMeta({ ui: { control: 'column', port: 'input', types: ['bool', 'int64', 'float64', 'string'] } }),
  ),
  task: targetParams.task,
  keep: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(20)
    .describe('At most this many features, those of the highest scores.')
    .meta(paramMeta({ unit: 'features' })),
  minScore: z.number().min(0).default(0).describe('Features whose score is not above this go, however few are left.'),
  always: z
    .array(z.string())
    .max(2000)
    .default([])
    .describe('Features that stay whatever their score.')
    .meta(paramMeta({ advanced: true })),
  seed: drawSeed,
});
export type SelectParams = z.output<typeof paramsSchema>;

/** One row per feature, the highest score first. */
const scores: TableSchema = {
  columns: [
    { name: 'feature', type: 'string', sqlType: 'VARCHAR' },
    { name: 'score', type: 'float64', sqlType: 'DOUBLE' },
    { name: 'kept', type: 'bool', sqlType: 'BOOLEAN' },
  ],
};

export const selectFeaturesNode = defineNode({
  kind: 'feature.select',
  version: 1,
  stage: 'feature',
  title: 'Select features',
  summary: 'Keeps the features that say most of the label, and shows the score of each.',
  keywords: ['feature selection', 'mutual information', 'importance', 'variance threshold', 'top k', 'drop', 'filter'],
  params: paramsSchema,
  ports: {
    inputs: { input: { types: ['features'], fits: true, doc: 'Features to choose from.' } },
    outputs: {
      features: { type: 'features', doc: 'Those that are kept, in their order.' },
      scores: { type: 'table', doc: 'Score of each feature, and whether it is kept.' },
    },
  },
  infer: (inputs, params) => {
    const shape = inputs['input']?.[0];
    if (shape?.type !== 'features') return { outputs: {}, problems: [] };
    const problems: { field: string; message: string; fix: string }[] = [];
    const text = shape.columns.find((feature) => feature.text === true);
    if (text !== undefined) {
      problems.push({ field: 'method', message: `The feature “${text.name}” is text.`, fix: 'Encode it first.' });
    }
    if (params.method !== 'variance') {
      const names = shape.table.columns.map(({ name }) => name);
      if (params.label === '') {
        problems.push({ field: 'label', message: 'No label is chosen.', fix: 'Choose the column to predict.' });
      } else if (!names.includes(params.label)) {
        const message = `Column “${params.label}” is not in the training rows.`;
        problems.push({ field: 'label', message, fix: 'Choose a column that exists.' });
      }
    }
    for (const name of params.always) {
      if (shape.columns.some((feature) => feature.name === name)) continue;
      problems.push({ field: 'always', message: `There is no feature “${name}”.`, fix: 'Take it out.' });
    }
    // Which features stay is known only after fitting.
    return { outputs: { features: shape, scores: { type: 'table', schema: scores } }, problems };
  },
  determinism: 'seeded',
  resources: (_params, stats) => ({ cpu: 2, memoryBytes: 2 ** 29 + 4 * (stats.bytes ?? 0) }),
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    { name: 'The best twenty', params: { label: 'late' }, note: 'By mutual information with the label.' },
    {
      name: 'Drop what never changes',
      params: { method: 'variance', keep: 100_000 },
      note: 'Features with one value in all training rows go.',
    },
  ],
  help: `Scores each feature on the training rows and keeps the best. A feature of several columns, such as a one-hot encoding,
is kept or dropped as a whole and has the score of its best column (with importance, the sum).

- **Mutual information** of feature and label in nats: 0 when they are independent. Numbers count by 32 quantiles, number
  labels by 10; missing values are a value of their own. It sees any relation of one feature alone, none of two together.
- **Importance** is the share of the loss reduction that 50 boosted trees take from the feature. Of two features that say the
  same, one gets most of it.
- **Variance** of the values present. It depends on the unit: scale first, or use it to drop what never changes.

Ties go to the feature that comes first. What is dropped is taken out of the served graph, and raw columns that no kept
feature needs are no longer part of a request.
`,
});
