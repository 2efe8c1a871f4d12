import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { type FileHandle, link, mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import { takeFileLock } from '../paths/file-lock.ts';
import { currentProcess, isAlive, type ProcessIdentity } from '../paths/process-identity.ts';
import { replaceFile, syncFolder } from '../paths/replace-file.ts';
import { wholeCharacters } from '../duckdb/whole-characters.ts';

export interface SegmentLogOptions {
  /** A segment that has reached this size is followed by a new one. */
  segmentBytes?: number;
  /** `batch`: what was appended is on disk before the append resolves; `system`: when the system writes it. */
  sync?: 'batch' | 'system';
}

/**
 * Append-only log of JSON events in a folder of its own. Segments are NDJSON, each line `{"o":OFFSET,"e":EVENT}`, named
 * after their first offset; offsets count from 0 without gaps. A kill or a loss of power at any moment leaves at most an
 * incomplete last line, which the next writer cuts off. One process writes at a time.
 */
export interface SegmentLog {
  /** Offset of the next event. */
  readonly endOffset: number;
  /** Bytes handed over and not yet written. */
  readonly pendingBytes: number;
  /**
   * Appends events, each one line of JSON; resolves with the first offset once they are stored. Halves of characters, which
   * readers refuse, are replaced.
   */
  append(events: readonly string[]): Promise<number>;
  close(): Promise<void>;
}

/** What a reader may take as the content of a log at one moment. */
export interface LogSnapshot {
  /** Random, made with the log: two logs never share it. */
  id: string;
  segments: { path: string; firstOffset: number /** Up to the end of the last complete line. */; bytes: number }[];
  endOffset: number;
  /** SHA-256 of the last line; empty for an empty log. */
  lastLineDigest: string;
}

const defaultSegmentBytes = 64 * 2 ** 20;
const idFile = 'id';
const lockFile = 'writer.lock';
const newLine = 0x0a;

/** Opens the log for writing, making it where missing. Errors: `store.open` while another process writes to it. */
export async function openSegmentLog(dir: string, options: SegmentLogOptions = {}): Promise<SegmentLog> {
  await mkdir(dir, { recursive: true });
  await takeLock(dir);
  try {
    await ensureId(dir);
    const last = (await segmentNames(dir)).at(-1);
    const state = last === undefined ? undefined : await repairSegment(join(dir, last), offsetOf(last));
    return await new FolderLog(dir, options).start(last, state);
  } catch (error) {
    await rm(join(dir, lockFile), { force: true });
    throw error;
  }
}

/** The complete events of a log that may be written to meanwhile; undefined when there is no log. */
export async function readLog(dir: string): Promise<LogSnapshot | undefined> {
  const id = await readFile(join(dir, idFile), 'utf8').catch(() => undefined);
  if (id === undefined) return undefined;
  const names = await segmentNames(dir);
  const segments: LogSnapshot['segments'] = [];
  for (const name of names.slice(0, -1)) {
    const path = join(dir, name);
    segments.push({ path, firstOffset: offsetOf(name), bytes: (await stat(path)).size });
  }
  const last = names.at(-1);
  if (last === undefined) return { id, segments, endOffset: 0, lastLineDigest: '' };
  const path = join(dir, last);
  const content = await readFile(path);
  const bytes = content.lastIndexOf(newLine) + 1;
  const lines = countLines(content, bytes);
  segments.push({ path, firstOffset: offsetOf(last), bytes });
  const lastLine = await lastLineOf(segments, content);
  return {
    id,
    segments,
    endOffset: offsetOf(last) + lines,
    lastLineDigest: lastLine === undefined ? '' : createHash('sha256').update(lastLine).digest('hex'),
  };
}

/** The last segment may still be empty: then the last line is in the one before. */
async function lastLineOf(segments: LogSnapshot['segments'], newest: Buffer): Promise<Buffer | undefined> {
  const last = segments.at(-1);
  const before = segments.at(-2);
  if (last === undefined) return undefined;
  const usesNewest = last.bytes > 0 || before === undefined;
  const content = usesNewest ? newest : await readFile(before.path);
  const end = usesNewest ? last.bytes : content.length;
  if (end === 0) return undefined;
  return content.subarray(content.lastIndexOf(newLine, end - 2) + 1, end);
}

class FolderLog implements SegmentLog {
  endOffset = 0;
  pendingBytes = 0;
  private readonly dir: string;
  private readonly segmentBytes: number;
  private readonly sync: boolean;
  private file: FileHandle | undefined;
  private fileBytes = 0;
  private waiting: {
    events: readonly string[];
    resolve: (offset: number) => void;
    reject: (error: unknown) => void;
  }[] = [];
  private isWriting = false;
  private writing: Promise<void> | undefined;
  private failure: Error | undefined;
  private closed = false;

  constructor(dir: string, options: SegmentLogOptions) {
    this.dir = dir;
    this.segmentBytes = options.segmentBytes ?? defaultSegmentBytes;
    this.sync = (options.sync ?? 'batch') === 'batch';
  }

  async start(name: string | undefined, state: { bytes: number; endOffset: number } | undefined): Promise<this> {
    this.endOffset = state?.endOffset ?? 0;
    this.fileBytes = state?.bytes ?? 0;
    this.file = await open(join(this.dir, name ?? segmentName(0)), 'a');
    if (name === undefined) await syncFolder(this.dir);
    return this;
  }

  append(events: readonly string[]): Promise<number> {
    if (this.closed) return Promise.reject(new AppError('serve.not-ready', 'The stream is closing.'));
    if (events.length === 0) return Promise.resolve(this.endOffset);
    for (const event of events) this.pendingBytes += event.length;
    return new Promise((resolve, reject) => {
      this.waiting.push({ events, resolve, reject });
      if (!this.isWriting) this.writing = this.writeWaiting();
    });
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.writing;
    await this.file?.close();
    await rm(join(this.dir, lockFile), { force: true });
  }

  /** What came while one write was going on goes out with the next one, so that they share its sync. */
  private async writeWaiting(): Promise<void> {
    this.isWriting = true;
    for (let batches = this.waiting; batches.length > 0; batches = this.waiting) {
      this.waiting = [];
      const firsts: number[] = [];
      let text = '';
      let offset = this.endOffset;
      let bytes = 0;
      for (const { events } of batches) {
        firsts.push(offset);
        for (const event of events) {
          text += `{"o":${offset},"e":${wholeCharacters(event)}}\n`;
          bytes += event.length;
          offset += 1;
        }
      }
      try {
        // After a failed write the file may end anywhere; only opening the log again repairs it.
        if (this.failure !== undefined) throw this.failure;
        await this.write(Buffer.from(text));
        this.endOffset = offset;
        for (const [at, batch] of batches.entries()) batch.resolve(firsts[at] ?? 0);
      } catch (error) {
        this.failure = error as Error;
        for (const batch of batches) batch.reject(error);
      }
      this.pendingBytes -= bytes;
    }
    this.isWriting = false;
  }

  private async write(bytes: Buffer): Promise<void> {
    if (this.fileBytes >= this.segmentBytes) {
      await this.file?.close();
      this.file = await open(join(this.dir, segmentName(this.endOffset)), 'ax');
      if (this.sync) await syncFolder(this.dir);
      this.fileBytes = 0;
    }
    const { file } = this;
    if (file === undefined) throw new AppError('internal.bug', 'The log has no segment.');
    for (let written = 0; written < bytes.length; ) written += (await file.write(bytes, written)).bytesWritten;
    if (this.sync) await file.datasync();
    this.fileBytes += bytes.length;
  }
}

function segmentName(firstOffset: number): string {
  return `${String(firstOffset).padStart(16, '0')}.ndjson`;
}

function offsetOf(name: string): number {
  return Number(name.slice(0, 16));
}

async function segmentNames(dir: string): Promise<string[]> {
  return (await readdir(dir)).filter((name) => /^\d{16}\.ndjson$/.test(name)).sort();
}

function countLines(content: Buffer, end: number): number {
  let lines = 0;
  for (let at = content.indexOf(newLine); at !== -1 && at < end; at = content.indexOf(newLine, at + 1)) lines += 1;
  return lines;
}

/** Cuts off what is not a complete line of this log at the end of its last segment. */
async function repairSegment(path: string, firstOffset: number): Promise<{ bytes: number; endOffset: number }> {
  const content = await readFile(path);
  let end = content.lastIndexOf(newLine) + 1;
  let lines = countLines(content, end);
  while (end > 0) {
    const start = end < 2 ? 0 : content.lastIndexOf(newLine, end - 2) + 1;
    if (isLine(content.toString('utf8', start, end), firstOffset + lines - 1)) break;
    end = start;
    lines -= 1;
  }
  if (end < content.length) {
    const file = await open(path, 'r+');
    try {
      await file.truncate(end);
      await file.sync();
    } finally {
      await file.close();
    }
  }
  return { bytes: end, endOffset: firstOffset + lines };
}

function isLine(text: string, offset: number): boolean {
  try {
    return (JSON.parse(text) as { o?: unknown }).o === offset;
  } catch {
    return false;
  }
}

async function ensureId(dir: string): Promise<void> {
  const path = join(dir, idFile);
  const present = await readFile(path, 'utf8').catch(() => '');
  if (present !== '') return;
  await writeFile(`${path}.new`, randomUUID());
  await replaceFile(`${path}.new`, path);
}

async function takeLock(dir: string): Promise<void> {
  const path = join(dir, lockFile);
  // Linked when it is whole: a writer killed between making the lock and writing who it is would leave one without owner.
  const own = join(dir, `${lockFile}.${process.pid}-${randomUUID()}`);
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      await writeFile(own, identityText(currentProcess()), { flush: true });
      await link(own, path);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      await rm(own, { force: true });
    }
    // A writer that was killed leaves its lock; one that is being killed needs a moment.
    if (!removeLeftLock(path)) {
      await new Promise((resolve) => {
        setTimeout(resolve, 100);
      });
    }
  }
  throw new AppError('store.open', `Another process is writing to the stream in ${dir}.`, {
    fix: 'Send the events to that process, or end it.',
  });
}

/** One at a time looks and removes: it must not be the lock of a writer that has just come. */
function removeLeftLock(path: string): boolean {
  const release = takeFileLock(`${path}.removing`, staleRemovalMs);
  if (release === undefined) return false;
  try {
    const text = readFileSync(path, 'utf8');
    const [, pid, start = ''] = /^(\d+) ?(\S*)$/.exec(text) ?? [];
    // It has its name only when it is whole: an empty one is what a loss of power left.
    if (pid === undefined && text !== '') return false;
    const own = Number(pid) === process.pid;
    if (pid !== undefined && (own ? text === identityText(currentProcess()) : isAlive({ pid: Number(pid), start }))) {
      return false;
    }
    rmSync(path, { force: true });
    return true;
  } catch {
    // Its owner has just given it back.
    return true;
  } finally {
    release();
  }
}

const staleRemovalMs = 10_000;

/** With its start, since ids come again: in a container every process has the same. */
function identityText({ pid, start }: ProcessIdentity): string {
  return start === '' ? String(pid) : `${pid} ${start}`;
}
