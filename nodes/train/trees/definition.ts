import { z } from 'zod';
import { inferModel } from '../../../shared/model/infer-model.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { seedParam } from '../../lib/seed-param.ts';

const paramsSchema = z.object({
  label: z
    .string()
    .default('')
    .describe('The column to predict.')
    .meta(
      paramMeta({
        section: 'Columns',
        ui: { control: 'column', port: 'features', types: ['bool', 'int64', 'float64', 'string'] },
      }),
    ),
  task: z
    .enum(['auto', 'binary', 'multiclass', 'regression'])
    .default('auto')
    .describe('Auto: true/false, text and few whole numbers are classes, other numbers a regression.')
    .meta(paramMeta({ section: 'Columns' })),
  classWeight: z
    .enum(['none', 'balanced'])
    .default('none')
    .describe('Balanced: every class counts the same in total. Probabilities are then no longer those of the data.')
    .meta(paramMeta({ section: 'Columns', advanced: true })),
  weight: z
    .string()
    .default('')
    .describe('A column of numbers ≥ 0: how much each row counts. Empty: all the same.')
    .meta(
      paramMeta({
        section: 'Columns',
        advanced: true,
        ui: { control: 'column', port: 'features', types: ['int64', 'float64'] },
      }),
    ),
  objective: z
    .enum(['auto', 'squared', 'quantile', 'poisson', 'ranking'])
    .default('auto')
    .describe(
      'What a regression predicts. Auto and squared: the mean; quantile: a quantile; Poisson: the rate of a count; ' +
        'ranking: a score that orders the rows of a query by the label, their relevance (LambdaMART).',
    )
    .meta(paramMeta({ section: 'Objective' })),
  quantile: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.5)
    .describe('Share of the values below the prediction, with the quantile objective; 0.5 is the median.')
    .meta(paramMeta({ section: 'Objective', advanced: true })),
  group: z
    .string()
    .default('')
    .describe('Rows with the same value belong to one query, with the ranking objective.')
    .meta(
      paramMeta({
        section: 'Objective',
        advanced: true,
        ui: { control: 'column', port: 'features', types: ['bool', 'int64', 'float64', 'string'] },
      }),
    ),
  increasing: z
    .array(z.string())
    .max(1000)
    .default([])
    .describe('Numeric features the prediction never falls with.')
    .meta(
      paramMeta({
        section: 'Objective',
        label: 'Never falls with',
        advanced: true,
        ui: { control: 'columns', port: 'features', types: ['int64', 'float64'] },
      }),
    ),
  decreasing: z
    .array(z.string())
    .max(1000)
    .default([])
    .describe('Numeric features the prediction never rises with.')
    .meta(
      paramMeta({
        section: 'Objective',
        label: 'Never rises with',
        advanced: true,
        ui: { control: 'columns', port: 'features', types: ['int64', 'float64'] },
      }),
    ),
  trees: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(100)
    .describe('Boosting iterations; with more than two classes, one tree per class each.')
    .meta(paramMeta({ section: 'Growth', unit: 'trees' })),
  leaves: z
    .number()
    .int()
    .min(2)
    .max(4096)
    .default(31)
    .describe('Leaves of a tree at most: the main control of its complexity.')
    .meta(paramMeta({ section: 'Growth', unit: 'leaves' })),
  learningRate: z
    .number()
    .min(0.0001)
    .max(1)
    .default(0.1)
    .describe('Share of each tree that is added; smaller needs more trees.')
    .meta(paramMeta({ section: 'Growth' })),
  maxDepth: z
    .number()
    .int()
    .min(0)
    .max(64)
    .default(0)
    .describe('Splits between root and leaf at most; 0 for no limit.')
    .meta(paramMeta({ section: 'Growth', advanced: true })),
  minRowsPerLeaf: z
    .number()
    .int()
    .min(1)
    .default(20)
    .describe('Training rows a leaf needs.')
    .meta(paramMeta({ section: 'Growth', unit: 'rows' })),
  minChildWeight: z
    .number()
    .min(0)
    .default(0.001)
    .describe('Sum of second derivatives of the loss a leaf needs.')
    .meta(paramMeta({ section: 'Growth', advanced: true })),
  minGainToSplit: z
    .number()
    .min(0)
    .default(0)
    .describe('Loss reduction a split needs.')
    .meta(paramMeta({ section: 'Growth', advanced: true })),
  l2: z
    .number()
    .min(0)
    .default(0)
    .describe('Shrinks leaf values: added to the sum of second derivatives.')
    .meta(paramMeta({ section: 'Growth', label: 'Regularisation (L2)', advanced: true })),
  l1: z
    .number()
    .min(0)
    .default(0)
    .describe('Sets weak leaf values to zero: taken off the sum of gradients.')
    .meta(paramMeta({ section: 'Growth', label: 'Regularisation (L1)', advanced: true })),
  maxBins: z
    .number()
    .int()
    .min(2)
    .max(255)
    .default(255)
    .describe('Intervals the values of a column are grouped into.')
    .meta(paramMeta({ section: 'Growth', unit: 'bins', advanced: true })),
  rowSample: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe('Share of the rows each iteration sees.')
    .meta(paramMeta({ section: 'Sampling' })),
  columnSample: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe('Share of the columns each tree sees.')
    .meta(paramMeta({ section: 'Sampling' })),
  seed: seedParam('Start of the random draws of rows, columns and validation part.').meta(
    paramMeta({ section: 'Sampling' }),
  ),
  validation: z
    .number()
    .min(0)
    .max(0.5)
    .default(0)
    .describe('Share of the training rows kept out to watch the loss.')
    .meta(paramMeta({ section: 'Stopping', label: 'Validation share' })),
  patience: z
    .number()
    .int()
    .min(0)
    .default(20)
    .describe('Iterations without a better validation loss before training stops; 0 never stops.')
    .meta(paramMeta({ section: 'Stopping', unit: 'iterations' })),
});

