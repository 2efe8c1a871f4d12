import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { z } from 'zod';
import { type DuckDb, withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { readJoined } from '../../../main/compute/duckdb/joined-metadata.ts';
import { fileError, openFileSource } from '../../../main/compute/duckdb/file-source.ts';
import type { FileSourceOptions } from '../../../main/compute/duckdb/file-source-options.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { storedColumn, writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { fileDigest } from '../../../main/compute/paths/file-digest.ts';
import { resolveDataPaths } from '../../../main/compute/paths/resolve-path.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type JoinedView, joinedColumns } from '../../../shared/features/joined-view.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { fileNode } from './definition.ts';

type Params = z.output<typeof fileNode.params>;

/** Wider tables are written by one thread, and larger files, in memories of the step, read by one. */
const mostColumnsOfThreads = 1000;
const mostMemoriesOfThreads = 2;
const sqlTypes = { string: 'VARCHAR', int64: 'BIGINT', float64: 'DOUBLE', bool: 'BOOLEAN', timestamp: 'TIMESTAMP' };

export const runner = implementNode(fileNode, {
  async run(ctx) {
    const { params } = ctx;
    const paths = await filesOf(params, ctx.baseDir);
    return withDuckDb(stepDuckDbOptions(ctx), async (db) => {
      const options = sourceOptions(params);
      const source = await openFileSource(db, paths, params.path, options);
      for (const warning of source.warnings) ctx.log('warn', `${warning.message} ${warning.fix}`);
      try {
        // Each thread holds a piece of every column; several reading text keep what is out of order, outside DuckDB's limit.
        const isWide = (await db.columnsOf(source.query)).length > mostColumnsOfThreads;
        if (isWide || (await textBytes(paths)) > mostMemoriesOfThreads * ctx.memoryBytes) {
          await db.run('SET threads = 1');
        }
        const joined = await joinedOf(db, paths, source.query);
        const table = await writeTable(db, source.query, { workDir: ctx.workDir, lineage: 'all', joined });
        if (table.rowCount === 0) {
          throw new AppError('data.empty', `${params.path} has no rows.`, { fix: 'Choose a file with rows.' });
        }
        return { table };
      } catch (error) {
        throw fileError(error, params.path, options);
      }
    });
  },

  async describe(ctx) {
    try {
      const paths = await filesOf(ctx.params, ctx.baseDir);
      return await withDuckDb({ signal: ctx.signal }, async (db) => {
        const source = await openFileSource(db, paths, ctx.params.path, sourceOptions(ctx.params));
        const columns = (await db.columnsOf(source.query)).map(storedColumn);
        return {
          outputs: { table: { type: 'table', schema: { columns }, lineage: 'all' } },
          problems: source.warnings.map((warning) => ({ ...warning, severity: 'warning' as const })),
        };
      });
    } catch (error) {
      const { code, message, fix } = fileError(error, ctx.params.path, sourceOptions(ctx.params));
      if (code === 'run.cancelled') throw error;
      const field = code === 'data.column-missing' ? 'types' : 'path';
      return { outputs: {}, problems: [{ field, message, ...(fix === undefined ? {} : { fix }) }] };
    }
  },

  async probe({ params, baseDir, signal }) {
    const hash = createHash('sha256');
    for (const path of await filesOf(params, baseDir)) {
      const named = params.partitions ? partitionsOf(path) : params.filename ? basename(path) : undefined;
      if (named !== undefined) hash.update(`${JSON.stringify(named)}\n`);
      hash.update(`${await fileDigest(path, signal)}\n`);
    }
    return hash.digest('hex');
  },
});

/** Of a single Parquet file that the product wrote, from which views its columns were joined. */
async function joinedOf(db: DuckDb, [path, ...others]: [string, ...string[]], query: string): Promise<JoinedView[]> {
  if (others.length > 0 || !path.endsWith('.parquet')) return [];
  const joined = await readJoined(db, path);
  if (joined.length === 0) return [];
  return joinedColumns(joined, new Set((await db.columnsOf(query)).map(({ name }) => name)));
}

async function textBytes(paths: readonly string[]): Promise<number> {
  const text = paths.filter((path) => !/\.(?:parquet|pq)$/i.test(path));
  const sizes = await Promise.all(text.map(async (path) => (await stat(path)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function filesOf(params: Params, baseDir: string): Promise<[string, ...string[]]> {
  const [first, ...others] = await resolveDataPaths(params.path, baseDir);
  if (first === undefined) throw new AppError('data.not-found', `No file matches ${params.path}.`);
  return [first, ...others];
}

function sourceOptions(params: Params): FileSourceOptions {
  return {
    format: params.format === 'auto' ? undefined : params.format,
    delimiter: params.delimiter === '' ? undefined : params.delimiter.replaceAll('\\t', '\t'),
    header: params.header === 'auto' ? undefined : params.header === 'yes',
    quote: params.quote === '' ? undefined : params.quote,
    encoding: params.encoding,
    nullValues: params.nullValues,
    types: Object.fromEntries(Object.entries(params.types).map(([column, type]) => [column, sqlTypes[type]])),
    columns: params.columns,
    maximumObjectSize: params.maximumObjectSize,
    filename: params.filename,
    decimal: params.decimal === 'comma' ? ',' : '.',
    partitions: params.partitions,
  };
}

/** The folders of a path that say something of its rows, wherever the data lie. */
function partitionsOf(path: string): string {
  const at = path.search(/[^/\\]+=[^/\\]*[/\\]/);
  return at === -1 ? basename(path) : path.slice(at).replaceAll('\\', '/');
}
