import {
  closeSync,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { quoteLiteral } from '../../compute/duckdb/quote.ts';
import { jsonOfValue, type LogColumn } from './log-columns.ts';
import { columnsPath, structLiteral } from './logged-lines.ts';
import type { LogBatch } from './prediction-recorder.ts';

export interface PredictionLogFolder {
  /** Parquet files are written here, one after the other; their names begin with the time of their first row. */
  dir: string;
  columns: readonly LogColumn[];
  retentionDays: number;
}

/** A file is turned into Parquet when it has this many rows or is this old. */
const maxFileRows = 100_000;
const maxFileMs = 5 * 60_000;
const dayMs = 86_400_000;

/**
 * Writes logged rows: first as lines of JSON that are on the disk when `write` returns, then, file by file, as Parquet.
 * Lines that a crash left behind are turned into Parquet by the next writer on the folder.
 */
export class PredictionLogWriter {
  readonly #folder: PredictionLogFolder;
  #open: { path: string; file: number; rows: number; bytes: number; startedMs: number } | undefined;

  constructor(folder: PredictionLogFolder) {
    this.#folder = folder;
  }

  /** Makes the folder, takes over what a crash left, removes what is too old. Gives the number of files taken over. */
  async open(): Promise<number> {
    const { dir } = this.#folder;
    mkdirSync(dir, { recursive: true });
    let recovered = 0;
    for (const name of readdirSync(dir)) {
      const pid = /^\d+-(\d+)\.ndjson$/.exec(name)?.[1];
      if (pid === undefined || isAlive(Number(pid))) continue;
      await convert(join(dir, name));
      recovered++;
    }
    this.#removeOld();
    return recovered;
  }

  /** Gives the lines as they were written. Throws the error of the disk; none of the batch is then in the log. */
  write(batch: LogBatch): string {
    const text = linesOf(batch, this.#folder.columns);
    const lines = Buffer.from(text);
    const open = (this.#open ??= this.#create());
    try {
      for (let at = 0; at < lines.length; ) at += writeSync(open.file, lines, at);
      fdatasyncSync(open.file);
    } catch (error) {
      ftruncateSync(open.file, open.bytes);
      throw error;
    }
    open.bytes += lines.length;
    open.rows += batch.ids.length;
    return text;
  }

  /** Turns the open file into Parquet when it is full or old enough, or at once. */
  async roll(now = false): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    if (!now && open.rows < maxFileRows && Date.now() - open.startedMs < maxFileMs) return;
    this.#open = undefined;
    closeSync(open.file);
    await convert(open.path);
    this.#removeOld();
  }

  #create() {
    // While a model is replaced, two logs of one process write into the folder.
    let startedMs = Date.now();
    const pathAt = (ms: number) => join(this.#folder.dir, `${ms}-${process.pid}.ndjson`);
    while (existsSync(pathAt(startedMs))) startedMs++;
    const path = pathAt(startedMs);
    writeFileSync(columnsPath(path), JSON.stringify(this.#folder.columns));
    return { path, file: openSync(path, 'ax'), rows: 0, bytes: 0, startedMs };
  }

  #removeOld(): void {
    const { dir, retentionDays } = this.#folder;
    const oldestMs = Date.now() - retentionDays * dayMs;
    for (const name of readdirSync(dir)) {
      const path = join(dir, name);
      if (name.endsWith('.parquet') && statSync(path).mtimeMs < oldestMs) rmSync(path, { force: true });
    }
  }
}

async function convert(path: string): Promise<void> {
  const complete = readFileSync(path).lastIndexOf(0x0a) + 1;
  truncateSync(path, complete);
  if (complete > 0) {
    const columns = JSON.parse(readFileSync(columnsPath(path), 'utf8')) as LogColumn[];
    const target = path.replace(/\.ndjson$/, '.parquet');
    const source = `read_json(${quoteLiteral(path)}, format = 'newline_delimited', columns = ${structLiteral(columns)})`;
    // An endpoint that nobody asks anything does without DuckDB's memory.
    const { withDuckDb } = await import('../../compute/duckdb/connection.ts');
    await withDuckDb({ memoryBytes: 2 ** 28 }, (db) =>
      db.run(`COPY (FROM ${source}) TO ${quoteLiteral(`${target}.tmp`)} (FORMAT parquet, COMPRESSION zstd)`),
    );
    renameSync(`${target}.tmp`, target);
  }
  rmSync(path, { force: true });
  rmSync(columnsPath(path), { force: true });
}

function linesOf(batch: LogBatch, columns: readonly LogColumn[]): string {
  const sides = (['input', 'output'] as const).flatMap((side) => {
    const fields = columns.flatMap((column, index) => {
      return column.side === side ? [{ column, index, name: `${JSON.stringify(column.name)}:` }] : [];
    });
    return fields.length === 0 ? [] : [{ head: `,"${side}":{`, fields }];
  });
  let text = '';
  let timeMs = Number.NaN;
  let time = '';
  for (let row = 0; row < batch.ids.length; row++) {
    const rowMs = batch.timesMs[row] as number;
    // Rows of one batch share their milliseconds.
    if (rowMs !== timeMs) time = new Date(rowMs).toISOString().slice(0, -1);
    timeMs = rowMs;
    const id = batch.ids[row];
    text += `{"time":"${time}","id":${id === '' ? 'null' : JSON.stringify(id)},"row":${batch.firstRow + row}`;
    for (const { head, fields } of sides) {
      text += head;
      let comma = '';
      for (const { column, index, name } of fields) {
        text += comma + name + valueOf(batch.values[index], column, row);
        comma = ',';
      }
      text += '}';
    }
    text += '}\n';
  }
  return text;
}

function valueOf(values: LogBatch['values'][number], { kind, width }: LogColumn, row: number): string {
  if (kind !== 'list') return jsonOfValue(values?.[row], kind);
  if (values?.[row * width] === undefined) return 'null';
  return `[${Array.from({ length: width }, (_, i) => jsonOfValue(values[row * width + i], 'number')).join()}]`;
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
