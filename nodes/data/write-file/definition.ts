import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { tableResources } from '../../lib/table-params.ts';

export const writeFileNode = defineNode({
  kind: 'data.write-file',
  version: 1,
  stage: 'data',
  title: 'Write file',
  summary: 'Writes a table to a CSV, Parquet, JSON or Arrow file',
  keywords: ['save', 'export', 'csv', 'parquet', 'json', 'arrow', 'feather', 'sink', 'output', 'store'],
  params: z.object({
    path: z
      .string()
      .default('')
      .describe('File to write; relative to the graph file, or absolute')
      .meta(
        paramMeta({
          ui: { control: 'path', extensions: ['csv', 'tsv', 'parquet', 'json', 'ndjson', 'arrow', 'feather'] },
        }),
      ),
    format: z
      .enum(['auto', 'csv', 'tsv', 'parquet', 'json', 'ndjson', 'arrow'])
      .default('auto')
      .describe('Format of the file; auto goes by the extension'),
    compression: z
      .enum(['auto', 'none', 'gzip', 'zstd'])
      .default('auto')
      .describe('auto: zstd inside Parquet, by .gz or .zst for CSV and JSON, else none'),
    delimiter: z
      .string()
      .min(1)
      .max(1)
      .default(',')
      .describe('CSV: character between fields')
      .meta(paramMeta({ section: 'CSV', advanced: true })),
    header: z
      .boolean()
      .default(true)
      .describe('CSV: the first line names the columns')
      .meta(paramMeta({ section: 'CSV', advanced: true })),
    existing: z
      .enum(['replace', 'fail'])
      .default('replace')
      .describe('What to do with a file of other content that is there already')
      .meta(paramMeta({ advanced: true })),
    makeFolder: z
      .boolean()
      .default(false)
      .describe('Make the folder where there is none')
      .meta(paramMeta({ advanced: true })),
  }),
  ports: {
    inputs: { table: { types: ['table'], doc: 'The rows to write' } },
    outputs: { report: { type: 'report', doc: 'Where the file is, its size, rows and SHA-256' } },
  },
  infer: () => ({ outputs: { report: { type: 'report' } }, problems: [] }),
  determinism: 'external',
  resources: (_params, stats) => tableResources(stats, 'scan'),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    { name: 'Parquet', params: { path: 'out/clean.parquet', makeFolder: true }, note: 'In a folder beside the graph.' },
    { name: 'Semicolons', params: { path: 'report.csv', delimiter: ';' }, note: 'CSV for a spreadsheet.' },
  ],
  help: `Writes the rows in their order. The file appears whole or not at all: it is written under another name beside its
place, flushed to disk, and then renamed; a full disk or a crash leaves what was there before.

**It writes again only when needed**: the step is up to date while its input is the same and the file is as it was left.
Delete or change the file, and the next run writes it again; rows that give the same bytes leave the file alone.

Times are written in UTC. Nested values become text in CSV. A graph from elsewhere asks before it writes.`,
});
