import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { columnOf } from '../../../main/compute/duckdb/column-types.ts';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { duckDbError } from '../../../main/compute/duckdb/duckdb-error.ts';
import { quoteIdentifier, quoteLiteral, quotePath } from '../../../main/compute/duckdb/quote.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { storedColumn, writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { type ColumnPlan, planColumn } from './column-plan.ts';
import { type Params, withConnection } from './connect.ts';
import { postgresNode } from './definition.ts';

/** Longest row as text; DuckDB takes 16 times that for its buffer. */
const maxRowBytes = 8 * 2 ** 20;
/** Leads every row, so that none is an empty line, which readers of CSV skip. */
const rowMark = 'row mark';

export const runner = implementNode(postgresNode, {
  async run(ctx) {
    const { params } = ctx;
    const csv = join(ctx.workDir, 'rows.csv');
    const columns = await withConnection(params, ctx, async (client) => {
      const source = sourceOf(params);
      const planned = await planColumns(client, source);
      const items = ['1', ...planned.map(({ expression }) => expression)];
      const copy = client.query(
        copyTo(`COPY (SELECT ${items.join(', ')} FROM ${source}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)`),
      );
      await pipeline(copy, createWriteStream(csv), { signal: ctx.signal });
      return planned;
    });
    return withDuckDb(stepDuckDbOptions(ctx), async (db) => {
      try {
        const table = await writeTable(db, csvSelect(csv, columns), { workDir: ctx.workDir, lineage: 'all' });
        await rm(csv);
        if (table.rowCount === 0) {
          throw new AppError('data.empty', `${params.table === '' ? 'The query' : params.table} gives no rows.`, {
            fix: 'Choose another table, or change the query.',
          });
        }
        return { table };
      } catch (error) {
        throw duckDbError(error, { code: 'data.column-type', doing: 'The rows from PostgreSQL cannot be stored' });
      }
    });
  },

  async describe({ params, signal, secret }) {
    if (params.table === '' && params.query.trim() === '') {
      return {
        outputs: {},
        problems: [{ field: 'table', message: 'No table is chosen.', fix: 'Set table or query.' }],
      };
    }
    try {
      const planned = await withConnection(params, { signal, secret }, (client) =>
        planColumns(client, sourceOf(params)),
      );
      const columns = planned.map(({ name, type }) => storedColumn(columnOf(name, type)));
      return { outputs: { table: { type: 'table', schema: { columns }, lineage: 'all' } }, problems: [] };
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'run.cancelled') throw error;
      const { message, fix, details } = error;
      const field = details?.['secret'] === undefined ? (details?.['field'] ?? 'host') : 'password';
      return { outputs: {}, problems: [{ field: String(field), message, ...(fix === undefined ? {} : { fix }) }] };
    }
  },

  async probe({ params, signal, secret }) {
    if (params.refresh === 'never') return '';
    if (params.refresh === 'always') return randomUUID();
    if (params.probeQuery.trim() === '') {
      throw new AppError('params.invalid', 'Refresh is set to the probe query, but there is none.', {
        fix: 'Set probeQuery, or let refresh be always or never.',
      });
    }
    const rows = await withConnection(params, { signal, secret }, async (client) => {
      const text = `SELECT q::text AS row FROM (${params.probeQuery.trim().replace(/;\s*$/, '')}\n) AS q LIMIT 10000`;
      // Values are given so that the server takes one statement only.
      return (await client.query<{ row: string }>(text, [])).rows;
    });
    return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
  },
});

/** FROM item of the params. */
function sourceOf({ table, query }: Params): string {
  const text = query.trim().replace(/;\s*$/, '');
  // A line break ends a comment at the end of the query.
  if (text !== '') return `(${text}\n) AS q`;
  const parts = table.split('.');
  return `${parts.map(quoteIdentifier).join('.')} AS q`;
}

/** Columns of a source; also makes sure that it is one SELECT, which the COPY after it relies on. */
async function planColumns(client: pg.Client, source: string): Promise<ColumnPlan[]> {
  // The extended protocol, which pg uses for a named statement, refuses several statements in one text.
  const { fields } = await client.query({ name: 'describe', text: `SELECT * FROM ${source} LIMIT 0` });
  const seen = new Set<string>();
  for (const { name } of fields) {
    if (seen.has(name.toLowerCase())) {
      throw new AppError('data.query', `The result has two columns named “${name}”.`, {
        fix: 'Rename one with AS.',
        details: { field: 'query' },
      });
    }
    seen.add(name.toLowerCase());
  }
  const { rows } = await client.query<{ oid: string; name: string; category: string }>(
    'SELECT oid::text AS oid, typname AS name, typcategory AS category FROM pg_type WHERE oid = ANY($1)',
    [fields.map(({ dataTypeID }) => dataTypeID)],
  );
  const types = new Map(rows.map(({ oid, name, category }) => [Number(oid), { name, category }]));
  return fields.map((field) =>
    planColumn(field, types.get(field.dataTypeID) ?? { name: '', category: '' }, `q.${quoteIdentifier(field.name)}`),
  );
}

function csvSelect(path: string, columns: readonly ColumnPlan[]): string {
  const declared = [{ name: rowMark, type: 'VARCHAR' }, ...columns]
    .map(({ name, type }) => `${quoteLiteral(name)}: ${quoteLiteral(type)}`)
    .join(', ');
  return `SELECT * EXCLUDE (${quoteIdentifier(rowMark)}) FROM read_csv(${quotePath(path)}, columns = {${declared}},
    header = false, auto_detect = false, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false,
    max_line_size = ${maxRowBytes})`;
}
