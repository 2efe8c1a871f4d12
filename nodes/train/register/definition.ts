import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';

const namePattern = /^$|^[a-z0-9][a-z0-9_-]{0,62}$/;

const paramsSchema = z.object({
  name: z
    .string()
    .regex(namePattern, 'must match [a-z0-9][a-z0-9_-]{0,62}')
    .default('')
    .describe('Name in the model registry; empty takes the id of the graph.'),
  alias: z
    .string()
    .regex(namePattern, 'must match [a-z0-9][a-z0-9_-]{0,62}')
    .default('champion')
    .describe('Alias that moves to the new version; empty for none. Endpoints serve “champion”.'),
  gates: z
    .array(
      z
        .object({
          metric: z
            .string()
            .min(1)
            .describe(
              'A metric of the report, e.g. rocAuc; or worstSliceRatio, gap.accuracy, modelBytes, latencyP99Ms.',
            ),
          min: z.number().optional().describe('Smallest value that passes.'),
          max: z.number().optional().describe('Largest value that passes.'),
        })
        .refine((gate) => gate.min !== undefined || gate.max !== undefined, 'needs “min” or “max”'),
    )
    .default([])
    .describe('What the model must reach to be registered, e.g. [{"metric": "rocAuc", "min": 0.7}].')
    .meta(paramMeta({ section: 'Gates', advanced: true })),
  approval: z
    .enum(['none', 'person'])
    .default('none')
    .describe('Person: the version is registered, but its alias moves only when somebody approves it.')
    .meta(paramMeta({ section: 'Gates' })),
});

export const registerNode = defineNode({
  kind: 'train.register',
  version: 1,
  stage: 'train',
  title: 'Register',
  summary: 'Enters a model that passed its checks in the model registry.',
  keywords: ['registry', 'champion', 'alias', 'version', 'gate', 'promote', 'deploy'],
  params: paramsSchema,
  ports: {
    inputs: {
      model: { types: ['model'], doc: 'The evaluated model.' },
      report: { types: ['report'], doc: 'Its evaluation, with the parity check.' },
      explanation: { types: ['report'], optional: true, doc: 'Its explanation, which the model card then shows.' },
    },
    outputs: { model: { type: 'model', doc: 'The registered model.' } },
  },
  infer: () => ({ outputs: { model: { type: 'model' } }, problems: [] }),
  determinism: 'pure',
  resources: () => ({ cpu: 1, memoryBytes: 2 ** 27, seconds: 0.1 }),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    { name: 'Champion', params: { name: 'flight-delays' }, note: 'The new version becomes the champion.' },
    {
      name: 'With a gate',
      params: { name: 'flight-delays', alias: 'challenger', gates: [{ metric: 'rocAuc', min: 0.7 }] },
      note: 'Registers a challenger only above an AUC of 0.7.',
    },
    {
      name: 'Fit for production',
      params: {
        name: 'flight-delays',
        gates: [
          { metric: 'worstSliceRatio', max: 1.5 },
          { metric: 'latencyP99Ms', max: 5 },
          { metric: 'modelBytes', max: 20_000_000 },
        ],
        approval: 'person',
      },
      note: 'No group of rows much worse than the rest, quick and small; then a person decides.',
    },
  ],
  help: `Gives the model the next version number under its name and moves the alias to it. The same model under the same
name keeps its version, so running again changes nothing.

**The parity gate always applies**: the report must show that the served graph and the trainer's own scoring agree on
held-out rows. A model that fails it is not registered, because it would answer otherwise than it was measured.

**Gates** add conditions, which fail the step with the figure that is short:

| metric | what it is |
| --- | --- |
| any of the report | \`rocAuc\`, \`rmse\` … as Evaluate measured it |
| \`worstSliceRatio\`, \`worseSlices\` | loss on the worst slice over that on all other rows (1: none is surely worse), and how many are |
| \`gap.selected\`, \`gap.truePositiveRate\`, \`gap.falsePositiveRate\`, \`gap.accuracy\` | largest difference between groups of Evaluate's fairness column |
| \`modelBytes\` | size of the served model |
| \`latencyP50Ms\`, \`latencyP99Ms\` | one row, one thread, measured here, without the network |

A figure the report lacks does not pass.

**Approval** by a person: the version is entered and waits; the Models screen, or \`slipway models approve NAME VERSION\`, moves the
alias to it, with the name of who decided and why. Until then no alias can name it, and an endpoint of the graph serves the version
that the alias names.`,
});
