import { open, stat } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import { nearMisses } from '../../../shared/text/near-misses.ts';
import { loadArrowFile } from '../arrow/read-arrow-file.ts';
import type { DuckDb } from './connection.ts';
import { csvError, csvSource } from './csv-source.ts';
import { duckDbError } from './duckdb-error.ts';
import type { FileFormat, FileSource, FileSourceOptions } from './file-source-options.ts';
import { requireShallowJson } from './json-depth.ts';
import { quoteIdentifier, quoteLiteral, quotePath } from './quote.ts';

const formats: readonly [RegExp, FileFormat][] = [
  [/\.(?:csv|txt)(?:\.gz|\.zst)?$/i, 'csv'],
  [/\.(?:tsv|tab)(?:\.gz|\.zst)?$/i, 'tsv'],
  [/\.(?:parquet|pq)$/i, 'parquet'],
  [/\.(?:ndjson|jsonl)(?:\.gz|\.zst)?$/i, 'ndjson'],
  [/\.json(?:\.gz|\.zst)?$/i, 'json'],
  [/\.(?:arrow|feather|ipc)$/i, 'arrow'],
];

/**
 * Files as a query, after looking at their start only. `name` is the path as the user wrote it, for messages.
 * Errors: `data.unreadable`, `data.empty`, `data.column-missing`; reading later may still fail, see `fileError`.
 */
export async function openFileSource(
  db: DuckDb,
  paths: readonly [string, ...string[]],
  name: string,
  options: FileSourceOptions,
): Promise<FileSource> {
  try {
    const format = options.format ?? formatOf(paths[0], name);
    for (const path of paths) await requireBytes(path, paths.length === 1 ? name : path);
    if (format === 'json' || format === 'ndjson') {
      for (const path of paths) await requireShallowJson(path, paths.length === 1 ? name : path);
    }
    const source = await sourceOf(db, format, paths, name, options);
    const columns = await db.columnsOf(source.query);
    if (format === 'json') for (const path of paths) await requireClosed(path, paths.length === 1 ? name : path);
    const found = columns.map((column) => column.name);
    for (const column of Object.keys(options.types)) {
      if (!found.includes(column)) throw missingTypeColumn(name, column, found);
    }
    return { query: await shaped(source.query, format, paths, options), warnings: source.warnings };
  } catch (error) {
    throw fileError(error, name, options);
  }
}

/** An error of reading files, in one sentence that names the file and, where known, line and column. */
export function fileError(error: unknown, name: string, options: Pick<FileSourceOptions, 'encoding'>): AppError {
  const explained = csvError(error, name, options.encoding);
  return duckDbError(explained instanceof AppError ? explained : shortened(explained), {
    code: 'data.unreadable',
    doing: `Cannot read ${name}`,
    fix: 'Check that the file is complete and that format is right.',
  });
}

/** DuckDB appends the SQL it was given; the user did not write it. */
function shortened(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return new Error(error.message.split(/\n\s*\nLINE \d/)[0], { cause: error });
}

function formatOf(path: string, name: string): FileFormat {
  const found = formats.find(([pattern]) => pattern.test(path));
  if (found !== undefined) return found[1];
  throw new AppError('data.unreadable', `The format of ${name} cannot be told from its name.`, {
    fix: 'Set format to csv, tsv, parquet, json, ndjson or arrow; convert other files first.',
  });
}

async function requireBytes(path: string, name: string): Promise<void> {
  const { size } = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    throw new AppError('data.not-found', `There is no file ${name}.`, { fix: 'Check the path.', cause });
  });
  if (size === 0)
    throw new AppError('data.empty', `${name} is empty.`, { fix: 'Choose a file with a header and rows.' });
}

/** DuckDB takes a list that was cut off after a comma for a whole one. Compressed files are not looked into. */
async function requireClosed(path: string, name: string): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, 4096);
    const head = (await file.read({ buffer: Buffer.alloc(length), position: 0 })).buffer.toString('utf8');
    const tail = (await file.read({ buffer: Buffer.alloc(length), position: size - length })).buffer.toString('utf8');
    if (!/^\uFEFF?\s*\[/.test(head) || /\]\s*$/.test(tail)) return;
  } finally {
    await file.close();
  }
  throw new AppError('data.unreadable', `${name} ends before its list of rows is closed.`, {
    fix: 'The file was cut short: get it again.',
  });
}

/** How DuckDB has to read what follows a byte order mark; undefined without one. */
async function shapeAfterMark(path: string): Promise<'array' | 'unstructured' | undefined> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(64), position: 0 });
    const head = buffer.toString('utf8', 0, bytesRead);
    if (!head.startsWith('\uFEFF')) return undefined;
    return head.slice(1).trimStart().startsWith('[') ? 'array' : 'unstructured';
  } finally {
    await file.close();
  }
}

