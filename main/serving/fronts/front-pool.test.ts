import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { FrontPool } from './front-pool.ts';

/** Front processes of this test. */
function frontPids(): number[] {
  const threads = `/proc/${process.pid}/task`;
  return readdirSync(threads)
    .flatMap((thread) => readFileSync(`${threads}/${thread}/children`, 'utf8').split(' '))
    .filter((pid) => pid !== '' && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('front-process'))
    .map(Number);
}

it.skipIf(process.platform !== 'linux')(
  'starts a front that died again, and nobody else reaches its socket',
  async () => {
    const said: string[] = [];
    const pool = await FrontPool.create({ count: 2, tls: null, log: (_level, text) => said.push(text) });
    const behind = createServer((_request, response) => response.end('here'));
    behind.listen(pool.socketPath);
    await once(behind, 'listening');
    expect((await stat(dirname(pool.socketPath))).mode & 0o077).toBe(0);
    await pool.start();
    pool.server.listen(0, '127.0.0.1');
    await once(pool.server, 'listening');
    const { port } = pool.server.address() as AddressInfo;
    const ask = async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
      return answer.text();
    };
    try {
      expect(await ask()).toBe('here');
      const [first] = frontPids();
      process.kill(first as number, 'SIGKILL');
      await expect.poll(() => said.length).toBe(1);
      expect(said[0]).toMatch(/^Front process \d ended with its connections\.$/);
      // The other one answers meanwhile.
      expect(await ask()).toBe('here');
      await expect.poll(() => pool.loads.length).toBe(2);
      expect(frontPids()).toHaveLength(2);
      expect(await Promise.all([ask(), ask(), ask()])).toEqual(['here', 'here', 'here']);
    } finally {
      await pool.close(1_000);
      behind.closeAllConnections();
      behind.close();
    }
    expect(frontPids()).toEqual([]);
  },
);
