import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { columnsParam } from '../../lib/table-params.ts';

export const batchNode = defineNode({
  kind: 'serve.batch',
  version: 1,
  stage: 'serve',
  title: 'Batch scoring',
  summary: 'Adds the predictions of a model to every row of a table',
  keywords: ['batch', 'score', 'predict', 'inference', 'offline', 'bulk', 'table', 'apply model'],
  params: z.object({
    name: z
      .string()
      .min(1)
      .max(255)
      .default('prediction')
      .describe('Column with the predicted class or value; probabilities get the same name with _probability'),
    probabilities: z
      .boolean()
      .default(true)
      .describe('Classification: also the probability of the second class, or of each of more than two'),
    keep: columnsParam('Columns to hand on; none: all', 'table'),
    threads: z
      .number()
      .int()
      .min(1)
      .max(64)
      .default(2)
      .describe('Threads inside one operator; a fixed number gives the same digits on any machine')
      .meta(paramMeta({ advanced: true })),
  }),
  ports: {
    inputs: {
      model: { types: ['model'], doc: 'The model, features included' },
      table: { types: ['table'], doc: 'Rows with the raw columns the model was made from' },
    },
    outputs: { table: { type: 'table', doc: 'The rows, in their order, with predictions' } },
  },
  determinism: 'pure',
  resources: (_params, stats) => ({
    cpu: 2,
    memoryBytes: Math.min(2 ** 32, 2 ** 29 + (stats.rows ?? 1_000_000) * 100),
    seconds: 1 + (stats.rows ?? 1_000_000) / 300_000,
  }),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    { name: 'Every row', params: {}, note: 'Columns prediction and prediction_probability are added.' },
    { name: 'Id and score', params: { name: 'late', keep: ['id'] }, note: 'Only an id and the predictions.' },
  ],
  help: `Runs the model, its feature steps included, over all rows of a table and adds what it predicts: the class or value
in \`name\`, and for classes their probabilities. Rows keep their order. It is the same ONNX graph that an endpoint serves,
fed by the same encoder.

Connect it to **Write file** to keep the result, or to any data step. \`slipway score MODEL FILE --out FILE\` does the same
without a graph.`,
});
