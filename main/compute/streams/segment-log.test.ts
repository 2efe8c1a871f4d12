import {
  existsSync,
  appendFileSync,
  mkdtempSync,
  readdirSync,
  truncateSync,
  writeFileSync,
  readFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { withDuckDb } from '../duckdb/connection.ts';
import { openSegmentLog, readLog } from './segment-log.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';
import { loadEvents } from './windows.ts';

const root = mkdtempSync(join(tmpdir(), 'segment-log-'));
afterAll(() => removeFolder(root));
let next = 0;
const newDir = () => join(root, String(next++));

describe('a segment log', () => {
  it('numbers events without gaps, over appends that meet and over segments', async () => {
    const dir = newDir();
    const log = await openSegmentLog(dir, { segmentBytes: 100, sync: 'system' });
    const firsts = await Promise.all([log.append(['1', '2']), log.append(['3']), log.append([])]);
    expect(firsts[1]).toBe(2);
    for (let at = 3; at < 30; at++) expect(await log.append([`{"at":${at}}`])).toBe(at);
    await log.close();
    const snapshot = await readLog(dir);
    expect(snapshot?.endOffset).toBe(30);
    expect(snapshot?.segments.length).toBeGreaterThan(3);
    const again = await openSegmentLog(dir);
    expect(again.endOffset).toBe(30);
    expect(await again.append(['"é"'])).toBe(30);
    await again.close();
    expect((await readLog(dir))?.lastLineDigest).not.toBe(snapshot?.lastLineDigest);
  });

  it('can be read whatever characters came', async () => {
    const dir = newDir();
    const log = await openSegmentLog(dir);
    await log.append(['{"x":"half \\ud83d"}', '{"x":"whole \\ud83d\\ude00"}']);
    await log.close();
    const paths = (await readLog(dir))?.segments.map(({ path }) => path) ?? [];
    await withDuckDb({}, async (db) => {
      await loadEvents(db, paths, 2, { x: 'VARCHAR' });
      expect(await db.rows('SELECT x FROM events ORDER BY o')).toEqual([
        { x: 'half \ufffd' },
        { x: 'whole \u{1f600}' },
      ]);
    });
  });

  it.each([
    ['half a line', '{"o":2,"e":{"a'],
    ['zeros', '\0'.repeat(50)],
    ['a line of something else', '{"o":7,"e":1}\n'],
  ])('cuts off %s at its end', async (_name, tail) => {
    const dir = newDir();
    const log = await openSegmentLog(dir);
    await log.append(['1', '2']);
    await log.close();
    const [segment = ''] = readdirSync(dir).filter((name) => name.endsWith('.ndjson'));
    appendFileSync(join(dir, segment), tail);
    const again = await openSegmentLog(dir);
    expect(again.endOffset).toBe(2);
    expect(await again.append(['3'])).toBe(2);
    await again.close();
    expect((await readLog(dir))?.endOffset).toBe(3);
  });

  it('that was cut off in the middle of its only line starts over', async () => {
    const dir = newDir();
    const log = await openSegmentLog(dir);
    await log.append(['1']);
    await log.close();
    truncateSync(join(dir, '0000000000000000.ndjson'), 4);
    expect((await readLog(dir))?.endOffset).toBe(0);
    const again = await openSegmentLog(dir);
    expect(again.endOffset).toBe(0);
    await again.close();
  });

  it('has one writer; the lock of one that is gone does not count', async () => {
    const dir = newDir();
    const log = await openSegmentLog(dir);
    await expect(openSegmentLog(dir)).rejects.toMatchObject({ code: 'store.open' });
    expect(readdirSync(dir).filter((name) => name.startsWith('writer.lock'))).toEqual(['writer.lock']);
    expect(readFileSync(join(dir, 'writer.lock'), 'utf8').split(' ')[0]).toBe(String(process.pid));
    await log.close();
    // What a writer leaves that was killed before its lock was whole.
    writeFileSync(join(dir, 'writer.lock.999999999-a'), '');
    await (await openSegmentLog(dir)).close();
    // Above the largest process id there is.
    writeFileSync(join(dir, 'writer.lock'), '999999999');
    await (await openSegmentLog(dir)).close();
    // Not yet written out when the power went.
    writeFileSync(join(dir, 'writer.lock'), '');
    await (await openSegmentLog(dir)).close();
  });

  it.skipIf(!existsSync('/proc/self/stat'))(
    'does not take another process with the same id for its writer',
    async () => {
      const dir = newDir();
      await (await openSegmentLog(dir)).close();
      // In a container each process has the id of the one before.
      for (const left of [`${process.pid} 1`, `${process.ppid} 1`, String(process.pid)]) {
        writeFileSync(join(dir, 'writer.lock'), left);
        await (await openSegmentLog(dir)).close();
      }
      expect(readdirSync(dir).filter((name) => name.startsWith('writer.lock'))).toEqual([]);
    },
  );
});

it('there is no log where there is none', async () => {
  expect(await readLog(newDir())).toBeUndefined();
});
