import { createHash, randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDb, parquetRelation } from '../../main/compute/duckdb/connection.ts';
import { quoteIdentifier } from '../../main/compute/duckdb/quote.ts';
import { tableFile } from '../../main/compute/duckdb/write-table.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { ArtifactDraft, InputArtifact, StepContext } from '../../shared/node/runner.ts';
import type { Column } from '../../shared/table/schema.ts';
import { columnList, columnsNamed, paramError } from './table-step.ts';

/**
 * Table of a database in which sinks note what they wrote, in the same transaction: `target` table, `content` digest,
 * `token` of the write, `row_count`, `written_at`. It makes a write happen once, also when the engine dies right after.
 */
export const ledgerTable = 'slipway_writes';

export interface SinkParams {
  table: string;
  mode: 'append' | 'replace' | 'upsert';
  keys: readonly string[];
}

/** One row of the ledger. */
export interface LedgerEntry {
  content: string;
  token: string;
  rowCount: number;
}

/** The rows to write. */
export interface SinkInput {
  columns: readonly Column[];
  keys: readonly Column[];
  rows: number;
  /** FROM item of DuckDB. */
  relation: string;
  /** Digest of the rows and of how they are written. */
  content: string;
}

/** Errors: `params.invalid`, `data.column-missing`. */
export function sinkInput(artifact: InputArtifact | undefined, params: SinkParams): SinkInput {
  if (artifact === undefined) throw new AppError('data.query', 'Input “table” is not connected.');
  if (params.table.trim() === '') throw paramError('table', 'No table is named.', 'Set table.');
  if (params.table.toLowerCase() === ledgerTable) {
    throw paramError('table', `${ledgerTable} is where Slipway notes what it wrote.`, 'Choose another table.');
  }
  const columns = artifact.manifest.schema?.columns ?? [];
  const keys = columnsNamed(columns, params.keys, 'keys');
  if (params.mode === 'upsert' && keys.length === 0) {
    throw paramError('keys', 'Rows are inserted and updated by key, but no key is chosen.', 'Choose key columns.');
  }
  const content = createHash('sha256')
    .update(JSON.stringify([artifact.digest, params.mode, params.mode === 'upsert' ? params.keys : []]))
    .digest('hex');
  const relation = parquetRelation(artifact.path(tableFile), columns);
  return { columns, keys, rows: artifact.manifest.rowCount ?? 0, relation, content };
}

/** Errors: `data.expectation` when a key comes twice, as one of the rows would be lost. */
export async function requireDistinctKeys(db: DuckDb, { relation, keys }: SinkInput): Promise<void> {
  if (keys.length === 0) return;
  const list = columnList(keys);
  const [found] = await db.rows(
    `SELECT ${list}, CAST(count(*) AS DOUBLE) AS "slipway count" FROM ${relation} GROUP BY ${list} HAVING count(*) > 1
     ORDER BY "slipway count" DESC, ${list} LIMIT 1`,
  );
  if (found === undefined) return;
  const shown = keys.map(({ name }) => `${name} ${String(found[name])}`).join(', ');
  throw new AppError('data.expectation', `The key ${shown} comes ${String(found['slipway count'])} times.`, {
    fix: 'Deduplicate the rows first.',
    details: { field: 'keys' },
  });
}

/** Whether these rows are in the table already. `rowsNow`: rows of the target, undefined where there is none. */
export function isWritten(
  entries: readonly LedgerEntry[],
  input: SinkInput,
  mode: SinkParams['mode'],
  rowsNow: number | undefined,
): boolean {
  const entry = entries.find(({ content }) => content === input.content);
  return entry !== undefined && rowsNow !== undefined && (mode !== 'replace' || rowsNow === input.rows);
}

/** The token of a target's state: the same while nothing is written, and none that comes back. */
export function sinkToken(
  entries: readonly LedgerEntry[],
  mode: SinkParams['mode'],
  rowsNow: number | undefined,
): string {
  const intact = rowsNow !== undefined && (mode !== 'replace' || entries.every(({ rowCount }) => rowCount === rowsNow));
  if (entries.length === 0 || !intact) return randomUUID();
  return createHash('sha256')
    .update(
      entries
        .map(({ token }) => token)
        .toSorted()
        .join(' '),
    )
    .digest('hex');
}

/** Columns the target lacks are an error; columns it has more are left to their defaults. */
export function requireTargetColumns(input: SinkInput, present: readonly string[], table: string): void {
  const absent = input.columns.filter(({ name }) => !present.includes(name));
  if (absent.length === 0) return;
  throw new AppError(
    'data.column-missing',
    `The table ${table} has no column ${absent.map(({ name }) => `“${name}”`).join(', ')}.`,
    { fix: `It has ${present.slice(0, 12).join(', ')}: select and rename columns first.`, details: { field: 'table' } },
  );
}

/** CREATE TABLE of a target that is not there; `typeOf` gives the types of the database. */
export function createTargetSql(
  table: string,
  { columns, keys }: SinkInput,
  mode: SinkParams['mode'],
  typeOf: (column: Column) => string,
): string {
  const declared = columns.map((column) => `${quoteIdentifier(column.name)} ${typeOf(column)}`);
  if (mode === 'upsert') declared.push(`UNIQUE (${columnList(keys)})`);
  return `CREATE TABLE ${table} (${declared.join(', ')})`;
}

/** End of the INSERT: what happens to a row whose key is there already. */
export function conflictSql({ columns, keys }: SinkInput, mode: SinkParams['mode']): string {
  if (mode !== 'upsert') return '';
  const others = columns.filter((column) => !keys.includes(column));
  const updates = others.map(({ name }) => `${quoteIdentifier(name)} = excluded.${quoteIdentifier(name)}`);
  return ` ON CONFLICT (${columnList(keys)}) DO ${updates.length === 0 ? 'NOTHING' : `UPDATE SET ${updates.join(', ')}`}`;
}

/** Columns as they travel to a database: nested values as JSON text, bytes as hexadecimal text. */
export function portableColumns(columns: readonly Column[]): string {
  return columns
    .map((column) => {
      const name = quoteIdentifier(column.name);
      if (column.sqlType === 'BLOB') return `hex(${name}) AS ${name}`;
      if (column.type === 'timestamp' && column.sqlType !== 'DATE') return `CAST(${name} AS TIMESTAMP) AS ${name}`;
      if (column.type !== 'other' && column.type !== 'tensor') return name;
      const nested = /[\])]/.test(column.sqlType) ? `to_json(${name})` : name;
      return `CAST(${nested} AS VARCHAR) AS ${name}`;
    })
    .join(', ');
}

/** The report of a write. */
export async function sinkReport(
  ctx: StepContext<unknown>,
  body: { target: string; rows: number; written: boolean },
): Promise<Record<string, ArtifactDraft>> {
  if (!body.written) ctx.log('info', `${body.target} holds these rows already; nothing is written.`);
  const path = join(ctx.workDir, 'report.json');
  await writeFile(path, `${JSON.stringify({ type: 'written', ...body }, null, 2)}\n`);
  return { report: { type: 'report', files: { 'report.json': path }, meta: { metrics: { rows: body.rows } } } };
}
