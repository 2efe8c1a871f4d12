import { z } from 'zod';
import { defineNode, type Ports } from '../../../shared/node/define-node.ts';

const params = z.object({
  metric: z.string().min(1).default('rocAuc').describe('Metric of the report that decides'),
  is: z.enum(['atLeast', 'atMost']).default('atLeast').describe('How the metric must be to let the input pass'),
  value: z.number().default(0.7).describe('What the metric is compared with'),
  passes: z.enum(['model', 'table', 'features', 'report']).default('model').describe('What is let through'),
});

export const gateNode = defineNode({
  kind: 'train.gate',
  version: 1,
  stage: 'train',
  title: 'Gate',
  summary: 'Lets its input pass when a metric is good enough, else ends this branch',
  keywords: ['branch', 'condition', 'if', 'when', 'threshold', 'metric', 'stop', 'approve'],
  params,
  ports: ({ passes }): Ports => ({
    inputs: {
      input: { types: [passes], doc: 'What is let through' },
      report: { types: ['report'], doc: 'The report with the metric' },
    },
    outputs: { output: { type: passes, doc: 'The input, unchanged' } },
  }),
  infer: (inputs) => {
    const [shape] = inputs['input'] ?? [];
    return { outputs: shape === undefined ? {} : { output: shape }, problems: [] };
  },
  determinism: 'pure',
  resources: () => ({ cpu: 1, memoryBytes: 2 ** 27, seconds: 0.1 }),
  deploy: { workload: 'job' },
  lowering: { onnx: false, why: 'It changes nothing of what it lets through.' },
  migrations: [],
  examples: [
    { name: 'Good enough', params: { metric: 'rocAuc', value: 0.7 }, note: 'Goes on only with an AUC of 0.7 or more.' },
    {
      name: 'Small error',
      params: { metric: 'rmse', is: 'atMost', value: 12, passes: 'table' },
      note: 'Writes a table only while the error is small.',
    },
  ],
  help: `When the metric is not as asked, the gate and everything below it is skipped, with the reason; the run itself
succeeds, and other branches go on. A metric that the report does not have is an error. Two gates with opposite conditions
make an *if* and an *else*.

Register has gates of its own, which fail the run instead. A cluster's Jobs cannot end a branch, so a graph with this node
is run by Slipway only.`,
});
