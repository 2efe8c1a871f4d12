import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';

const columnType = z.enum(['string', 'int64', 'float64', 'bool', 'timestamp']);

export const fileNode = defineNode({
  kind: 'data.file',
  version: 1,
  stage: 'data',
  title: 'File',
  summary: 'Reads a table from CSV, Parquet, JSON or Arrow files',
  keywords: [
    'csv',
    'tsv',
    'parquet',
    'json',
    'ndjson',
    'arrow',
    'feather',
    'hive',
    'import',
    'load',
    'read',
    'source',
    'dataset',
    'table',
  ],
  params: z.object({
    path: z
      .string()
      .default('')
      .describe('File or glob; relative to the graph file, absolute, or pkg:NAME/file for a file of an npm package')
      .meta(
        paramMeta({
          ui: {
            control: 'path',
            extensions: [
              'csv',
              'tsv',
              'txt',
              'parquet',
              'pq',
              'json',
              'ndjson',
              'jsonl',
              'arrow',
              'feather',
              'gz',
              'zst',
            ],
          },
        }),
      ),
    format: z
      .enum(['auto', 'csv', 'tsv', 'parquet', 'json', 'ndjson', 'arrow'])
      .default('auto')
      .describe('Format of the files; auto goes by the extension'),
    delimiter: z
      .string()
      .max(4)
      .default('')
      .describe('CSV: text between fields; empty finds it')
      .meta(paramMeta({ section: 'CSV', advanced: true })),
    header: z
      .enum(['auto', 'yes', 'no'])
      .default('auto')
      .describe('CSV: whether the first line names the columns')
      .meta(paramMeta({ section: 'CSV', advanced: true })),
    quote: z
      .string()
      .max(1)
      .default('')
      .describe('CSV: character around fields that hold the delimiter; empty finds it')
      .meta(paramMeta({ section: 'CSV', advanced: true })),
    encoding: z
      .enum(['auto', 'utf-8', 'utf-16', 'latin-1'])
      .default('auto')
      .describe('CSV: text encoding; auto goes by the byte order mark, else UTF-8')
      .meta(paramMeta({ section: 'CSV', advanced: true })),
    decimal: z
      .enum(['point', 'comma'])
      .default('point')
      .describe('CSV: what stands before the fraction of a number, as in 1.5 or 1,5')
      .meta(paramMeta({ section: 'CSV', advanced: true })),
    nullValues: z
      .array(z.string())
      .default([''])
      .describe('CSV: texts that stand for a missing value')
      .meta(paramMeta({ section: 'CSV', advanced: true })),
    types: z
      .record(z.string(), columnType)
      .default({})
      .describe('Column → type, in place of the type found')
      .meta(paramMeta({ section: 'Columns', advanced: true })),
    columns: z
      .record(z.string(), z.string().regex(/^[A-Za-z][A-Za-z0-9_ ]*(?:\(\d+(?:,\s*\d+)?\))?(?:\[\d*\])*$/))
      .default({})
      .describe('JSON: column → DuckDB type of the only columns to read, such as {"data": "FLOAT[]"}; empty finds all')
      .meta(paramMeta({ section: 'Columns', advanced: true })),
    maximumObjectSize: z
      .number()
      .int()
      .min(1024)
      .max(1_073_741_824)
      .default(16_777_216)
      .describe('JSON: largest single object')
      .meta(paramMeta({ section: 'JSON', unit: 'bytes', advanced: true })),
    filename: z
      .boolean()
      .default(false)
      .describe('Adds the column “filename”: the file of each row, relative to the common folder')
      .meta(paramMeta({ section: 'Columns', advanced: true })),
    partitions: z
      .boolean()
      .default(false)
      .describe('Adds a column for each folder named like year=2024, as Hive and Spark write them; not for Arrow')
      .meta(paramMeta({ section: 'Columns', advanced: true })),
  }),
  ports: {
    inputs: {},
    outputs: { table: { type: 'table', lineage: 'all', doc: 'The rows of the files, in file order' } },
  },
  determinism: 'external',
  resources: (_params, stats) => {
    const bytes = stats.bytes ?? 50_000_000;
    return { cpu: 2, memoryBytes: Math.min(2 ** 31, 2 ** 28 + 4 * bytes), seconds: 0.3 + bytes / 20_000_000 };
  },
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'Flights',
      params: { path: 'pkg:vega-datasets/data/flights-3m.parquet' },
      note: 'Three million US flights of 2001 from the sample data.',
    },
    {
      name: 'Semicolons',
      params: { path: 'sales-*.csv', delimiter: ';', decimal: 'comma', nullValues: ['', 'NA'], filename: true },
      note: 'Several files of one layout; the column “filename” tells them apart.',
    },
    {
      name: 'JSON array',
      params: { path: 'pkg:mnist/src/digits/*.json', columns: { data: 'FLOAT[]' }, filename: true },
      note: 'One object per file with a long list of numbers.',
    },
  ],
  help: `Reads one file, or all files a glob such as \`data/2024-*.parquet\` matches, into one table.

**Paths** start from the folder of the graph file. \`pkg:NAME/file\` names a file inside an npm package that is
installed with Slipway, which is how sample graphs find their data.

**CSV.** Delimiter, quote, header and column types are found by looking at the start of the file, and then hold for all
of it: a line with another number of fields, or a value that is not of its column's type, stops the step with its line
number. Nothing is skipped or padded. Set \`types\` for a column that is guessed wrong (identifiers with leading zeros are
\`string\`), and \`nullValues\` for texts such as \`NA\`.

**Partitions.** With a glob such as \`sales/**/*.parquet\` and *partitions* on, folders named \`year=2024\` become columns.

**Arrow** (IPC files and streams, Feather 2) is read in memory, up to 1 GiB, without compression.

**Parquet** keeps the types of the file. **JSON** takes an array of objects, or objects one after another; \`columns\`
reads only the columns it names, with their types.

The step runs again when the content of the files changes, whatever their dates say.`,
});
