import { mkdtempSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogTail } from './log-tail.ts';
import { openSegmentLog, readLog } from './segment-log.ts';
import { trimLog } from './trim-log.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'trim-log-'));
});
afterEach(() => removeFolder(dir));

/** 30 events in segments of three. */
async function fill(): Promise<void> {
  const log = await openSegmentLog(dir, { segmentBytes: 60, sync: 'system' });
  for (let at = 0; at < 30; at++) await log.append([`{"at":${at + 10}}`]);
  await log.close();
}

const firstOffset = async () => (await readLog(dir))?.segments[0]?.firstOffset;

it('keeps as many events or bytes as it is told, and the segment being written always', async () => {
  await fill();
  const before = await readLog(dir);
  expect(await trimLog(dir, { maxEvents: 10 })).toBeGreaterThan(0);
  const after = await readLog(dir);
  expect(after?.endOffset).toBe(30);
  expect(after?.lastLineDigest).toBe(before?.lastLineDigest);
  expect(30 - ((await firstOffset()) ?? 0)).toBeGreaterThanOrEqual(10);
  await trimLog(dir, { maxBytes: 0 });
  expect((await readLog(dir))?.segments).toHaveLength(1);
  const log = await openSegmentLog(dir);
  expect(await log.append(['{"at":99}'])).toBe(30);
  await log.close();
  expect(await trimLog(join(dir, 'none'), { maxBytes: 0 })).toBe(0);
});

it('removes segments by their age', async () => {
  await fill();
  const segments = (await readLog(dir))?.segments ?? [];
  const old = new Date(Date.now() - 10_000);
  for (const { path } of segments.slice(0, 2)) utimesSync(path, old, old);
  await trimLog(dir, { maxAgeMs: 5000 });
  expect(await firstOffset()).toBe(segments[2]?.firstOffset);
});

it('gives a tail what is added, over segments and removals', async () => {
  const log = await openSegmentLog(dir, { segmentBytes: 60, sync: 'system' });
  const tail = new LogTail(dir);
  const seen: number[] = [];
  const look = async () => {
    for (let empty = 0; empty < 2; ) {
      const lines = await tail.next();
      empty = lines.length === 0 ? empty + 1 : 0;
      for (const line of lines) seen.push((JSON.parse(line) as { o: number }).o);
    }
  };
  for (let at = 0; at < 20; at++) {
    await log.append([`{"at":${at}}`]);
    if (at % 4 === 0) await look();
  }
  await look();
  expect(seen).toEqual(Array.from({ length: 20 }, (_, at) => at));
  await trimLog(dir, { maxBytes: 0 });
  await log.append(['{}']);
  await look();
  expect(seen.at(-1)).toBe(20);
  await log.close();
});
