import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';

const triggers = 'Triggers';
const rows = 'Rows';
const going = 'Going live';
const limits = 'Limits';

export const retrainNode = defineNode({
  kind: 'monitor.retrain',
  version: 1,
  stage: 'monitor',
  title: 'Retrain',
  summary: 'Trains the model again on fresh labelled requests when it gets worse, and puts the better one live',
  keywords: ['retrain', 'loop', 'trigger', 'challenger', 'champion', 'promote', 'rollback', 'continuous training'],
  params: z.object({
    onRealizedDrop: z
      .boolean()
      .default(true)
      .describe('When realized performance has dropped')
      .meta(paramMeta({ section: triggers })),
    onDrift: z
      .boolean()
      .default(true)
      .describe('When inputs drift and estimated performance has dropped')
      .meta(paramMeta({ section: triggers })),
    newLabels: z
      .number()
      .int()
      .min(0)
      .default(0)
      .describe('After so many new labels; 0 is off')
      .meta(paramMeta({ section: triggers, unit: 'labels' })),
    everyHours: z
      .number()
      .min(0)
      .default(0)
      .describe('By schedule; 0 is off')
      .meta(paramMeta({ section: triggers, unit: 'h' })),
    window: z
      .enum(['since-change', 'sliding', 'expanding'])
      .default('since-change')
      .describe(
        'Train on requests since performance dropped, on the newest ones, or on those after the first training rows',
      )
      .meta(paramMeta({ section: rows })),
    windowRows: z
      .number()
      .int()
      .min(100)
      .max(500_000)
      .default(50_000)
      .describe('Newest labelled requests to train on, at most')
      .meta(paramMeta({ section: rows, unit: 'rows' })),
    minimumRows: z
      .number()
      .int()
      .min(50)
      .max(500_000)
      .default(2_000)
      .describe('Fewer labelled requests are not trained on')
      .meta(paramMeta({ section: rows, unit: 'rows' })),
    holdoutRows: z
      .number()
      .int()
      .min(100)
      .max(50_000)
      .default(1_000)
      .describe('Newest labelled requests, kept out, on which both models are compared')
      .meta(paramMeta({ section: rows, unit: 'rows' })),
    alpha: z
      .number()
      .min(0.001)
      .max(0.5)
      .default(0.05)
      .describe('The challenger must be better at this level of a paired test')
      .meta(paramMeta({ section: limits })),
    protectSlices: z
      .boolean()
      .default(true)
      .describe(
        'No group of rows may become surely worse: frequent values and quarters of each column are compared too',
      )
      .meta(paramMeta({ section: limits })),
    rollout: z
      .enum(['canary', 'at-once'])
      .default('canary')
      .describe('Canary: copies of requests first, then 10 % and 50 % of them; at once: all of them')
      .meta(paramMeta({ section: going })),
    stageRows: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(500)
      .describe('Rows the new model works on at each stage of the canary')
      .meta(paramMeta({ section: going, unit: 'rows' })),
    stageMinutes: z
      .number()
      .min(0)
      .max(10_080)
      .default(1)
      .describe('Shortest time of each stage')
      .meta(paramMeta({ section: going, unit: 'min' })),
    approval: z
      .boolean()
      .default(false)
      .describe('A person must approve each new model before it goes live')
      .meta(paramMeta({ section: going })),
    cooldownMinutes: z
      .number()
      .min(0)
      .default(10)
      .describe('Rest after each retraining')
      .meta(paramMeta({ section: limits, unit: 'min' })),
    budgetPerDay: z
      .number()
      .int()
      .min(1)
      .max(1_000)
      .default(12)
      .describe('Retrainings within 24 hours, at most')
      .meta(paramMeta({ section: limits })),
  }),
  ports: {
    inputs: { requests: { types: ['stream'], doc: 'Requests of the endpoint whose model is kept good' } },
    outputs: {},
  },
  infer: () => ({ outputs: {}, problems: [] }),
  determinism: 'external',
  deploy: { workload: 'cronjob' },
  migrations: [],
  examples: [
    { name: 'When it gets worse', params: {}, note: 'Needs a Performance monitor on the same endpoint.' },
    {
      name: 'Every night, on the newest rows',
      params: { everyHours: 24, window: 'sliding', onDrift: false },
      note: 'The new model still goes live only if it is better.',
    },
  ],
  help: `Closes the loop: the train part of this graph (features, trainer, evaluation, registration) runs again on requests
whose labels have come, and the better model goes live. Needs a **Performance monitor** on the same endpoint, and a
**Drift monitor** for the drift trigger.

1. A **trigger** fires; several at once make one retraining. There is a rest after each (\`cooldownMinutes\`), at most
   \`budgetPerDay\` a day, and after a retraining that did not help twice as many new labels are waited for.
2. The **quality gate** looks at the labelled rows: enough of them, of every class, no empty column.
3. The newest \`holdoutRows\` are kept out; the rows before them are trained on. The new model is registered with the alias
   \`challenger\`, parity gate included.
4. **Challenger and champion** are compared on the kept-out rows by a paired bootstrap test, and slice by slice (frequent
   values and quarters of each column): with \`protectSlices\` a challenger that is better over all rows is still refused
   when it is surely worse in one of them (Holm's procedure over all slices).
5. With \`approval\`, or where the Register node asks for it, a person decides: on the Monitors page, on the Models page, or with
   \`slipway models approve\`. A version that somebody rejected is not promoted when training gives it again.
6. **Canary**: the challenger works on copies of the requests, then answers 10 % and 50 % of them, each until it has done
   \`stageRows\` rows and \`stageMinutes\` have passed. When it fails or is far slower, it is taken back at once.
7. The better one is **promoted**: it gets the alias of the Register node and takes over at the endpoint without a gap.
   A model trained on few requests since a change is provisional: it is trained again each time these have doubled, and
   gives way to its successor unless that is likely worse.
8. It stays on **probation** until \`holdoutRows\` of its own requests have labels: if the model before it would have been
   surely better on them, it is **rolled back**.

Whatever fails, the champion stays. Every decision is kept with its figures.`,
});