export const treesNode = defineNode({
  kind: 'train.trees',
  version: 1,
  stage: 'train',
  title: 'Boosted trees',
  summary: 'Trains gradient boosted decision trees.',
  keywords: [
    'gradient boosting',
    'quantile',
    'poisson',
    'learning to rank',
    'lambdamart',
    'monotone',
    'gbdt',
    'gbm',
    'lightgbm',
    'xgboost',
    'forest',
    'decision tree',
    'classifier',
  ],
  params: paramsSchema,
  ports: {
    inputs: { features: { types: ['features'], many: true, fits: true, doc: 'Features of the training rows.' } },
    outputs: { model: { type: 'model', doc: 'The trained model, raw columns in.' } },
  },
  infer: inferModel,
  determinism: 'seeded',
  resources: (params, stats) => {
    const rows = stats.rows ?? 10_000;
    const cells = rows * (stats.columns ?? 10);
    return { cpu: 2, memoryBytes: 2 ** 28 + 5 * cells + 60 * rows, seconds: 2 + (cells * params.trees) / 150_000_000 };
  },
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    { name: 'Classifier', params: { label: 'delayed' }, note: 'The defaults are a strong start for most tables.' },
    {
      name: 'Stops by itself',
      params: { label: 'price', trees: 1000, learningRate: 0.05, validation: 0.1, patience: 30 },
      note: 'Many small steps, as long as the loss on rows kept out still falls.',
    },
    {
      name: 'Upper bound',
      params: { label: 'price', objective: 'quantile', quantile: 0.9 },
      note: 'Nine of ten prices are below the prediction.',
    },
    {
      name: 'Search results',
      params: { label: 'relevance', task: 'regression', objective: 'ranking', group: 'query' },
      note: 'Orders the rows of each query; larger predictions come first.',
    },
  ],
  help: `Gradient boosting with histograms: each tree corrects the ones before it, and always splits the leaf that lowers
the loss most. The loss is cross-entropy for classes and squared error for numbers, unless the objective is a quantile, the
rate of a count (Poisson), or the order of the rows of a query (ranking).

**Missing values need no imputation**: every split learns the side they go to. **Categories** from an ordinal **Encode**
step are split as sets, sorted by their gradients; categories never seen in training go right.

**Constraints.** With “never falls with”, a prediction cannot fall when that feature alone grows: what people expect of
prices and risks, and a guard against noise.

**Tuning.** More leaves fit more; fewer leaves, more rows per leaf, row and column sampling or L2 guard against
overfitting. With a validation share the number of trees finds itself, and only the trees up to the best one are kept.

Equal data, parameters and seed give the same model to the last bit, on any machine and with any number of threads.`,
});
