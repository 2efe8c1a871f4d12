import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';

const paramsSchema = z.object({
  service: z
    .string()
    .max(80)
    .default('')
    .describe('Name of a feature service, for its newest version, or NAME@VERSION for one version.'),
});

export const sharedServiceNode = defineNode({
  kind: 'feature.shared-service',
  version: 1,
  stage: 'feature',
  title: 'Shared feature service',
  summary: 'Takes a feature service that another graph has made, so that a second model needs no features of its own.',
  keywords: ['feature service', 'feature store', 'reuse', 'shared', 'registry', 'second model', 'feast'],
  params: paramsSchema,
  ports: {
    inputs: {},
    outputs: {
      service: { type: 'table', doc: 'The list of its features. Connect it to the views of Join features.' },
    },
  },
  determinism: 'external',
  resources: () => ({ cpu: 1, memoryBytes: 2 ** 27, seconds: 0.1 }),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    { name: 'One version', params: { service: 'departures@2' }, note: 'Stays with what version 2 promises.' },
    { name: 'The newest', params: { service: 'departures' }, note: 'Takes over a new version with the next run.' },
  ],
  help: `Connect it to the *views* of Join features, and the labels of this graph to its *labels*: the features are those
that the other graph made last, joined as of the time of each label.

- \`NAME@VERSION\` keeps to what that version promises. \`NAME\` alone takes the newest version when the graph runs.
- When the other graph has made newer rows, or a newer version that is asked for by name alone, the plan says so and the
  steps behind run again. Pin the node to keep the rows of its last run.
- The model remembers the service and its version, and its lineage goes back to the sources of the other graph. Its
  endpoint reads the same views online.
- The service is looked up in the data directory of this engine. Pods have none, so such a graph is not exported: run it
  with \`slipway run\`, or put the Feature view and Feature service steps into it.
`,
});
