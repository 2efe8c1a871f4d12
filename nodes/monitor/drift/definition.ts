import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { alarmParams } from '../../lib/alarm-params.ts';

export const driftNode = defineNode({
  kind: 'monitor.drift',
  version: 1,
  stage: 'monitor',
  title: 'Drift monitor',
  summary: 'Compares what an endpoint is asked with what its model was trained on',
  keywords: ['drift', 'monitor', 'observe', 'distribution', 'ks', 'chi square', 'data quality', 'alert'],
  params: z.object({
    windowRows: z
      .number()
      .int()
      .min(50)
      .max(100_000_000)
      .default(500)
      .describe('Most recent request rows that are compared; a window, unless windows follow the time of events')
      .meta(paramMeta({ unit: 'rows' })),
    minimumRows: z
      .number()
      .int()
      .min(20)
      .max(10_000)
      .default(50)
      .describe('Rows below which there is no verdict')
      .meta(paramMeta({ unit: 'rows' })),
    alpha: z.number().min(0.0001).max(0.2).default(0.05).describe('False discovery rate over all columns of a window'),
    eventTime: z
      .string()
      .max(200)
      .default('')
      .describe(
        'Input of the model with the time at which something happened: windows are spans of it. Empty: every windowRows rows as they come',
      )
      .meta(paramMeta({ section: 'Windows of event time', label: 'Event time' })),
    windowSeconds: z
      .number()
      .min(1)
      .max(1e9)
      .default(3600)
      .describe('Length of a window of event time')
      .meta(paramMeta({ section: 'Windows of event time', unit: 's' })),
    latenessSeconds: z
      .number()
      .min(0)
      .max(1e9)
      .default(0)
      .describe('How long a window of event time waits for rows that come late, in event time')
      .meta(paramMeta({ section: 'Windows of event time', unit: 's' })),
    method: z
      .enum(['two-sample', 'distance', 'evidently'])
      .default('two-sample')
      .describe('Tests for both sample sizes, distances against their size without drift, or the numbers of Evidently')
      .meta(paramMeta({ section: 'Method', advanced: true })),
    rollingWindows: z
      .number()
      .int()
      .min(0)
      .max(50)
      .default(4)
      .describe(
        'Windows before that each window is also compared with, to tell a sudden change from a slow one; 0 for none',
      )
      .meta(paramMeta({ section: 'Method', unit: 'windows' })),
    multivariate: z
      .boolean()
      .default(true)
      .describe('Also compare rows as a whole: some drift shows in no single column')
      .meta(paramMeta({ section: 'Method' })),
    ...alarmParams('Drifted'),
  }),
  ports: {
    inputs: { requests: { types: ['stream'], doc: 'Requests of an endpoint' } },
    outputs: {},
  },
  infer: () => ({ outputs: {}, problems: [] }),
  determinism: 'external',
  deploy: { workload: 'cronjob' },
  migrations: [],
  examples: [
    { name: 'Last 500 requests', params: {}, note: 'A verdict from 50 rows on.' },
    {
      name: 'Slow and strict',
      params: { windowRows: 5000, minimumRows: 1000, alpha: 0.01 },
      note: 'Sees small shifts, needs many rows.',
    },
    {
      name: 'Hours of departure',
      params: { eventTime: 'departure', windowSeconds: 3600, latenessSeconds: 600 },
      note: 'Requests may come ten minutes late, in any order.',
    },
  ],
  help: `Compares each input column of the last \`windowRows\` requests with the training data kept with the model.

**Numbers** are compared by the two-sample Kolmogorov–Smirnov test, **categories** (text, true/false) by the two-sample
chi² test on the table of counts, rare categories taken together. Both allow for the size of *both* samples: a small
window does not raise false alarms.

**Many columns.** The p-values of a window are judged together by Benjamini and Hochberg's procedure at rate \`alpha\`, so
that more columns do not mean more false alarms.

**Other methods.** \`distance\` judges the Wasserstein distance of numbers and the Jensen–Shannon distance of categories:
drift is at least 0.1 and more than chance gives at these sample sizes, as found by drawing from the reference again and
again. \`evidently\` gives the tests, numbers and fixed thresholds of Evidently's default, with its false alarms in small
windows; use it to compare.

**Alarm.** One drifted window is no alarm: \`alarmWindows\` of the \`lastWindows\` last ones are. Windows follow each other
here, every \`windowRows\` requests. Apart from it, a window in which a column has little in common with the training
data (a difference of at least 0.8 that chance gives less than once in a million windows) raises a critical alert at once:
its source has changed codes or units, or is broken.

**Windows of event time.** With \`eventTime\`, a window is a span of \`windowSeconds\` of that input, however its rows
arrive: mixed up, in bursts, from several senders. As in a Stream, a window is closed and judged once a row has come that
is \`latenessSeconds\` later than its end; rows that come after that are left out, counted, and the page names their windows.
Rows without a time, or with one more than a day after the request, are counted too. A window of fewer than \`minimumRows\`
rows has no verdict and leaves the alarm as it is. At most 64 windows are open at once. Rows that left the log before the
monitor has read them have no event time any more, and are judged as they came.

**Before and now.** Each window is compared with the training data and with the \`rollingWindows\` windows before it: a
column that differs from training but not from the windows before has moved for good, or slowly.

**Rows as a whole.** Boosted trees try to tell the window from training rows (cross-validated ROC AUC against what labels
dealt at random give), and principal components of the training data describe the window (permutation test of the error).

**Texts and pictures** are compared by figures of each one: length, words, share of words that training did not know,
letters and digits; brightness, contrast and detail. **Predictions** are compared with those on held-out rows, where a
Performance monitor has the report.

**Large windows.** Of more than 10,000 rows, a window is kept as sketches (quantiles and counts) while it fills: memory stays
the same at any size, and sketches of several replicas add up.

**Nobody looked?** Rows that leave the log of 10,000 before the monitor has read them go into sketches, and are judged when
it comes back: no gap.

**Too few rows** is a state of its own, never a verdict. Time columns are not compared: time always moves on. Short
lists of numbers are not compared either.

The heat map shows the size of the difference, from 0 (alike) to 1 (nothing in common): the largest gap between the
cumulative distributions for numbers, the distance of the shares beyond chance for categories.`,
});
