import type { DuckDBAppender, DuckDBConnection, DuckDBInstance, DuckDBResult, Json } from '@duckdb/node-api';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Column } from '../../../shared/table/schema.ts';
import { columnOf } from './column-types.ts';
import { duckdbApi } from './duckdb-library.ts';
import { quoteIdentifier, quoteLiteral, quotePath } from './quote.ts';

export interface DuckDbOptions {
  /** Default 1. */
  threads?: number;
  /** Memory DuckDB may use before it spills; default 1 GiB. */
  memoryBytes?: number;
  /** Folder for spilled data; without it DuckDB fails with out of memory instead of spilling. */
  tempDir?: string;
  signal?: AbortSignal;
  /** Share of the running query that is done, 0 to 1, about four times a second. */
  onProgress?: (fraction: number) => void;
}

const progressPeriodMs = 250;

/** One in-memory DuckDB for one piece of work. No extension is ever loaded from outside; times are UTC. */
export class DuckDb {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort: () => void;
  readonly #timer: NodeJS.Timeout | undefined;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection, options: DuckDbOptions) {
    this.#instance = instance;
    this.#connection = connection;
    this.#signal = options.signal;
    this.#onAbort = () => connection.interrupt();
    this.#signal?.addEventListener('abort', this.#onAbort);
    const { onProgress } = options;
    if (onProgress !== undefined) {
      this.#timer = setInterval(() => {
        const { percentage } = connection.progress;
        if (percentage >= 0) onProgress(percentage / 100);
      }, progressPeriodMs);
      this.#timer.unref();
    }
  }

  static async open(options: DuckDbOptions = {}): Promise<DuckDb> {
    const memoryMiB = Math.max(64, Math.floor((options.memoryBytes ?? 2 ** 30) / 2 ** 20));
    const instance = await duckdbApi().DuckDBInstance.create(':memory:', {
      threads: String(Math.max(1, Math.floor(options.threads ?? 1))),
      memory_limit: `${memoryMiB}MiB`,
      temp_directory: options.tempDir ?? '',
      preserve_insertion_order: 'true',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    await connection.run('SET enable_progress_bar = true');
    await connection.run('SET enable_progress_bar_print = false');
    return new DuckDb(instance, connection, options);
  }

  /** From here on only these files can be read or written, whatever SQL says; cannot be undone. */
  async restrictToFiles(paths: readonly string[]): Promise<void> {
    await this.run(`SET allowed_paths = [${paths.map(quoteLiteral).join(', ')}]`);
    await this.run('SET enable_external_access = false');
    await this.run('SET lock_configuration = true');
  }

  async run(sql: string): Promise<void> {
    this.#throwIfAborted();
    try {
      await this.#connection.run(sql);
    } catch (error) {
      this.#throwIfAborted();
      throw error;
    }
  }

  /** All rows, as JSON: integers wider than 32 bits, decimals and times are strings. For small results. */
  async rows(sql: string): Promise<Record<string, Json>[]> {
    this.#throwIfAborted();
    try {
      const reader = await this.#connection.runAndReadAll(sql);
      return reader.getRowObjectsJson();
    } catch (error) {
      this.#throwIfAborted();
      throw error;
    }
  }

  /** A result to be fetched chunk by chunk; rows come in the order of the query. */
  async stream(sql: string): Promise<DuckDBResult> {
    this.#throwIfAborted();
    try {
      return await this.#connection.stream(sql);
    } catch (error) {
      this.#throwIfAborted();
      throw error;
    }
  }

  /** Appends whole chunks to a table; the caller closes it. */
  async appender(table: string): Promise<DuckDBAppender> {
    this.#throwIfAborted();
    return this.#connection.createAppender(table);
  }

  /** Columns a query gives, without running it. */
  async columnsOf(query: string): Promise<Column[]> {
    const rows = await this.rows(`DESCRIBE ${query}`);
    return rows.map((row) => columnOf(String(row['column_name']), String(row['column_type'])));
  }

  close(): void {
    if (this.#timer !== undefined) clearInterval(this.#timer);
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  #throwIfAborted(): void {
    if (this.#signal?.aborted) throw new AppError('run.cancelled', 'Cancelled.');
  }
}

/** Opens a DuckDB for `work` and closes it afterwards. */
export async function withDuckDb<T>(options: DuckDbOptions, work: (db: DuckDb) => Promise<T>): Promise<T> {
  if (options.signal?.aborted) throw new AppError('run.cancelled', 'Cancelled.');
  const db = await DuckDb.open(options);
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

/**
 * FROM item for the `data.parquet` of a table artifact. Parquet keeps a fixed-size list as a list, so the `tensor`
 * columns of the schema are cast back.
 */
export function parquetRelation(path: string, columns: readonly Column[] = []): string {
  return withTensors(`read_parquet(${quotePath(path)})`, columns);
}

/** A FROM item whose `tensor` columns are cast back to fixed-size lists. */
export function withTensors(scan: string, columns: readonly Column[]): string {
  const casts = columns
    .filter((column) => column.type === 'tensor')
    .map((column) => `CAST(${quoteIdentifier(column.name)} AS ${column.sqlType}) AS ${quoteIdentifier(column.name)}`);
  return casts.length === 0 ? scan : `(SELECT * REPLACE (${casts.join(', ')}) FROM ${scan})`;
}
