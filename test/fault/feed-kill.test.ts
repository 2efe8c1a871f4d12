import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readLog } from '../../main/compute/streams/segment-log.ts';
import { createStreamFeeds } from '../../main/streams/stream-feeds.ts';
import { fileFeed } from './file-feed.ts';
import { removeFolder } from '../support/remove-folder.ts';

const script = fileURLToPath(new URL('./feed-process.ts', import.meta.url));
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-feed-kill-'));
});
afterAll(() => removeFolder(dir));

async function storedIds(): Promise<number[]> {
  const log = await readLog(join(dir, 's'));
  return (log?.segments ?? []).flatMap(({ path, bytes }) =>
    readFileSync(path)
      .subarray(0, bytes)
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { e: { id: number } }).e.id),
  );
}

it('a feed that is killed while it reads goes on without a gap', async () => {
  const kills = 6;
  const path = join(dir, 'events.ndjson');
  writeFileSync(path, '');
  let next = 0;
  const add = (count: number) => {
    const lines = Array.from({ length: count }, () => JSON.stringify({ id: next++, pad: 'x'.repeat(200) }));
    appendFileSync(path, `${lines.join('\n')}\n`);
  };
  for (let kill = 0; kill < kills; kill++) {
    add(20_000);
    const child = spawn(process.execPath, [script, dir, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => {
      child.on('close', resolve);
    });
    await new Promise((resolve) => {
      createInterface({ input: child.stdout }).once('line', resolve);
    });
    setTimeout(() => child.kill('SIGKILL'), (kill * 17) % 60);
    await ended;
  }
  const feeds = createStreamFeeds({ streamsDir: dir, log: () => undefined });
  await feeds.follow(fileFeed(path), 60_000);
  await feeds.close();
  const ids = await storedIds();
  expect(new Set(ids).size).toBe(next);
  // What a kill reads twice is a stretch that was just read: nothing else is out of order.
  for (const [at, id] of ids.entries()) expect(id).toBeLessThanOrEqual((ids[at - 1] ?? -1) + 1);
});
