import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';

export const compareNode = defineNode({
  kind: 'data.compare',
  version: 1,
  stage: 'data',
  title: 'Compare tables',
  summary: 'Tells by calibrated tests which columns of a table are distributed otherwise than in a reference',
  keywords: ['drift', 'compare', 'distribution', 'difference', 'psi', 'ks', 'chi square', 'monitor', 'data quality'],
  params: z.object({
    method: z
      .enum(['two-sample', 'distance', 'evidently'])
      .default('two-sample')
      .describe('Tests for both sample sizes, distances against their size without drift, or the numbers of Evidently'),
    alpha: z.number().min(0.0001).max(0.2).default(0.05).describe('False discovery rate over all columns'),
    minimumRows: z
      .number()
      .int()
      .min(20)
      .max(1_000_000)
      .default(50)
      .describe('Rows of each table below which there is no verdict')
      .meta(paramMeta({ unit: 'rows' })),
    multivariate: z
      .boolean()
      .default(false)
      .describe('Also compare rows as a whole: some drift shows in no single column'),
    onDrift: z
      .enum(['report', 'fail'])
      .default('report')
      .describe('Only say so, or end the step with an error, so that nothing after it runs'),
  }),
  ports: {
    inputs: {
      reference: { types: ['table'], doc: 'What is normal: last month, the training rows' },
      current: { types: ['table'], doc: 'The table to compare with it' },
    },
    outputs: {
      report: { type: 'report', doc: 'Verdict, test and distributions of each column' },
      table: { type: 'table', doc: 'The current table as it came, for steps that must wait for the verdict' },
    },
  },
  infer(inputs) {
    const current = inputs['current']?.[0];
    return {
      outputs: {
        report: { type: 'report' as const },
        ...(current?.type === 'table' ? { table: { type: 'table' as const, schema: current.schema } } : {}),
      },
      problems: [],
    };
  },
  determinism: 'pure',
  resources: (_params, stats) => {
    const rows = stats.rows ?? 1_000_000;
    return { cpu: 1, memoryBytes: Math.min(2 ** 31, 2 ** 28 + rows * 200), seconds: 0.5 + rows / 500_000 };
  },
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'This month against the last',
      params: {},
      note: 'Two-sample tests, 5 % false discoveries over all columns.',
    },
    {
      name: 'Stop on drift',
      params: { method: 'distance', onDrift: 'fail' },
      note: 'What comes after it only runs while the tables are alike.',
    },
  ],
  help: `Compares every column that both tables have, as the Drift monitor and \`slipway drift\` do: numbers by the two-sample
Kolmogorov–Smirnov test, categories by the two-sample chi² test, texts and pictures by figures of each; false discoveries
are held at \`alpha\` over all columns. A column that only one table has, or whose type changed, has drifted.

Tables of more than 20 million rows together go through sketches, in bounded memory.

With \`onDrift\` *fail*, the step ends with an error that names the columns, and nothing after it runs. Connect what must
not see drifted data to the output \`table\`.`,
});
