import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import Database from 'better-sqlite3';
import type { z } from 'zod';
import { type DuckDb, withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { duckDbError } from '../../../main/compute/duckdb/duckdb-error.ts';
import { quoteIdentifier } from '../../../main/compute/duckdb/quote.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { storedColumn, writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { fileDigest } from '../../../main/compute/paths/file-digest.ts';
import { resolveDataPath } from '../../../main/compute/paths/resolve-path.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { nearMisses } from '../../../shared/text/near-misses.ts';
import { catalogTables, mostCatalogColumns, requireDistinctNames, requireRows } from '../../lib/database-source.ts';
import { describeFailure } from '../../lib/describe-failure.ts';
import { sqliteNode } from './definition.ts';
import { loadRows, type StoredColumn, storedColumns } from './read-rows.ts';

type Params = z.output<typeof sqliteNode.params>;

const sqlTypes = { string: 'VARCHAR', int64: 'BIGINT', float64: 'DOUBLE', bool: 'BOOLEAN', timestamp: 'TIMESTAMP' };
const loaded = 'loaded rows';
const queryView = 'temp."the query"';
/** Rows looked at to describe the columns before the step has run. */
const describedRows = 10_000;
const busyTimeoutMs = 5000;

export const runner = implementNode(sqliteNode, {
  async run(ctx) {
    const { params } = ctx;
    const path = await resolveDataPath(params.path, ctx.baseDir);
    return withDatabase(path, params, (sqlite) =>
      withDuckDb(stepDuckDbOptions(ctx), async (db) => {
        const query = selectOf(sqlite, params);
        const columns = storedColumns(sqlite, query);
        for (const { name, mixedTexts } of columns) {
          if (mixedTexts === 0 || params.types[name] !== undefined) continue;
          ctx.log('warn', `Column “${name}” has ${mixedTexts} texts among numbers and is read as text.`);
        }
        await loadRows(sqlite, query, db, loaded, columns, ctx.signal);
        const table = await writeTable(db, await typedSelect(db, columns, params), {
          workDir: ctx.workDir,
          lineage: 'all',
        });
        requireRows(table.rowCount, params);
        return { table };
      }),
    );
  },

  async describe({ params, baseDir, signal }) {
    if (params.path === '' || (params.table === '' && params.query.trim() === '')) {
      const field = params.path === '' ? 'path' : 'table';
      return {
        outputs: {},
        problems: [{ field, message: `No ${field === 'path' ? 'database' : 'table'} is chosen.` }],
      };
    }
    try {
      const path = await resolveDataPath(params.path, baseDir);
      return await withDatabase(path, params, (sqlite) =>
        withDuckDb({ signal }, async (db) => {
          const sample = `SELECT * FROM (${selectOf(sqlite, params)}) LIMIT ${describedRows}`;
          const columns = storedColumns(sqlite, sample);
          await loadRows(sqlite, sample, db, loaded, columns, signal);
          const described = await db.columnsOf(await typedSelect(db, columns, params));
          return {
            outputs: { table: { type: 'table', schema: { columns: described.map(storedColumn) }, lineage: 'all' } },
            problems: [],
          };
        }),
      );
    } catch (error) {
      return describeFailure(error, 'path');
    }
  },

  async catalog({ params, baseDir }) {
    const path = await resolveDataPath(params.path, baseDir);
    return withDatabase(path, params, async (sqlite) => catalogTables(catalogRows(sqlite)));
  },

  async probe({ params, baseDir, signal }) {
    const path = await resolveDataPath(params.path, baseDir);
    const hash = createHash('sha256').update(await fileDigest(path, signal));
    const log = `${path}-wal`;
    const size = await stat(log).then(
      (found) => found.size,
      () => 0,
    );
    if (size > 0) hash.update(await fileDigest(log, signal));
    return hash.digest('hex');
  },
});

/** The database, read-only, closed afterwards; SQLite's errors become `data.unreadable` or `data.query`. */
async function withDatabase<T>(
  path: string,
  params: Params,
  work: (sqlite: Database.Database) => Promise<T>,
): Promise<T> {
  let sqlite: Database.Database | undefined;
  try {
    sqlite = new Database(path, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });
    return await work(sqlite);
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (!(error instanceof Database.SqliteError)) {
      throw duckDbError(error, { code: 'data.column-type', doing: `${params.path} cannot be read` });
    }
    if (error.code === 'SQLITE_ERROR') {
      throw new AppError('data.query', `SQLite does not take the query: ${error.message}.`, {
        details: { field: 'query' },
        cause: error,
      });
    }
    const notDatabase = error.code === 'SQLITE_NOTADB';
    const busy = error.code.startsWith('SQLITE_BUSY');
    throw new AppError(
      'data.unreadable',
      notDatabase ? `${params.path} is no SQLite database.` : `${params.path} cannot be read: ${error.message}.`,
      {
        fix: busy
          ? 'Close the program that is writing to it, then run again.'
          : 'Check the file, with sqlite3 FILE "PRAGMA integrity_check" for example.',
        cause: error,
      },
    );
  } finally {
    sqlite?.close();
  }
}

