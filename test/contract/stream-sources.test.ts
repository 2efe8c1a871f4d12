import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLog } from '../../main/compute/streams/segment-log.ts';
import { createStreamFeeds, type StreamFeeds } from '../../main/streams/stream-feeds.ts';
import type { SourceSettings } from '../../main/streams/sources/stream-source.ts';
import { type Broker, mosquitto, mosquittoPath, redisServer, redisServerPath } from '../support/broker.ts';

let dir: string;
let feeds: StreamFeeds;
let said: string[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-sources-'));
  said = [];
  feeds = createStreamFeeds({ streamsDir: dir, log: (text) => said.push(text) });
});
afterEach(async () => {
  await feeds.close();
  rmSync(dir, { recursive: true, force: true });
});

async function restart(): Promise<void> {
  await feeds.close();
  feeds = createStreamFeeds({ streamsDir: dir, log: (text) => said.push(text) });
}

const settings = (given: Partial<SourceSettings>): SourceSettings => ({
  source: 'file',
  name: 's',
  url: '',
  topic: '',
  path: '',
  user: '',
  password: undefined,
  ...given,
});

async function events(): Promise<Record<string, unknown>[]> {
  const log = await readLog(join(dir, 's'));
  return (log?.segments ?? []).flatMap(({ path, bytes }) =>
    readFileSync(path)
      .subarray(0, bytes)
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { e: Record<string, unknown> }).e),
  );
}

const patienceMs = 15_000;

describe('a file', () => {
  it('is followed over growth, restarts, rotation and cuts, each line once', async () => {
    const path = join(dir, 'events.ndjson');
    const follow = () => feeds.follow(settings({ path }), patienceMs);
    const ids = async () => (await events()).map(({ id }) => id);
    await follow();
    expect(await ids()).toEqual([]);
    writeFileSync(path, '{"id":1}\n{"id":2}\n{"id":');
    await follow();
    expect(await ids()).toEqual([1, 2]);
    appendFileSync(path, '3}\n');
    await follow();
    await restart();
    appendFileSync(path, '{"id":4}\n');
    await follow();
    expect(await ids()).toEqual([1, 2, 3, 4]);
    appendFileSync(path, '{"id":5}\n');
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'no json\n{"id":6}\n');
    await follow();
    await follow();
    expect(await events()).toMatchObject([
      { id: 1 },
      { id: 2 },
      { id: 3 },
      { id: 4 },
      { id: 5 },
      { value: 'no json' },
      { id: 6 },
    ]);
    truncateSync(path);
    appendFileSync(path, '{"id":7}\n');
    await follow();
    expect((await ids()).at(-1)).toBe(7);
  });

  it('may have lines beyond the limit, which are left out', async () => {
    const path = join(dir, 'large.ndjson');
    writeFileSync(path, `${'x'.repeat(3 * 2 ** 20)}\n{"id":1}\n`);
    await feeds.follow(settings({ path }), patienceMs);
    await feeds.follow(settings({ path }), patienceMs);
    expect(await events()).toEqual([{ id: 1 }]);
    expect(said.join()).toContain('longer than');
  });
});

it('says which broker cannot be reached, without its password', async () => {
  const unreachable = settings({ source: 'redis', url: 'redis://me:hidden@127.0.0.1:1', topic: 't' });
  const error = await feeds.follow(unreachable, patienceMs).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'data.connection', message: expect.stringContaining('redis://127.0.0.1:1') });
  expect(JSON.stringify([said, String(error)])).not.toContain('hidden');
});

describe.skipIf(redisServerPath === undefined)('a Redis stream (redis-server)', () => {
  let broker: Broker;
  beforeEach(async () => {
    broker = await redisServer();
    await broker.start();
  });
  afterEach(() => broker.remove());

  it('is read on after restarts of the reader and of the broker', { timeout: 60_000 }, async () => {
    const source = settings({ source: 'redis', url: `redis://127.0.0.1:${broker.port}`, topic: 'readings' });
    const add = async (from: number, to: number) => {
      const redis = new Redis(broker.port, '127.0.0.1', { lazyConnect: true });
      await redis.connect();
      const batch = redis.pipeline();
      for (let id = from; id < to; id++) batch.xadd('readings', '*', 'event', JSON.stringify({ id, at: 'x' }));
      await batch.exec();
      await redis.quit();
    };
    await add(0, 2500);
    await feeds.follow(source, patienceMs);
    expect(await events()).toHaveLength(2500);
    await restart();
    await add(2500, 2600);
    await feeds.follow(source, patienceMs);
    await broker.stop('SIGKILL');
    await expect
      .poll(
        async () =>
          feeds.follow(source, 500).then(
            () => '',
            (error: Error) => error.message,
          ),
        { timeout: 20_000 },
      )
      .toContain('cannot read');
    await broker.start();
    await add(2600, 2700);
    await expect.poll(async () => (await events()).length, { timeout: 40_000 }).toBe(2700);
    const found = await events();
    expect(found.map(({ id }) => id)).toEqual(Array.from({ length: 2700 }, (_, id) => id));
    expect(found[0]).toHaveProperty('redis_id');
    await expect.poll(() => said.join()).toContain('read again');
  });
});

describe.skipIf(mosquittoPath === undefined)('an MQTT topic (mosquitto)', () => {
  let broker: Broker;
  beforeEach(async () => {
    broker = await mosquitto();
    await broker.start();
  });
  afterEach(() => broker.remove());

  it('loses nothing that came while nobody read, or over a restart of the broker', { timeout: 60_000 }, async () => {
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const source = settings({ source: 'mqtt', url, topic: 'plant/+/celsius' });
    const publish = async (from: number, to: number) => {
      const client = await connectAsync(url);
      for (let id = from; id < to; id++) {
        await client.publishAsync(`plant/m${id % 3}/celsius`, JSON.stringify({ id }), { qos: 1 });
      }
      await client.endAsync();
    };
    await feeds.follow(source, patienceMs);
    await publish(0, 40);
    await expect.poll(async () => (await events()).length, { timeout: 20_000 }).toBe(40);
    await feeds.close();
    await publish(40, 60);
    await restart();
    await feeds.follow(source, patienceMs);
    expect(new Set((await events()).map(({ id }) => id)).size).toBe(60);
    await broker.stop('SIGTERM');
    await broker.start();
    await publish(60, 80);
    await expect.poll(async () => new Set((await events()).map(({ id }) => id)).size, { timeout: 40_000 }).toBe(80);
    expect((await events())[4]).toMatchObject({ id: 4, topic: 'plant/m1/celsius' });
  });
});
