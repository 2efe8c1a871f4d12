import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClassLabel } from '../../shared/model/signature.ts';

export interface FeedbackEntry {
  id: string;
  label: ClassLabel;
  receivedMs: number;
}

/** Reads the labels that an endpoint has stored since the last look, from its state folder. */
export interface FeedbackTail {
  /** New entries in the order they came; damaged lines are left out. */
  read(): Promise<FeedbackEntry[]>;
}

const newline = 10;

export function createFeedbackTail(dir: string): FeedbackTail {
  const path = join(dir, 'feedback.ndjson');
  /** The file read so far: the store renames it when it is full and starts another. */
  let inode: number | undefined;
  let offset = 0;

  return {
    async read() {
      const entries: FeedbackEntry[] = [];
      const current = await readFrom(path, 0, 0);
      if (current === undefined) return entries;
      if (inode !== undefined && inode !== current.inode) {
        const rest = await readFrom(join(dir, 'feedback.1.ndjson'), offset, Number.POSITIVE_INFINITY);
        if (rest?.inode === inode) entries.push(...rest.entries);
        offset = 0;
      }
      inode = current.inode;
      const fresh = await readFrom(path, offset, Number.POSITIVE_INFINITY);
      if (fresh?.inode !== inode) return entries;
      offset += fresh.bytes;
      return [...entries, ...fresh.entries];
    },
  };
}

/** Whole lines of a file from an offset on; undefined when there is no file. */
async function readFrom(
  path: string,
  offset: number,
  maxBytes: number,
): Promise<{ inode: number; bytes: number; entries: FeedbackEntry[] } | undefined> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { ino, size } = await file.stat();
    const length = Math.max(0, Math.min(maxBytes, size - offset));
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await file.read(buffer, 0, length, offset);
    const end = buffer.subarray(0, bytesRead).lastIndexOf(newline) + 1;
    const lines = buffer.subarray(0, end).toString('utf8').split('\n');
    return { inode: ino, bytes: end, entries: lines.flatMap(parseLine) };
  } finally {
    await file.close();
  }
}

function parseLine(line: string): FeedbackEntry[] {
  if (line === '') return [];
  try {
    const { id, label, receivedMs } = JSON.parse(line) as FeedbackEntry;
    return typeof id === 'string' && label !== undefined ? [{ id, label, receivedMs }] : [];
  } catch {
    return [];
  }
}
