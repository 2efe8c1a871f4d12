import {
  closeSync,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { appendFile, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ClassLabel } from '../../../shared/model/signature.ts';
import { quoteLiteral } from '../../compute/duckdb/quote.ts';
import { takeFileLock } from '../../compute/paths/file-lock.ts';
import { currentProcess, isAlive } from '../../compute/paths/process-identity.ts';
import { besideFile, replaceFileSync, syncFolderSync } from '../../compute/paths/replace-file.ts';
import { LineEncoder } from './line-encoder.ts';
import type { LogColumn } from './log-columns.ts';
import { columnsPath, structLiteral } from './logged-lines.ts';
import type { LogBatch } from './prediction-recorder.ts';
import { sentFilesIn } from './sent-files.ts';

export interface PredictionLogFolder {
  /** Of the logs of all models and versions of an endpoint: what is too old or too much is removed from all of them. */
  root: string;
  /** Parquet files are written here, one after the other; their names begin with the time of their first row. */
  dir: string;
  columns: readonly LogColumn[];
  /** Kept beside the files, for those who read them later. */
  about: LoggedModel;
  retentionDays: number;
  /** Of all files below `root` together; the oldest go first. Null: no bound. */
  maxBytes: number | null;
  /** Files are sent on: where `maxBytes` bounds the log, those that wait for it are kept past their age. */
  isSentOn?: boolean;
}

export interface LoggedModel {
  model: string;
  version: string;
  /** In the order of `probabilities`; null for regressions and models whose classes are not known. */
  classes: readonly ClassLabel[] | null;
}

/** The file with `LoggedModel`. */
export const aboutFile = 'model.json';

/** Lines of requests that failed; when it is full it becomes `failures.1.ndjson`. */
export const failureFiles = ['failures.ndjson', 'failures.1.ndjson'] as const;
const maxFailureBytes = 16 * 2 ** 20;

/** A file is turned into Parquet when it has this many rows or bytes or is this old. */
const maxFileRows = 100_000;
const maxFileBytes = 128 * 2 ** 20;
const maxFileMs = 5 * 60_000;
/** Of what a log may take, so that the file that is written to leaves room for those before it. */
const maxFileShare = 1 / 4;
/** What could not be turned into Parquet, as on a full disk, is tried again. */
const retryMs = 60_000;
const dayMs = 86_400_000;
/** Before this product there were no logs: a machine without a clock of its own stands at 1970 until it is online. */
const earliestMs = Date.UTC(2025, 0);

/**
 * Writes logged rows: first as lines of JSON that are on the disk when `write` returns, then, file by file, as Parquet.
 * Lines that a crash left behind are turned into Parquet by the next writer on the folder.
 */
export class PredictionLogWriter {
  readonly #folder: PredictionLogFolder;
  readonly #encoder: LineEncoder;
  #open: { path: string; file: number; rows: number; bytes: number; startedMs: number } | undefined;
  /** Files that are written no more and are not Parquet yet. */
  #ended: string[] = [];
  #retryAtMs = 0;
  /** A clock that is set anew must neither remove files nor keep one open. */
  readonly #startedEpochMs = Date.now() - performance.now();

  constructor(folder: PredictionLogFolder) {
    this.#folder = folder;
    this.#encoder = new LineEncoder(folder.columns);
  }

  /**
   * Makes the folder, takes over what a crash left, removes what is too old. Gives the number of files taken over; throws
   * at the end what went wrong with one of them.
   */
  async open(): Promise<number> {
    const { dir } = this.#folder;
    mkdirSync(dir, { recursive: true });
    keepAbout(join(dir, aboutFile), JSON.stringify(this.#folder.about));
    let recovered = 0;
    const failures: unknown[] = [];
    // Also those of versions that are not served any more.
    for (const path of this.#files()) {
      if (!isLeftOver(path)) continue;
      try {
        if (await withLock(path, () => convert(path))) recovered++;
      } catch (error) {
        failures.push(error);
      }
    }
    this.#removeOld();
    if (failures.length > 0) throw failures[0];
    return recovered;
  }

  /**
   * Gives the lines as they were written, good until the next call. Throws the error of the disk; none of the batch is
   * then in the log.
   */
  write(batch: LogBatch): Buffer {
    const lines = this.#encoder.encode(batch);
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
    return lines;
  }

  /** Throws the error of the disk. */
  async writeFailures(lines: string): Promise<void> {
    const [path, full] = failureFiles.map((name) => join(this.#folder.dir, name)) as [string, string];
    const size = await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    if (size > 0 && size + lines.length > maxFailureBytes) await rename(path, full);
    await appendFile(path, lines);
  }

  /**
   * Turns the open file into Parquet when it is full or old enough, or at once, and removes what is too old or too much,
   * also where that fails. Throws what went wrong.
   */
  async roll(now = false): Promise<void> {
    const open = this.#open;
    const isDue = open !== undefined && (now || this.#isFull(open));
    if (isDue) {
      this.#open = undefined;
      closeSync(open.file);
      this.#ended.push(open.path);
    } else if (this.#ended.length === 0 || (!now && performance.now() < this.#retryAtMs)) return;
    const failures: unknown[] = [];
    for (const path of this.#ended) {
      try {
        // It may have been removed for its age meanwhile.
        if (existsSync(path)) await convert(path);
        this.#ended = this.#ended.filter((other) => other !== path);
      } catch (error) {
        failures.push(error);
      }
    }
    this.#retryAtMs = performance.now() + retryMs;
    this.#removeOld();
    if (failures.length > 0) throw failures[0];
  }

  #isFull({ rows, bytes, startedMs }: { rows: number; bytes: number; startedMs: number }): boolean {
    const { maxBytes } = this.#folder;
    const mostBytes = maxBytes === null ? maxFileBytes : Math.min(maxFileBytes, maxBytes * maxFileShare);
    return rows >= maxFileRows || bytes >= mostBytes || performance.now() - startedMs >= maxFileMs;
  }

  #create() {
    // While a model is replaced, two logs of one process write into the folder; and a clock that was set back comes to
    // the same time again.
    let timeMs = Date.now();
    const pathAt = (ms: number) => join(this.#folder.dir, `${ms}-${ownWriter}.ndjson`);
    while (existsSync(pathAt(timeMs)) || existsSync(parquetPath(pathAt(timeMs)))) timeMs++;
    const path = pathAt(timeMs);
    try {
      // Lines are of no use without their columns.
      writeFileSync(columnsPath(path), JSON.stringify(this.#folder.columns), { flush: true });
      const file = openSync(path, 'ax');
      syncFolderSync(this.#folder.dir);
      return { path, file, rows: 0, bytes: 0, startedMs: performance.now() };
    } catch (error) {
      // A full disk is tried again every second.
      remove(path);
      throw error;
    }
  }

  #removeOld(): void {
    const { retentionDays, maxBytes } = this.#folder;
    const nowMs = this.#startedEpochMs + performance.now();
    const oldestMs = nowMs - retentionDays * dayMs;
    const kept: { path: string; bytes: number; timeMs: number }[] = [];
    let total = 0;
    for (const path of this.#files()) {
      // The log of another version may have removed it meanwhile.
      const found = statSync(path, { throwIfNoEntry: false });
      if (found === undefined) continue;
      const { mtimeMs: timeMs, size: bytes } = found;
      const isFailures = failureFiles.some((name) => basename(path) === name);
      // What could not be turned into Parquet is not kept for longer either.
      const isEnded = path.endsWith('.parquet') || this.#ended.includes(path) || isLeftOver(path);
      if ((isEnded || isFailures) && timeMs < oldestMs) {
        if (timeMs < earliestMs) startAge(path, nowMs);
        else if (!this.#waits(path)) {
          remove(path);
          continue;
        }
      }
      // What is written to now counts too.
      if (!isFailures) total += bytes;
      if (isEnded) kept.push({ path, bytes, timeMs });
    }
    if (maxBytes === null) return;
    // One that is too large by itself would take all others with it.
    const isTooLarge = ({ bytes }: { bytes: number }) => Number(bytes > maxBytes);
    for (const { path, bytes } of kept.toSorted((a, b) => isTooLarge(b) - isTooLarge(a) || a.timeMs - b.timeMs)) {
      if (total <= maxBytes) return;
      remove(path);
      total -= bytes;
    }
  }

  #waits(path: string): boolean {
    const { isSentOn = false, maxBytes } = this.#folder;
    return (
      isSentOn && maxBytes !== null && path.endsWith('.parquet') && !sentFilesIn(dirname(path)).has(basename(path))
    );
  }

  /** Files of all models and versions: `MODEL/VERSION/FILE` below the root. */
  #files(): string[] {
    const { root } = this.#folder;
    const foldersIn = (dir: string) =>
      readdirSync(dir, { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? [join(dir, entry.name)] : [],
      );
    return foldersIn(root)
      .flatMap(foldersIn)
      .flatMap((dir) => readdirSync(dir).map((name) => join(dir, name)));
  }
}

/** From now on: how old the file is cannot be known. */
function startAge(path: string, nowMs: number): void {
  try {
    utimesSync(path, nowMs / 1_000, nowMs / 1_000);
  } catch {
    // Removed meanwhile, or a disk that takes no changes: it is kept, and tried again.
  }
}

function keepAbout(path: string, text: string): void {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  const draft = besideFile(path);
  try {
    writeFileSync(draft, text);
    replaceFileSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Lines of a process that has ended. */
function isLeftOver(path: string): boolean {
  const writer = /^\d+-(\d+)\.ndjson$/.exec(basename(path))?.[1];
  return writer !== undefined && !isWriting(writer);
}

/** Bytes up to the end of the last whole line. Block by block: a file may be larger than the memory that is left. */
function wholeLineBytes(path: string): number {
  const file = openSync(path, 'r');
  try {
    const block = Buffer.allocUnsafe(blockBytes);
    for (let end = statSync(path).size; end > 0; ) {
      const from = Math.max(0, end - blockBytes);
      const read = readSync(file, block, 0, end - from, from);
      const last = block.subarray(0, read).lastIndexOf(0x0a);
      if (last >= 0) return from + last + 1;
      end = from;
    }
    return 0;
  } finally {
    closeSync(file);
  }
}

const blockBytes = 2 ** 16;

async function convert(path: string): Promise<void> {
  const complete = wholeLineBytes(path);
  // Untouched where nothing is cut: its age tells how long it has been kept.
  if (complete < statSync(path).size) truncateSync(path, complete);
  if (complete > 0) {
    const columns = JSON.parse(readFileSync(columnsPath(path), 'utf8')) as LogColumn[];
    const target = parquetPath(path);
    const source = `read_json(${quoteLiteral(path)}, format = 'newline_delimited', columns = ${structLiteral(columns)})`;
    // An endpoint that nobody asks anything does without DuckDB's memory.
    const { withDuckDb } = await import('../../compute/duckdb/connection.ts');
    const unfinished = `${target}.tmp`;
    try {
      await withDuckDb({ memoryBytes: 2 ** 28 }, (db) =>
        db.run(`COPY (FROM ${source}) TO ${quoteLiteral(unfinished)} (FORMAT parquet, COMPRESSION zstd)`),
      );
      // On the disk before the lines that it was made from go.
      replaceFileSync(unfinished, target);
    } catch (error) {
      // What a full disk has no room for must not fill it.
      rmSync(unfinished, { force: true });
      throw error;
    }
  }
  remove(path);
}

function parquetPath(path: string): string {
  return path.replace(/\.ndjson$/, '.parquet');
}

/** A file of the log; of lines with what tells their columns. */
function remove(path: string): void {
  rmSync(path, { force: true });
  if (!path.endsWith('.ndjson')) return;
  rmSync(columnsPath(path), { force: true });
  // Of a process that ended while it wrote it.
  rmSync(`${parquetPath(path)}.tmp`, { force: true });
}

/** Logs of several versions take over what was left at the same time; false: another one does. */
async function withLock(path: string, work: () => Promise<void>): Promise<boolean> {
  const release = takeFileLock(`${path}.lock`, staleLockMs);
  if (release === undefined) return false;
  try {
    if (!existsSync(path)) return false;
    await work();
    return true;
  } finally {
    release();
  }
}

const staleLockMs = 10 * 60_000;

/** Digits of the start as the system gives it, 0 where it does not, and of the start in ms since the epoch. */
const systemStartDigits = 12;
const startDigits = 13;

/** In the names of files: this process and when it began, since ids come again; in a container all have the same. */
const ownWriter = `${process.pid}${currentProcess().start.padStart(systemStartDigits, '0')}${Math.floor(performance.timeOrigin)}`;

/** Whether the process in a file's name may still write to it. */
function isWriting(writer: string): boolean {
  if (writer === ownWriter) return true;
  const [, pid = writer, start = ''] = writerPattern.exec(writer) ?? [];
  // Clocks jump: only what the system counts tells two starts apart.
  return Number(pid) !== process.pid && isAlive({ pid: Number(pid), start: start.replace(/^0+/, '') });
}

/** Earlier versions gave no start of the system, or no start at all. */
const writerPattern = new RegExp(`^(\\d+?)(\\d{${systemStartDigits}})?\\d{${startDigits}}$`);
