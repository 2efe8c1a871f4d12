import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withDuckDb } from '../../main/compute/duckdb/connection.ts';
import { openSegmentLog, readLog } from '../../main/compute/streams/segment-log.ts';
import { closedWindows, loadEvents } from '../../main/compute/streams/windows.ts';
import { removeFolder } from '../support/remove-folder.ts';

const script = fileURLToPath(new URL('./ingest-process.ts', import.meta.url));
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-stream-kill-'));
});
afterAll(() => removeFolder(dir));

async function start(): Promise<{ child: ChildProcess; url: string; ended: Promise<unknown> }> {
  const child = spawn(process.execPath, [script, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => {
    child.on('close', resolve);
  });
  const port = await new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).once('line', resolve);
  });
  return { child, url: `http://127.0.0.1:${port}/`, ended };
}

it('a producer that sends again what was not answered loses nothing over kills, and nothing counts twice', async () => {
  const kills = 6;
  const eventsPerBatch = 50;
  /** Events of answered batches, by offset. */
  const stored = new Map<number, number>();
  let next = 0;
  for (let kill = 0; kill < kills; kill++) {
    const { child, url, ended } = await start();
    let batches = 0;
    let killer: ReturnType<typeof setTimeout> | undefined;
    try {
      for (;;) {
        const ids = Array.from({ length: eventsPerBatch }, (_, at) => next + at);
        const lines = ids.map((id) =>
          JSON.stringify({ id, at: new Date(id * 1000).toISOString(), pad: 'x'.repeat(id % 90) }),
        );
        const response = await fetch(url, { method: 'POST', body: lines.join('\n') });
        const answer = (await response.json()) as { firstOffset: number };
        if (response.status !== 200) throw new Error(JSON.stringify(answer));
        for (const [at, id] of ids.entries()) stored.set(answer.firstOffset + at, id);
        next += eventsPerBatch;
        batches += 1;
        if (batches === 2) killer = setTimeout(() => child.kill('SIGKILL'), (kill * 37) % 100);
      }
    } catch (error) {
      // The connection broke: the last batch may or may not be stored, so it goes out again.
      if (!(error instanceof TypeError)) throw error;
    }
    clearTimeout(killer);
    await ended;
  }
  expect(next).toBeGreaterThan(eventsPerBatch * kills);

  const streamDir = join(dir, 's');
  await (await openSegmentLog(streamDir)).close();
  const log = await readLog(streamDir);
  if (log === undefined) throw new Error('There is no log.');
  const lines = log.segments.flatMap(({ path }) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== ''),
  );
  const found = lines.map((line) => JSON.parse(line) as { o: number; e: { id: number } });
  expect(found.map(({ o }) => o)).toEqual(Array.from({ length: log.endOffset }, (_, at) => at));
  for (const [offset, id] of stored) expect(found[offset]?.e.id).toBe(id);

  const rows = await withDuckDb({}, async (db) => {
    const fields = { id: 'BIGINT', at: 'TIMESTAMP' };
    await loadEvents(
      db,
      log.segments.map(({ path }) => path),
      log.endOffset,
      fields,
    );
    const { select } = await closedWindows(db, {
      fields,
      eventTime: 'at',
      dedupeKey: 'id',
      windowUs: 100_000_000,
      slideUs: 100_000_000,
      latenessUs: 0,
      groupBy: [],
      aggregates: [{ function: 'count', field: '', name: 'n' }],
      ended: false,
    });
    return db.rows(select);
  });
  const closed = Math.floor((Math.max(...found.map(({ e }) => e.id)) * 1000) / 100_000);
  expect(rows.map((row) => Number(row['n']))).toEqual(Array.from({ length: closed }, () => 100));
});
