import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { alarmParams } from '../../lib/alarm-params.ts';

export const performanceNode = defineNode({
  kind: 'monitor.performance',
  version: 1,
  stage: 'monitor',
  title: 'Performance monitor',
  summary: 'Estimates how well an endpoint does before labels come, and measures it once they have',
  keywords: ['performance', 'monitor', 'estimate', 'cbpe', 'dle', 'labels', 'feedback', 'accuracy', 'auc', 'alert'],
  params: z.object({
    metric: z
      .enum(['', 'rocAuc', 'accuracy', 'precision', 'recall', 'specificity', 'f1', 'macroF1', 'rmse', 'mae'])
      .default('')
      .describe('Watched metric; empty takes ROC AUC, or the root mean squared error of a regression'),
    windowRows: z
      .number()
      .int()
      .min(100)
      .max(20_000)
      .default(1_000)
      .describe('Requests of one window')
      .meta(paramMeta({ unit: 'rows' })),
    maximumDrop: z
      .number()
      .min(0)
      .default(0.02)
      .describe('How much worse than on held-out rows a window may be, in units of the metric'),
    labelKeys: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(16)
      .default(['id'])
      .describe(
        'Columns of the table of labels that find the request: id is that of the answer, others are inputs of the model',
      )
      .meta(paramMeta({ section: 'Labels', ui: { control: 'columns', port: 'labels' } })),
    labelColumn: z
      .string()
      .max(200)
      .default('')
      .describe('Column of the table of labels with what really happened; empty takes the name of the label')
      .meta(paramMeta({ section: 'Labels', ui: { control: 'column', port: 'labels' } })),
    labelMinutes: z
      .number()
      .min(0.1)
      .max(10_080)
      .default(5)
      .describe('How often the table of labels is read again')
      .meta(paramMeta({ section: 'Labels', unit: 'min' })),
    ...alarmParams('Dropped'),
  }),
  ports: {
    inputs: {
      requests: { types: ['stream'], doc: 'Requests of an endpoint' },
      report: { types: ['report'], doc: 'Evaluation of its model on held-out rows' },
      labels: {
        types: ['table'],
        optional: true,
        doc: 'What really happened: a file or a query, read again and again',
      },
    },
    outputs: {},
  },
  infer: () => ({ outputs: {}, problems: [] }),
  determinism: 'external',
  deploy: { workload: 'cronjob' },
  migrations: [],
  examples: [
    {
      name: 'ROC AUC of every 1,000 requests',
      params: {},
      note: 'The alarm needs 2 of 3 windows 0.02 below held-out rows.',
    },
    {
      name: 'Error of a regression',
      params: { metric: 'mae', maximumDrop: 5, windowRows: 2_000 },
      note: 'Alarm when the mean absolute error grows by more than 5.',
    },
  ],
  help: `Judges the model window by window, against what it did on the held-out rows of the connected report.

**Estimated** performance needs no labels. For classes it follows from the scores, calibrated on the held-out rows
(confidence-based performance estimation); for numbers, boosted trees learn how large the error is where (direct loss
estimation). It sees inputs become harder. It cannot see that the *same* inputs now mean something else: for that there is
realized performance.

**How far off is an estimate?** Measured on the sample \`flight-delays\`, weeks of 20,000 flights that the model had not seen:
estimated and realized ROC AUC differ by 0.017 in the mean over eight weeks and by 0.035 at most, and realized lies in
the band of the estimate in five weeks. In two of the other three the share of delays is about as expected, but the
same scores tell delayed flights from others less well: the meaning of inputs moved, which scores alone cannot show.

**Realized** performance uses labels sent to \`POST /v1/feedback\` as \`{"id": …, "label": …}\`; \`id\` is that of the answer,
with \`/ROW\` (from 0) after it where the request had several rows. Labels may come late, twice (the last one counts), out
of order or before their request. A window is judged when 80 % of it has labels. \`slipway feedback FILE --url URL\` sends the labels
of a file.

**Labels from a table**: connect a file, a query or a database to \`labels\`. Every \`labelMinutes\` the steps before it run on
their sources as they are then, and its rows are joined with the requests by \`labelKeys\`: by the id of the answer, or by
inputs of the model that name the case (\`flight\`, \`date\`). Of several rows for one request the last one counts.

**Concept drift** is named apart from data drift: realized performance surely below what the scores let expect, while no
Drift monitor of the endpoint is in alarm, means that the same inputs now mean something else. **Calibration** is shown
window by window: the share that the scores let expect against the share that came.

Both come with bands of 95 %: what the number of rows leaves open, and for estimates also how far they were off from tenth
to tenth of the held-out rows, since days have something in common that scores do not know. **Slices** (frequent values and
quarters of each column) are measured on the newest labelled requests. A window has **dropped** when it is worse than the best
held-out result by more than \`maximumDrop\` and its whole band is worse too: small windows scatter. The alarm is on after
\`alarmWindows\` of the last \`lastWindows\` windows.`,
});
