import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { type DuckDb, withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { duckDbError } from '../../../main/compute/duckdb/duckdb-error.ts';
import { duckdbApi } from '../../../main/compute/duckdb/duckdb-library.ts';
import { quoteIdentifier } from '../../../main/compute/duckdb/quote.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { storedColumn, writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { fileDigest } from '../../../main/compute/paths/file-digest.ts';
import { resolveDataPath } from '../../../main/compute/paths/resolve-path.ts';
import type { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { describeFailure } from '../../lib/describe-failure.ts';
import { castSql } from '../../lib/table-sql.ts';
import { columnNamed } from '../../lib/table-step.ts';
import { excelNode } from './definition.ts';
import { type Cell, columnLetters, cutRange, readSheetRows } from './read-sheet.ts';

type Params = z.output<typeof excelNode.params>;
type CellType = 'BIGINT' | 'DOUBLE' | 'BOOLEAN' | 'TIMESTAMP' | 'VARCHAR';

const logicalTypes = {
  BIGINT: 'int64',
  DOUBLE: 'float64',
  BOOLEAN: 'bool',
  TIMESTAMP: 'timestamp',
  VARCHAR: 'string',
} as const;
const chunkRows = 2048;
const loaded = 'sheet';

interface Sheet {
  columns: { name: string; type: CellType }[];
  rows: Cell[][];
  warnings: string[];
}

export const runner = implementNode(excelNode, {
  async run(ctx) {
    const sheet = await readSheet(ctx.params, ctx.baseDir);
    for (const warning of sheet.warnings) ctx.log('warn', warning);
    if (sheet.rows.length === 0) {
      throw new AppError('data.empty', `${ctx.params.path} has no rows there.`, { fix: 'Check sheet and range.' });
    }
    return withDuckDb(stepDuckDbOptions(ctx), async (db) => {
      try {
        await load(db, sheet);
        return { table: await writeTable(db, select(sheet, ctx.params), { workDir: ctx.workDir, lineage: 'all' }) };
      } catch (error) {
        throw duckDbError(error, { code: 'data.column-type', doing: `${ctx.params.path} cannot be stored` });
      }
    });
  },

  async describe({ params, baseDir, signal }) {
    if (params.path === '') return { outputs: {}, problems: [{ field: 'path', message: 'No workbook is chosen.' }] };
    try {
      const sheet = await readSheet(params, baseDir);
      const columns = await withDuckDb({ signal }, async (db) => {
        await load(db, { ...sheet, rows: [] });
        return (await db.columnsOf(select(sheet, params))).map(storedColumn);
      });
      const problems = sheet.warnings.map((message) => ({ field: 'types', message, severity: 'warning' as const }));
      return { outputs: { table: { type: 'table', schema: { columns }, lineage: 'all' } }, problems };
    } catch (error) {
      return describeFailure(error, 'path');
    }
  },

  async probe({ params, baseDir, signal }) {
    return fileDigest(await resolveDataPath(params.path, baseDir), signal);
  },
});

async function readSheet(params: Params, baseDir: string): Promise<Sheet> {
  const path = await resolveDataPath(params.path, baseDir);
  const cells = cutRange(await readSheetRows(path, params.path, params.sheet), params.range);
  const width = cells.reduce((most, row) => Math.max(most, row.length), 0);
  const header = params.header ? (cells.shift() ?? []) : [];
  const rows = cells.filter((row) => row.some((cell) => cell !== null));
  const warnings: string[] = [];
  const taken = new Set<string>();
  const columns = Array.from({ length: width }, (_, at) => {
    const name = freeName(nameOf(header[at] ?? null, at), taken);
    const { type, mixed } = typeOf(rows, at);
    if (mixed && params.types[name] === undefined)
      warnings.push(`Column “${name}” has values of several types and is read as text.`);
    return { name, type };
  });
  return { columns, rows, warnings };
}

function nameOf(cell: Cell, at: number): string {
  const text = cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell ?? '').trim();
  return text === '' ? columnLetters(at) : text;
}

function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let number = 2; taken.has(free.toLowerCase()); number++) free = `${name}_${number}`;
  taken.add(free.toLowerCase());
  return free;
}

function typeOf(rows: readonly Cell[][], at: number): { type: CellType; mixed: boolean } {
  const found = new Set<CellType>();
  for (const row of rows) {
    const cell = row[at] ?? null;
    if (cell === null) continue;
    if (typeof cell === 'number') found.add(Number.isSafeInteger(cell) ? 'BIGINT' : 'DOUBLE');
    else if (typeof cell === 'boolean') found.add('BOOLEAN');
    else found.add(cell instanceof Date ? 'TIMESTAMP' : 'VARCHAR');
  }
  if (found.has('DOUBLE')) found.delete('BIGINT');
  const [only, ...others] = found;
  return { type: only === undefined || others.length > 0 ? 'VARCHAR' : only, mixed: others.length > 0 };
}

async function load(db: DuckDb, { columns, rows }: Sheet): Promise<void> {
  const { DuckDBDataChunk, BIGINT, BOOLEAN, DOUBLE, TIMESTAMP, VARCHAR } = duckdbApi();
  const declared = columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`);
  if (declared.length === 0)
    throw new AppError('data.empty', 'There are no cells there.', { fix: 'Check sheet and range.' });
  await db.run(`CREATE TABLE ${quoteIdentifier(loaded)} (${declared.join(', ')})`);
  const byType: Record<CellType, DuckDBType> = { BIGINT, BOOLEAN, DOUBLE, TIMESTAMP, VARCHAR };
  const types = columns.map(({ type }) => byType[type]);
  const appender = await db.appender(loaded);
  for (let from = 0; from < rows.length; from += chunkRows) {
    const part = rows.slice(from, from + chunkRows);
    const chunk = DuckDBDataChunk.create(types, part.length);
    for (const [at, { type }] of columns.entries())
      chunk.setColumnValues(
        at,
        part.map((row) => toDuckDb(row[at] ?? null, type)),
      );
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

function toDuckDb(cell: Cell, type: CellType): DuckDBValue {
  if (cell === null) return null;
  if (type === 'BIGINT') return BigInt(Number(cell));
  if (type === 'TIMESTAMP' && cell instanceof Date) {
    const { DuckDBTimestampValue } = duckdbApi();
    return new DuckDBTimestampValue(BigInt(cell.getTime()) * 1000n);
  }
  if (type === 'VARCHAR') return cell instanceof Date ? cell.toISOString() : String(cell);
  return cell instanceof Date ? null : cell;
}

function select({ columns }: Sheet, params: Params): string {
  const described = columns.map(({ name, type }) => ({ name, type: logicalTypes[type], sqlType: type }));
  for (const name of Object.keys(params.types)) columnNamed(described, name, 'types');
  const items = described.map((column) => {
    const name = quoteIdentifier(column.name);
    const type = params.types[column.name];
    return type === undefined ? name : `${castSql(name, column, type, 'fail')} AS ${name}`;
  });
  return `SELECT ${items.join(', ')} FROM ${quoteIdentifier(loaded)}`;
}
