import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';

export const metricsNode = defineNode({
  kind: 'data.metrics',
  version: 1,
  stage: 'data',
  title: 'Metrics table',
  summary: 'Puts the metrics of several reports into one table, a row per report',
  keywords: ['collect', 'compare', 'evaluation', 'report', 'results', 'experiments', 'fan-in'],
  params: z.object({
    source: z
      .string()
      .min(1)
      .max(255)
      .default('report')
      .describe('Name of the column that says which report a row is of'),
    names: z
      .array(z.string())
      .max(1000)
      .default([])
      .describe('What that column says for the first, second, … report; else 1, 2, …')
      .meta(paramMeta({ advanced: true })),
  }),
  ports: {
    inputs: { reports: { types: ['report'], many: true, doc: 'Reports, in the order they are connected' } },
    outputs: { table: { type: 'table', lineage: 'all', doc: 'A row per report, a column per metric' } },
  },
  determinism: 'pure',
  resources: () => ({ cpu: 1, memoryBytes: 2 ** 27, seconds: 0.2 }),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'Two models',
      params: { source: 'model', names: ['trees', 'linear'] },
      note: 'The evaluations of two models side by side.',
    },
  ],
  help: `A column per metric that any report has, in alphabetical order; a metric that a report lacks is missing in its row.
A map puts this node behind a group that gives a report, so that the reports of all its values come out as one table.`,
});
