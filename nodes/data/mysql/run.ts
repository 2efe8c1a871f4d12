import type mysql from 'mysql2';
import { type DuckDb, withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { duckdbApi } from '../../../main/compute/duckdb/duckdb-library.ts';
import { quoteIdentifier } from '../../../main/compute/duckdb/quote.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { databaseSource, requireDistinctNames, selectText, sourceOf, storeRows } from '../../lib/database-source.ts';
import { type ColumnPlan, planColumn } from './column-plan.ts';
import { type Params, send, withConnection } from './connect.ts';
import { mysqlNode } from './definition.ts';

/** Most rows a DuckDB chunk can hold. */
const chunkRows = 2048;
const loaded = 'loaded rows';

export const runner = implementNode(mysqlNode, {
  async run(ctx) {
    const { params } = ctx;
    return withDuckDb(stepDuckDbOptions(ctx), async (db) => {
      const columns = await withConnection(params, ctx, async (connection) => {
        const planned = await planColumns(connection, sourceOf(params, quoteName));
        await loadRows(connection, queryOf(params), planned, db);
        return planned;
      });
      const items = columns.map(({ name, sql }, at) => `${sql(`c${at}`)} AS ${quoteIdentifier(name)}`);
      return storeRows(ctx, db, `SELECT ${items.join(', ')} FROM ${quoteIdentifier(loaded)}`, 'MySQL');
    });
  },

  ...databaseSource({
    withConnection,
    quoteName,
    planColumns,
    catalogRows: async (connection, mostRows) => {
      const { rows } = await send(connection, `${catalogQuery} LIMIT ${mostRows}`);
      return rows.map(([schema, table, column, type]) => [...[schema, table, column].map(written), String(type)]);
    },
    probeRows: async (connection, from) => (await send(connection, `SELECT * FROM ${from}`)).rows,
  }),
});

/** The chosen database first, then by name. */
const catalogQuery = `SELECT CASE WHEN table_schema = database() THEN '' ELSE table_schema END AS place,
    table_name, column_name, data_type FROM information_schema.columns
  WHERE table_schema NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema')
  ORDER BY place, table_name, ordinal_position`;

function written(name: unknown): string {
  const text = String(name);
  return /^[a-z_]\w*$/i.test(text) || text === '' ? text : quoteName(text);
}

function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** What is run once the source has been planned, and so is one SELECT: inside another its ORDER BY would not count. */
function queryOf(params: Params): string {
  const text = selectText(params.query);
  return text === '' ? `SELECT * FROM ${sourceOf(params, quoteName)}` : text;
}

async function planColumns(connection: mysql.Connection, source: string): Promise<ColumnPlan[]> {
  const { fields } = await send(connection, `SELECT * FROM ${source} LIMIT 0`);
  requireDistinctNames(fields);
  return fields.map(planColumn);
}

/** Streams the rows as text into a DuckDB table, a chunk at a time; what does not fit in memory spills. */
async function loadRows(
  connection: mysql.Connection,
  sql: string,
  columns: readonly ColumnPlan[],
  db: DuckDb,
): Promise<void> {
  const { DuckDBDataChunk, VARCHAR } = duckdbApi();
  await db.run(`CREATE TABLE ${quoteIdentifier(loaded)} (${columns.map((_, at) => `c${at} VARCHAR`).join(', ')})`);
  const appender = await db.appender(loaded);
  const types = columns.map(() => VARCHAR);
  let rows: (string | null)[][] = [];
  const flush = () => {
    const chunk = DuckDBDataChunk.create(types, rows.length);
    for (const at of columns.keys())
      chunk.setColumnValues(
        at,
        rows.map((row) => row[at] ?? null),
      );
    appender.appendDataChunk(chunk);
    rows = [];
  };
  let at = 0;
  const typeCast = (field: { string(): string | null; buffer(): Buffer | null }) =>
    columns[at++ % columns.length]?.isBinary === true ? (field.buffer()?.toString('hex') ?? null) : field.string();
  const stream = connection.query({ sql, typeCast, rowsAsArray: true }).stream({ highWaterMark: 1000 });
  // A connection that is lost says so itself; the stream would wait for ever.
  const onLost = (error?: Error) => stream.destroy(error ?? new Error('The server closed the connection'));
  connection.on('error', onLost);
  connection.on('end', onLost);
  for await (const row of stream as AsyncIterable<(string | null)[]>) {
    rows.push(row);
    if (rows.length === chunkRows) flush();
  }
  if (rows.length > 0) flush();
  appender.closeSync();
}
