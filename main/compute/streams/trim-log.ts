import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface Retention {
  /** Since a segment was written last. */
  maxAgeMs?: number | undefined;
  maxEvents?: number | undefined;
  maxBytes?: number | undefined;
}

/**
 * Removes the oldest segments of a log while what is left still holds as much as should be kept. Segments go whole, the
 * one being written never; a writer may go on meanwhile. Returns the number of events removed.
 */
export async function trimLog(dir: string, retention: Retention, nowMs: number = Date.now()): Promise<number> {
  const names = (await readdir(dir).catch(() => [])).filter((name) => /^\d{16}\.ndjson$/.test(name)).sort();
  const segments = await Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(dir, name));
      return { name, firstOffset: Number(name.slice(0, 16)), size, mtimeMs };
    }),
  );
  const newest = segments.at(-1);
  let bytes = segments.reduce((sum, { size }) => sum + size, 0);
  let removed = 0;
  for (const [at, segment] of segments.entries()) {
    const next = segments[at + 1];
    if (next === undefined || newest === undefined) break;
    const old = retention.maxAgeMs !== undefined && nowMs - segment.mtimeMs > retention.maxAgeMs;
    // The events of the newest segment are not counted: without them there are enough.
    const many = retention.maxEvents !== undefined && newest.firstOffset - next.firstOffset >= retention.maxEvents;
    const large = retention.maxBytes !== undefined && bytes > retention.maxBytes;
    if (!old && !many && !large) break;
    await rm(join(dir, segment.name), { force: true });
    bytes -= segment.size;
    removed += next.firstOffset - segment.firstOffset;
  }
  return removed;
}
