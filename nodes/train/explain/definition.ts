import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { seedParam } from '../../lib/seed-param.ts';

const paramsSchema = z.object({
  rows: z
    .number()
    .int()
    .min(50)
    .max(20_000)
    .default(2_000)
    .describe('Held-out rows to look at, evenly spaced')
    .meta(paramMeta({ unit: 'rows' })),
  repeats: z.number().int().min(1).max(50).default(5).describe('Times each column is shuffled'),
  columns: z
    .array(z.string())
    .max(30)
    .default([])
    .describe('Columns whose effect is drawn; empty: the six that matter most')
    .meta(paramMeta({ ui: { control: 'columns', port: 'table' }, section: 'Partial dependence' })),
  class: z
    .string()
    .default('')
    .describe('Class whose score is explained; empty: the positive class of two, else the most frequent prediction')
    .meta(paramMeta({ section: 'Partial dependence' })),
  seed: seedParam('Of the shuffles').meta(paramMeta({ advanced: true })),
});

export const explainNode = defineNode({
  kind: 'train.explain',
  version: 1,
  stage: 'train',
  title: 'Explain',
  summary: 'Says which columns a model uses, how, and what they do together, on held-out rows.',
  keywords: ['explain', 'importance', 'shap', 'permutation', 'partial dependence', 'pdp', 'ice', 'interaction', 'why'],
  params: paramsSchema,
  ports: {
    inputs: {
      model: { types: ['model'], doc: 'The trained model.' },
      table: { types: ['table'], doc: 'Held-out rows: the raw columns of the model and the label.' },
    },
    outputs: { report: { type: 'report', doc: 'Importance, contributions, partial dependence and interactions.' } },
  },
  infer: () => ({ outputs: { report: { type: 'report' } }, problems: [] }),
  determinism: 'numeric',
  resources: (params) => ({ cpu: 2, memoryBytes: 2 ** 29, seconds: 5 + (params.rows * params.repeats) / 2_000 }),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    { name: 'What matters', params: {}, note: 'Connect a trainer and the test output of a Split.' },
    {
      name: 'Chosen columns',
      params: { columns: ['distance', 'hour'], repeats: 10 },
      note: 'Draws how the prediction changes with these two.',
    },
  ],
  help: `Everything is said of the columns of the table, whatever features were made of them: what is made of one column
belongs to it, what is made of several is shared among them evenly.

**Permutation importance** shuffles one column at a time and measures what that costs: log loss, or the root mean squared error
of a regression. The interval (95 %) is over rows. Columns that say the same can stand in for each other, and then none of
them seems to matter.

**Contributions** are Shapley values: of one row, what each column adds to its score, so that they sum to it. Trees are
explained exactly by path-dependent TreeSHAP (equal to \`pred_contrib\` of LightGBM): what a coalition does not know is averaged
over the training rows of each branch. Linear models are exact too. Other models are explained by sampling permutations
against 100 rows of the training sample. Contributions of classifiers by trees or linear models are in log odds.

**Partial dependence** sets a column to one value after another in up to 400 rows and takes the mean prediction; the thin
lines are single rows (ICE). It may show combinations that never occur.

**Interactions** are Friedman's H statistic of pairs of the five columns that matter most: the share of what two do together
that is more than what each does alone. It is estimated on 60 rows: take it as a hint.`,
});
