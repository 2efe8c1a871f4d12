import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { z } from 'zod';
import { type DuckDb, withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { duckDbError } from '../../../main/compute/duckdb/duckdb-error.ts';
import { quoteIdentifier } from '../../../main/compute/duckdb/quote.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { resolveTargetPath } from '../../../main/compute/paths/replace-file.ts';
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
import { writeSqliteNode } from './definition.ts';

type Params = z.output<typeof writeSqliteNode.params>;

const busyTimeoutMs = 10_000;
const sqlTypes = {
  bool: 'INTEGER',
  int64: 'INTEGER',
  float64: 'REAL',
  string: 'TEXT',
  timestamp: 'TEXT',
  tensor: 'TEXT',
  other: 'TEXT',
};

export const runner = implementNode(writeSqliteNode, {
  effect: true,

  async run(ctx) {
    const { params } = ctx;
    const input = sinkInput(ctx.inputs['table']?.[0], params);
    const path = await resolveTargetPath(params.path, ctx.baseDir, false);
    const isNew = !existsSync(path);
    const target = `${params.table} of ${params.path}`;
    try {
      const written = await withDatabase(path, params, (sqlite) =>
        withDuckDb(stepDuckDbOptions(ctx), async (db) => {
          if (params.mode === 'upsert') await requireDistinctKeys(db, input);
          sqlite.exec('BEGIN IMMEDIATE');
          try {
            sqlite.exec(
              `CREATE TABLE IF NOT EXISTS ${ledgerTable} (target TEXT, content TEXT, token TEXT, row_count INTEGER, written_at TEXT, PRIMARY KEY (target, content))`,
            );
            const changes = !isWritten(ledgerOf(sqlite, params), input, params.mode, rowsOf(sqlite, params.table));
            if (changes) await writeRows(sqlite, db, params, input, ctx.signal);
            ctx.signal.throwIfAborted();
            sqlite.exec('COMMIT');
            return changes;
          } catch (error) {
            sqlite.exec('ROLLBACK');
            throw error;
          }
        }),
      );
      return await sinkReport(ctx, { target, rows: input.rows, written });
    } catch (error) {
      if (isNew) for (const end of ['', '-journal', '-wal', '-shm']) await rm(`${path}${end}`, { force: true });
      throw error;
    }
  },

  async probe({ params, baseDir }) {
    try {
      const path = await resolveTargetPath(params.path, baseDir, false);
      if (!existsSync(path)) return randomUUID();
      return await withDatabase(path, params, async (sqlite) =>
        sinkToken(ledgerOf(sqlite, params), params.mode, rowsOf(sqlite, params.table)),
      );
    } catch (error) {
      // The run says what is wrong.
      if (error instanceof AppError) return randomUUID();
      throw error;
    }
  },
});

async function withDatabase<T>(
  path: string,
  params: Params,
  work: (sqlite: Database.Database) => Promise<T>,
): Promise<T> {
  let sqlite: Database.Database | undefined;
  try {
    sqlite = new Database(path, { timeout: busyTimeoutMs });
    return await work(sqlite);
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (!(error instanceof Database.SqliteError)) {
      throw duckDbError(error, { code: 'data.query', doing: `${params.path} cannot be written` });
    }
    if (error.code === 'SQLITE_FULL') {
      throw duckDbError(new Error('No space left on device'), { code: 'disk.full', doing: `Writing ${params.path}` });
    }
    const refused = error.code.startsWith('SQLITE_CONSTRAINT') || error.code === 'SQLITE_ERROR';
    throw new AppError(refused ? 'data.query' : 'data.unreadable', `SQLite does not take the rows: ${error.message}.`, {
      fix: error.code.startsWith('SQLITE_BUSY')
        ? 'Close the program that is writing to it, then run again.'
        : 'Check the table, its constraints and the keys.',
      details: { field: error.message.includes('ON CONFLICT') ? 'keys' : 'table' },
      cause: error,
    });
  } finally {
    sqlite?.close();
  }
}

function hasTable(sqlite: Database.Database, table: string): boolean {
  return (
    sqlite.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE`).get(table) !==
    undefined
  );
}

function rowsOf(sqlite: Database.Database, table: string): number | undefined {
  if (!hasTable(sqlite, table)) return undefined;
  return Number(
    sqlite
      .prepare(`SELECT count(*) FROM ${quoteIdentifier(table)}`)
      .pluck()
      .get(),
  );
}

function ledgerOf(sqlite: Database.Database, { table }: Params): LedgerEntry[] {
  if (!hasTable(sqlite, ledgerTable)) return [];
  return sqlite
    .prepare(`SELECT content, token, row_count AS rowCount FROM ${ledgerTable} WHERE target = ?`)
    .all(table.toLowerCase()) as LedgerEntry[];
}

async function writeRows(
  sqlite: Database.Database,
  db: DuckDb,
  params: Params,
  input: SinkInput,
  signal: AbortSignal,
): Promise<void> {
  const { columns } = input;
  const table = quoteIdentifier(params.table);
  if (hasTable(sqlite, params.table)) {
    const present = sqlite.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(params.table) as string[];
    requireTargetColumns(input, present, params.table);
    if (params.mode === 'replace') sqlite.exec(`DELETE FROM ${table}`);
  } else {
    sqlite.exec(createTargetSql(table, input, params.mode, ({ type }) => sqlTypes[type]));
  }
  const insert = sqlite.prepare(
    `INSERT INTO ${table} (${columnList(columns)}) VALUES (${columns.map(() => '?').join(', ')})${conflictSql(input, params.mode)}`,
  );
  const result = await db.stream(
    `SELECT ${storedColumns(columns)} FROM (SELECT ${portableColumns(columns)} FROM ${input.relation})`,
  );
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    for (const row of chunk.getRows())
      insert.run(...row.map((value) => (typeof value === 'boolean' ? Number(value) : value)));
    // Lets a cancellation in.
    await setImmediate();
    signal.throwIfAborted();
  }
  const target = params.table.toLowerCase();
  if (params.mode !== 'append') sqlite.prepare(`DELETE FROM ${ledgerTable} WHERE target = ?`).run(target);
  sqlite
    .prepare(`INSERT OR REPLACE INTO ${ledgerTable} VALUES (?, ?, ?, ?, ?)`)
    .run(target, input.content, randomUUID(), input.rows, new Date().toISOString());
}

/** Values that SQLite can hold. */
function storedColumns(columns: readonly Column[]): string {
  return columns
    .map((column) => {
      const name = quoteIdentifier(column.name);
      if (column.sqlType === 'DATE') return `CAST(${name} AS VARCHAR)`;
      if (column.type === 'timestamp') return `strftime(${name}, '%Y-%m-%dT%H:%M:%S.%fZ')`;
      if (column.type === 'int64') return `CAST(${name} AS BIGINT)`;
      if (column.type === 'float64') return `CAST(${name} AS DOUBLE)`;
      return column.type === 'bool' ? name : `CAST(${name} AS VARCHAR)`;
    })
    .join(', ');
}
