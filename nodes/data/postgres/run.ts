import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { quoteIdentifier, quoteLiteral, quotePath } from '../../../main/compute/duckdb/quote.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { databaseSource, requireDistinctNames, sourceOf, storeRows } from '../../lib/database-source.ts';
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
      const source = sourceOf(params, quoteIdentifier);
      const planned = await planColumns(client, source);
      const items = ['1', ...planned.map(({ expression }) => expression)];
      const copy = client.query(
        copyTo(`COPY (SELECT ${items.join(', ')} FROM ${source}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)`),
      );
      await pipeline(copy, createWriteStream(csv), { signal: ctx.signal });
      return planned;
    });
    return withDuckDb(stepDuckDbOptions(ctx), async (db) => {
      const outputs = await storeRows(ctx, db, csvSelect(csv, columns), 'PostgreSQL');
      await rm(csv);
      return outputs;
    });
  },

  ...databaseSource<Params, pg.Client>({
    withConnection,
    quoteName: quoteIdentifier,
    planColumns,
    catalogRows: async (client, mostRows) => {
      const { rows } = await client.query<string[]>({ text: catalogQuery, values: [mostRows], rowMode: 'array' });
      return rows;
    },
    // Values are given so that the server takes one statement only.
    probeRows: async (client, from) => (await client.query(`SELECT q::text AS row FROM ${from}`, [])).rows,
  }),
});

/** The schema of names without one first, then by name. */
const catalogQuery = `SELECT CASE WHEN table_schema = current_schema() THEN '' ELSE quote_ident(table_schema) END AS place,
    quote_ident(table_name), quote_ident(column_name), data_type
  FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
  ORDER BY place, table_name, ordinal_position LIMIT $1`;

/** Columns of a source; also makes sure that it is one SELECT, which the COPY after it relies on. */
async function planColumns(client: pg.Client, source: string): Promise<ColumnPlan[]> {
  // The extended protocol, which pg uses for a named statement, refuses several statements in one text.
  const { fields } = await client.query({ name: 'describe', text: `SELECT * FROM ${source} LIMIT 0` });
  requireDistinctNames(fields);
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
