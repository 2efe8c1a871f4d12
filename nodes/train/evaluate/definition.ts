import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';

const paramsSchema = z.object({});

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
  examples: [{ name: 'Held-out rows', params: {}, note: 'Connect the test output of a Split.' }],
  help: `Feeds the raw held-out rows through the model exactly as it will be served.

| task | metrics |
| --- | --- |
| binary | rocAuc, averagePrecision, logLoss, brierScore, accuracy, balancedAccuracy, precision, recall, f1 (at 0.5), expectedCalibrationError |
| multiclass | accuracy, balancedAccuracy, macroF1, logLoss, rocAuc and averagePrecision (mean over classes against the rest), expectedCalibrationError |
| regression | rmse, mae, r2, mape |

The positive class of a binary task is the second of the sorted classes: true, or the larger one. Rows without a label
are left out; a metric that is not defined on these rows (ROC AUC with one class only) is left out with a warning.

**Parity.** Up to 10,000 of the rows also go through the feature pipeline and the trainer's own scoring code, and are
compared with the served graph fed from JSON as requests are, in batches and one by one. A model is registered only if
no score differs by more than 0.00001 and all labels agree.`,
});
