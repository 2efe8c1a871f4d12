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
          metric: z.string().min(1).describe('Name of a metric of the report, e.g. rocAuc.'),
          min: z.number().optional().describe('Smallest value that passes.'),
          max: z.number().optional().describe('Largest value that passes.'),
        })
        .refine((gate) => gate.min !== undefined || gate.max !== undefined, 'needs “min” or “max”'),
    )
    .default([])
    .describe('Metrics the model must reach to be registered, e.g. [{"metric": "rocAuc", "min": 0.7}].')
    .meta(paramMeta({ section: 'Gates', advanced: true })),
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
  ],
  help: `Gives the model the next version number under its name and moves the alias to it. The same model under the same
name keeps its version, so running again changes nothing.

**The parity gate always applies**: the report must show that the served graph and the trainer's own scoring agree on
held-out rows. A model that fails it is not registered, because it would answer otherwise than it was measured.

**Gates** add conditions on metrics of the report. A metric the report lacks does not pass.`,
});
