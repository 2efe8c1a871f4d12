import { createHash, randomUUID } from 'node:crypto';
import type mysql from 'mysql2';
import { columnOf } from '../../../main/compute/duckdb/column-types.ts';
import { type DuckDb, withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { duckdbApi } from '../../../main/compute/duckdb/duckdb-library.ts';
import { duckDbError } from '../../../main/compute/duckdb/duckdb-error.ts';
import { quoteIdentifier } from '../../../main/compute/duckdb/quote.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { storedColumn, writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode } from '../../../shared/node/runner.ts';
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
        const planned = await planColumns(connection, sourceOf(params));
        await loadRows(connection, queryOf(params), planned, db);
        return planned;
      });
      const items = columns.map(({ name, sql }, at) => `${sql(`c${at}`)} AS ${quoteIdentifier(name)}`);
      try {
        const query = `SELECT ${items.join(', ')} FROM ${quoteIdentifier(loaded)}`;
        const table = await writeTable(db, query, { workDir: ctx.workDir, lineage: 'all' });
        if (table.rowCount === 0) {
          throw new AppError('data.empty', `${params.table === '' ? 'The query' : params.table} gives no rows.`, {
            fix: 'Choose another table, or change the query.',
          });
        }
        return { table };
      } catch (error) {
        throw duckDbError(error, { code: 'data.column-type', doing: 'The rows from MySQL cannot be stored' });
      }
    });
  },

  async describe({ params, signal, secret }) {
    if (params.table === '' && params.query.trim() === '') {
      const problem = { field: 'table', message: 'No table is chosen.', fix: 'Set table or query.' };
      return { outputs: {}, problems: [problem] };
    }
    try {
      const planned = await withConnection(params, { signal, secret }, (connection) =>
        planColumns(connection, sourceOf(params)),
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
    const { rows } = await withConnection(params, { signal, secret }, (connection) =>
      send(connection, `SELECT * FROM (${params.probeQuery.trim().replace(/;\s*$/, '')}\n) AS q LIMIT 10000`),
    );
    return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
  },
});

/** FROM item of the params: nothing but a SELECT fits into the parentheses. */
function sourceOf({ table, query }: Params): string {
  const text = query.trim().replace(/;\s*$/, '');
  // A line break ends a comment at the end of the query.
  if (text !== '') return `(${text}\n) AS q`;
  const parts = table.split('.').map((part) => `\`${part.replaceAll('`', '``')}\``);
  return `${parts.join('.')} AS q`;
}

/** What is run once the source has been planned, and so is one SELECT: inside another its ORDER BY would not count. */
function queryOf(params: Params): string {
  const text = params.query.trim().replace(/;\s*$/, '');
  return text === '' ? `SELECT * FROM ${sourceOf(params)}` : text;
}

async function planColumns(connection: mysql.Connection, source: string): Promise<ColumnPlan[]> {
  const { fields } = await send(connection, `SELECT * FROM ${source} LIMIT 0`);
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