/** Columns of values of several kinds come as JSON, texts in quotes; as text they read as they are. */
async function withoutQuotes(db: DuckDb, query: string, asked: Readonly<Record<string, string>>): Promise<string> {
  const mixed = (await db.columnsOf(query)).filter(
    ({ name, sqlType }) => sqlType === 'JSON' && !Object.hasOwn(asked, name),
  );
  if (mixed.length === 0) return query;
  const items = mixed.map(({ name }) => `${quoteIdentifier(name)} ->> '$' AS ${quoteIdentifier(name)}`);
  return `SELECT * REPLACE (${items.join(', ')}) FROM (${query})`;
}

async function sourceOf(
  db: DuckDb,
  format: FileFormat,
  paths: readonly [string, ...string[]],
  name: string,
  options: FileSourceOptions,
): Promise<FileSource> {
  const list = `[${paths.map(quotePath).join(', ')}]`;
  // Said in any case: by itself DuckDB takes folders that look like partitions for columns.
  const hive = options.partitions === true ? ', hive_partitioning = true' : ', hive_partitioning = false';
  const filename = `${options.filename ? ', filename = true' : ''}${hive}`;
  switch (format) {
    case 'csv':
      return csvSource(db, paths, name, options);
    case 'tsv':
      return csvSource(db, paths, name, { ...options, delimiter: options.delimiter ?? '\t' });
    case 'parquet':
      return {
        query: `SELECT * FROM read_parquet(${list}, union_by_name = ${paths.length > 1}${filename})`,
        warnings: [],
      };
    case 'json':
    case 'ndjson': {
      const columns = Object.entries(options.columns).map(
        ([column, type]) => `${quoteLiteral(column)}: ${quoteLiteral(type)}`,
      );
      const usual = format === 'ndjson' ? 'newline_delimited' : 'auto';
      const shape = (await shapeAfterMark(paths[0])) ?? usual;
      const settings = [
        `format = '${shape}'`,
        // By itself DuckDB takes more than 200 columns for one column of maps.
        'map_inference_threshold = -1',
        `maximum_object_size = ${options.maximumObjectSize}`,
        `union_by_name = ${paths.length > 1}`,
        ...(columns.length === 0 ? [] : [`columns = {${columns.join(', ')}}`]),
      ];
      const read = `SELECT * FROM read_json(${list}, ${settings.join(', ')}${filename})`;
      return { query: await withoutQuotes(db, read, options.columns), warnings: [] };
    }
    case 'arrow':
      return arrowSource(db, paths, name, options);
  }
}

async function arrowSource(
  db: DuckDb,
  paths: readonly string[],
  name: string,
  options: FileSourceOptions,
): Promise<FileSource> {
  if (options.partitions === true) {
    throw new AppError('data.unreadable', 'Folders of partitions are read of Parquet, CSV and JSON only.', {
      fix: 'Turn partitions off.',
    });
  }
  const parts: string[] = [];
  for (const [index, path] of paths.entries()) {
    const table = `arrow file ${index + 1}`;
    await loadArrowFile(db, path, paths.length === 1 ? name : path, table);
    const filename = options.filename ? `, ${quoteLiteral(path)} AS filename` : '';
    parts.push(`SELECT *${filename} FROM ${quoteIdentifier(table)}`);
  }
  return { query: parts.join(' UNION ALL BY NAME '), warnings: [] };
}

/** Applies the types asked for and makes file names relative to their common folder, so that they are portable. */
async function shaped(
  query: string,
  format: FileFormat,
  paths: readonly [string, ...string[]],
  options: FileSourceOptions,
): Promise<string> {
  const changes: string[] = [];
  if (format !== 'csv' && format !== 'tsv') {
    for (const [column, type] of Object.entries(options.types)) {
      changes.push(`CAST(${quoteIdentifier(column)} AS ${type}) AS ${quoteIdentifier(column)}`);
    }
  }
  if (options.filename) {
    const folder = commonFolder(paths);
    changes.push(`replace(substr(filename, length(${quoteLiteral(folder)}) + 1), '\\', '/') AS filename`);
  }
  return changes.length === 0 ? query : `SELECT * REPLACE (${changes.join(', ')}) FROM (${query})`;
}

/** Longest folder all files are in, with its final separator. */
function commonFolder(paths: readonly [string, ...string[]]): string {
  const ended = (folder: string) => (folder.endsWith(sep) ? folder : folder + sep);
  let folder = dirname(paths[0]);
  while (!paths.every((path) => path.startsWith(ended(folder)))) folder = dirname(folder);
  return ended(folder);
}

function missingTypeColumn(name: string, column: string, found: readonly string[]): AppError {
  const near = nearMisses(column, found);
  return new AppError('data.column-missing', `A type is set for column “${column}”, which ${name} does not have.`, {
    fix: near.length === 0 ? `It has ${found.slice(0, 12).join(', ')}.` : `Did you mean ${near.join(' or ')}?`,
    details: { column, columns: found },
  });
}
