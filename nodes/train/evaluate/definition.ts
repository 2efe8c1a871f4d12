import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';

const cost = z.number().min(0).max(1e9).default(0);

const paramsSchema = z.object({
  groupColumn: z
    .string()
    .default('')
    .describe('Column of groups to compare for fairness; empty for none')
    .meta(paramMeta({ ui: { control: 'column', port: 'table' }, section: 'Groups' })),
  falsePositiveCost: cost
    .describe('What acting without need costs; with both costs 0 no threshold is chosen')
    .meta(paramMeta({ section: 'Decision' })),
  falseNegativeCost: cost.describe('What missing a case costs').meta(paramMeta({ section: 'Decision' })),
  resamples: z
    .number()
    .int()
    .max(2_000)
    .refine((value) => value === 0 || value >= 20, 'must be 0 or at least 20')
    .default(200)
    .describe('Bootstrap resamples for the intervals of metrics, fewer above 100,000 rows; 0 for none')
    .meta(paramMeta({ section: 'Intervals' })),
  confidence: z
    .number()
    .min(0.5)
    .max(0.999)
    .default(0.95)
    .describe('Share of resamples inside an interval')
    .meta(paramMeta({ section: 'Intervals' })),
});

export const evaluateNode = defineNode({
  kind: 'train.evaluate',
  version: 1,
  stage: 'train',
  title: 'Evaluate',
  summary: 'Measures a model on held-out rows and checks that serving will give the same scores.',
  keywords: ['metrics', 'auc', 'roc', 'accuracy', 'rmse', 'confusion', 'calibration', 'parity', 'test', 'score'],
  params: paramsSchema,
  ports: {
    inputs: {
      model: { types: ['model'], doc: 'The trained model.' },
      table: { types: ['table'], doc: 'Held-out rows: the raw columns of the model and the label.' },
      other: { types: ['model'], optional: true, doc: 'A model of the same label to compare with on the same rows.' },
    },
    outputs: { report: { type: 'report', doc: 'Metrics, curves and the parity check.' } },
  },
  infer: () => ({ outputs: { report: { type: 'report' } }, problems: [] }),
  determinism: 'numeric',
  resources: (_params, stats) => ({
    cpu: 2,
    memoryBytes: 2 ** 29 + 24 * (stats.rows ?? 10_000),
    seconds: 1 + (stats.rows ?? 10_000) / 200_000,
  }),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    { name: 'Held-out rows', params: {}, note: 'Connect the test output of a Split.' },
    {
      name: 'By what errors cost',
      params: { falsePositiveCost: 1, falseNegativeCost: 5 },
      note: 'Says from which score on acting is the cheaper choice.',
    },
  ],
  help: `Feeds the raw held-out rows through the model exactly as it will be served.

| task | metrics |
| --- | --- |
| binary | rocAuc, averagePrecision, logLoss, brierScore, accuracy, balancedAccuracy, precision, recall, f1 (at 0.5), expectedCalibrationError |
| recommendations | hitRate (rows whose item is recommended), meanReciprocalRank (1 / its place, 0 without one), accuracy (it is the first) |
| multiclass | accuracy, balancedAccuracy, macroF1, logLoss, rocAuc and averagePrecision (mean over classes against the rest), expectedCalibrationError |
| regression | rmse, mae, r2, mape |
| ranking | also ndcgAt5, ndcgAt10, meanAveragePrecision, meanReciprocalRank: means over the queries with a relevant row |

The positive class of a binary task is the second of the sorted classes: true, or the larger one. Rows without a label
are left out; a metric that is not defined on these rows (ROC AUC with one class only) is left out with a warning.

**Intervals** come from a Poisson bootstrap over the rows. **Slices** are rows that one input sets apart; one is called worse
when its mean loss is higher and stays so with the false discovery rate of all slices at 5 %. **Baseline** is the best that can
be said without looking at an input. **Fairness** compares groups at threshold 0.5. With **other** connected, both models are
measured on the same rows, and the interval of the difference of their losses says whether it is more than chance.

**Parity.** Up to 10,000 of the rows also go through the feature pipeline and the trainer's own scoring code, and are
compared with the served graph fed from JSON as requests are, in batches and one by one. A model is registered only if
no score differs by more than 0.00001 and all labels agree.`,
});