/** The SELECT of the params. Errors: `data.query`. */
function selectOf(sqlite: Database.Database, params: Params): string {
  const query = params.query.trim();
  if (query === '') {
    const names = sqlite
      .prepare(`SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name`)
      .pluck()
      .all() as string[];
    const found = names.find((name) => name.toLowerCase() === params.table.toLowerCase());
    if (found !== undefined) return `SELECT * FROM ${quoteIdentifier(found)}`;
    const near = nearMisses(params.table, names);
    const listed = names.length === 0 ? 'The database has no tables.' : `It has ${names.slice(0, 12).join(', ')}.`;
    throw new AppError('data.query', `There is no table “${params.table}” in ${params.path}.`, {
      fix: near.length === 0 ? listed : `Did you mean ${near.join(' or ')}?`,
      details: { field: 'table' },
    });
  }
  // A view takes nothing but one SELECT; a temporary one lies outside the database file.
  try {
    sqlite.prepare(`CREATE TEMP VIEW ${queryView} AS ${query}`).run();
  } catch (error) {
    const isSelect = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:select|with|values)\b/i.test(query);
    if (isSelect && !(error instanceof RangeError)) throw error;
    throw new AppError('data.query', 'The query must be one SELECT statement.', {
      fix: 'Remove statements that change something, and anything after a semicolon.',
      details: { field: 'query' },
      cause: error,
    });
  }
  // In a view SQLite renames columns that have one name, so the query itself is asked.
  requireDistinctNames(sqlite.prepare(query).columns());
  return `SELECT * FROM ${queryView}`;
}

function catalogRows(sqlite: Database.Database): string[][] {
  const names = sqlite
    .prepare<[number], string>(
      `SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
       ORDER BY name LIMIT ?`,
    )
    .pluck()
    .all(mostCatalogColumns);
  const columns = sqlite
    .prepare<[string, number], [string, string]>('SELECT name, type FROM pragma_table_info(?) ORDER BY cid LIMIT ?')
    .raw();
  const written = (name: string) => (/^[a-z_]\w*$/i.test(name) ? name : quoteIdentifier(name));
  const rows: string[][] = [];
  for (const table of names) {
    try {
      const own = columns.all(table, mostCatalogColumns - rows.length);
      for (const [column, type] of own) rows.push(['', written(table), written(column), type]);
    } catch (error) {
      // A view of a table that is gone: no query can name it, and the others still can be.
      if (!(error instanceof Database.SqliteError && error.code === 'SQLITE_ERROR')) throw error;
    }
  }
  return rows;
}

/** The loaded rows with the types that are set, or that declaration and values agree on. */
async function typedSelect(db: DuckDb, columns: readonly StoredColumn[], params: Params): Promise<string> {
  const unknown = Object.keys(params.types).find((name) => !columns.some((column) => column.name === name));
  if (unknown !== undefined) {
    throw new AppError('data.column-missing', `The result has no column “${unknown}” to set the type of.`, {
      fix: `It has ${columns
        .map(({ name }) => name)
        .slice(0, 12)
        .join(', ')}.`,
      details: { field: 'types' },
    });
  }
  const checks = columns.flatMap((column, at) => {
    const test = declaredTest(column);
    return test === undefined ? [] : [`bool_and(${test.holds}) AS t${at}`];
  });
  const table = quoteIdentifier(loaded);
  const [found] = checks.length === 0 ? [] : await db.rows(`SELECT ${checks.join(', ')} FROM ${table}`);
  const items = columns.map((column, at) => {
    const name = quoteIdentifier(column.name);
    const chosen = params.types[column.name];
    const declared = found?.[`t${at}`] === true ? declaredTest(column)?.type : undefined;
    const type = chosen === undefined ? declared : sqlTypes[chosen];
    if (type === undefined || type === column.storage) return name;
    // Only the type with a time zone takes offsets in texts into account; the zone of the session is UTC.
    const value = type === 'TIMESTAMP' && column.storage === 'VARCHAR' ? `CAST(${name} AS TIMESTAMPTZ)` : name;
    return `CAST(${value} AS ${type}) AS ${name}`;
  });
  return `SELECT ${items.join(', ')} FROM ${table}`;
}

function declaredTest({ name, declared, storage }: StoredColumn): { type: string; holds: string } | undefined {
  const column = quoteIdentifier(name);
  if (storage === 'BIGINT' && declared.startsWith('BOOL')) return { type: 'BOOLEAN', holds: `${column} IN (0, 1)` };
  if (storage !== 'VARCHAR') return undefined;
  if (declared === 'DATE')
    return {
      type: 'DATE',
      holds: `length(${column}) = 10 AND TRY_CAST(${column} AS DATE) IS NOT NULL OR ${column} IS NULL`,
    };
  if (/^(?:DATETIME|TIMESTAMP)/.test(declared)) {
    return { type: 'TIMESTAMP', holds: `TRY_CAST(${column} AS TIMESTAMPTZ) IS NOT NULL OR ${column} IS NULL` };
  }
  return undefined;
}
