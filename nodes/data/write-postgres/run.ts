import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { z } from 'zod';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { duckDbError } from '../../../main/compute/duckdb/duckdb-error.ts';
import { quoteIdentifier, quoteLiteral } from '../../../main/compute/duckdb/quote.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import type { Column } from '../../../shared/table/schema.ts';
import {
  conflictSql,
  createTargetSql,
  isWritten,
  type LedgerEntry,
  ledgerTable,
  portableColumns,
  requireDistinctKeys,
  requireTargetColumns,
  type SinkInput,
  sinkInput,
  sinkReport,
  sinkToken,
} from '../../lib/table-sink.ts';
import { columnList } from '../../lib/table-step.ts';
import { withConnection } from '../postgres/connect.ts';
import { writePostgresNode } from './definition.ts';

type Params = z.output<typeof writePostgresNode.params>;

/** Holds the rows until they are inserted; gone with the transaction. */
const incoming = quoteIdentifier('slipway incoming');

export const runner = implementNode(writePostgresNode, {
  effect: true,

  async run(ctx) {
    const { params } = ctx;
    const input = sinkInput(ctx.inputs['table']?.[0], params);
    const csv = join(ctx.workDir, 'rows.csv');
    await withDuckDb(stepDuckDbOptions(ctx), async (db) => {
      if (params.mode === 'upsert') await requireDistinctKeys(db, input);
      try {
        const rows = `SELECT ${portableColumns(input.columns)} FROM ${input.relation}`;
        await db.run(`COPY (${rows}) TO ${quoteLiteral(csv)} (FORMAT csv, HEADER false, FORCE_QUOTE *)`);
      } catch (error) {
        throw duckDbError(error, { code: 'data.query', doing: 'The rows cannot be prepared' });
      }
    });
    const written = await withConnection(
      { ...params, query: '' },
      ctx,
      async (client) => {
        // One writer at a time, also to tables that do not exist yet.
        await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`slipway ${params.table}`]);
        await client.query(
          `CREATE TABLE IF NOT EXISTS ${ledgerTable} (target text, content text, token text, row_count bigint, written_at timestamptz, PRIMARY KEY (target, content))`,
        );
        if (isWritten(await ledgerOf(client, params), input, params.mode, await rowsOf(client, params))) return false;
        await writeRows(client, params, input, csv, ctx.signal);
        return true;
      },
      'write',
    );
    await rm(csv);
    return sinkReport(ctx, { target: `${params.table} of ${params.database}`, rows: input.rows, written });
  },

  async probe({ params, signal, secret }) {
    return withConnection({ ...params, query: '' }, { signal, secret }, async (client) =>
      sinkToken(await ledgerOf(client, params), params.mode, await rowsOf(client, params)),
    );
  },
});

function tableSql(table: string): string {
  return table.split('.').map(quoteIdentifier).join('.');
}

async function exists(client: pg.Client, table: string): Promise<boolean> {
  const { rows } = await client.query<{ found: string | null }>('SELECT to_regclass($1)::text AS found', [table]);
  return rows[0]?.found != null;
}

async function rowsOf(client: pg.Client, { table }: Params): Promise<number | undefined> {
  if (table === '' || !(await exists(client, tableSql(table)))) return undefined;
  const { rows } = await client.query<{ n: string }>(`SELECT count(*) AS n FROM ${tableSql(table)}`);
  return Number(rows[0]?.n);
}

async function ledgerOf(client: pg.Client, { table }: Params): Promise<LedgerEntry[]> {
  if (!(await exists(client, ledgerTable))) return [];
  const { rows } = await client.query<{ content: string; token: string; row_count: string }>(
    `SELECT content, token, row_count FROM ${ledgerTable} WHERE target = $1`,
    [table],
  );
  return rows.map(({ content, token, row_count: rowCount }) => ({ content, token, rowCount: Number(rowCount) }));
}

async function writeRows(
  client: pg.Client,
  params: Params,
  input: SinkInput,
  csv: string,
  signal: AbortSignal,
): Promise<void> {
  const table = tableSql(params.table);
  if (await exists(client, table)) {
    const { fields } = await client.query(`SELECT * FROM ${table} LIMIT 0`);
    requireTargetColumns(
      input,
      fields.map(({ name }) => name),
      params.table,
    );
  } else {
    await client.query(createTargetSql(table, input, params.mode, serverType));
  }
  const names = columnList(input.columns);
  await client.query(`CREATE TEMPORARY TABLE ${incoming} ON COMMIT DROP AS SELECT ${names} FROM ${table} WITH NO DATA`);
  await pipeline(createReadStream(csv), client.query(copyFrom(`COPY ${incoming} (${names}) FROM STDIN (FORMAT csv)`)), {
    signal,
  });
  if (params.mode === 'replace') await client.query(`DELETE FROM ${table}`);
  const { rowCount } = await client.query(
    `INSERT INTO ${table} (${names}) SELECT ${names} FROM ${incoming}${conflictSql(input, params.mode)}`,
  );
  if (params.mode !== 'upsert' && rowCount !== input.rows) {
    throw new AppError('data.query', `${String(rowCount)} of ${input.rows} rows arrived in ${params.table}.`, {
      fix: 'Check triggers and rules of the table.',
    });
  }
  if (params.mode !== 'append') await client.query(`DELETE FROM ${ledgerTable} WHERE target = $1`, [params.table]);
  await client.query(
    `INSERT INTO ${ledgerTable} VALUES ($1, $2, $3, $4, now())
     ON CONFLICT (target, content) DO UPDATE SET token = excluded.token, written_at = excluded.written_at`,
    [params.table, input.content, randomUUID(), input.rows],
  );
}

function serverType(column: Column): string {
  switch (column.type) {
    case 'bool':
      return 'boolean';
    case 'int64':
      return 'bigint';
    case 'float64':
      return column.sqlType.startsWith('DECIMAL') ? column.sqlType.replace('DECIMAL', 'numeric') : 'double precision';
    case 'timestamp':
      return column.sqlType === 'DATE' ? 'date' : 'timestamp';
    case 'string':
    case 'tensor':
    case 'other':
      return 'text';
  }
}
