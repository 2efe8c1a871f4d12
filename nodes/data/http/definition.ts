import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { secretReferenceSchema } from '../../../shared/node/secret.ts';

const headerName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'must be the name of a header');

export const httpNode = defineNode({
  kind: 'data.http',
  version: 1,
  stage: 'data',
  title: 'HTTP',
  summary: 'Reads a table from a web address: JSON, CSV or Parquet, page by page',
  keywords: ['http', 'https', 'url', 'web', 'api', 'rest', 'download', 'json', 'pagination', 'source', 'import'],
  params: z.object({
    url: z.string().max(8000).default('').describe('Address that starts with https:// or http://'),
    format: z
      .enum(['auto', 'json', 'ndjson', 'csv', 'tsv', 'parquet'])
      .default('auto')
      .describe('Format of the answer; auto goes by its content type and the address'),
    rows: z
      .string()
      .max(200)
      .default('')
      .describe('JSON: where the list of rows is, such as data.items; empty takes the answer, or its only list'),
    token: secretReferenceSchema
      .nullable()
      .default(null)
      .describe('Secret that is sent as Authorization: Bearer')
      .meta(paramMeta({ section: 'Request' })),
    headers: z
      .record(headerName, z.union([z.string().max(8000), secretReferenceSchema]))
      .default({})
      .describe('Headers to send, each a text or {"secret": "NAME"}')
      .meta(paramMeta({ section: 'Request', advanced: true })),
    pages: z
      .enum(['one', 'link', 'number', 'cursor'])
      .default('one')
      .describe('How to get to the next page: a Link header, a page number, or a cursor in the answer')
      .meta(paramMeta({ section: 'Pages' })),
    pageParam: z
      .string()
      .max(200)
      .default('page')
      .describe('number, cursor: name of the parameter in the address')
      .meta(paramMeta({ section: 'Pages', advanced: true })),
    firstPage: z
      .number()
      .int()
      .min(0)
      .max(1_000_000)
      .default(1)
      .describe('number: the first page')
      .meta(paramMeta({ section: 'Pages', advanced: true })),
    cursor: z
      .string()
      .max(200)
      .default('next')
      .describe('cursor: where the cursor, or the address of the next page, is in the answer')
      .meta(paramMeta({ section: 'Pages', advanced: true })),
    mostPages: z
      .number()
      .int()
      .min(1)
      .max(100_000)
      .default(1000)
      .describe('More pages are an error')
      .meta(paramMeta({ section: 'Limits', advanced: true })),
    mostMb: z
      .number()
      .positive()
      .max(102_400)
      .default(1024)
      .describe('A larger answer, all pages together, is an error')
      .meta(paramMeta({ section: 'Limits', unit: 'MiB', advanced: true, label: 'Most data' })),
    timeoutS: z
      .number()
      .positive()
      .max(86_400)
      .default(600)
      .describe('Time for all pages together')
      .meta(paramMeta({ section: 'Limits', unit: 's', advanced: true, label: 'Time limit' })),
    privateHosts: z
      .boolean()
      .default(false)
      .describe('Follow redirects and next pages to another host in a private network')
      .meta(paramMeta({ section: 'Limits', advanced: true })),
    refresh: z
      .enum(['always', 'changed', 'never'])
      .default('always')
      .describe('When to read again: on every run, when the server names another ETag or date, or never')
      .meta(paramMeta({ section: 'Refresh' })),
  }),
  ports: {
    inputs: {},
    outputs: { table: { type: 'table', lineage: 'all', doc: 'The rows of all pages, in their order' } },
  },
  determinism: 'external',
  resources: (_params, stats) => {
    const bytes = stats.bytes ?? 20_000_000;
    return { cpu: 1, memoryBytes: 2 ** 29, seconds: 1 + bytes / 5_000_000 };
  },
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'Pages of an API',
      params: {
        url: 'https://api.example.org/orders?per_page=100',
        rows: 'data',
        token: { secret: 'SHOP_TOKEN' },
        pages: 'link',
      },
      note: 'Follows the Link header to the last page; the graph only names the secret.',
    },
    {
      name: 'A file',
      params: { url: 'https://example.org/prices.csv', refresh: 'changed' },
      note: 'Read again when the server says it changed.',
    },
  ],
  help: `Reads rows from a web address in one format: JSON (a list of objects, or a list inside the answer, named by *rows* like
\`data.items\`), lines of JSON, CSV, TSV, or Parquet.

**Pages.** *link* follows \`Link: <…>; rel="next"\`. *number* counts a parameter up until a page has no rows. *cursor* takes the
text at a place in the answer, such as \`meta.next\`, as the parameter of the next page, or as its address; missing, empty
or null ends.

**Secrets** go to the host of the address only: a redirect or next page elsewhere is followed without them, and not at all
into a private network unless *private hosts* is on.

Answers 429 and 503 are asked again when the server says so. Pages, bytes and time have limits; a cut-off answer is an error,
never a shorter table. A graph from elsewhere asks before it connects.`,
});
