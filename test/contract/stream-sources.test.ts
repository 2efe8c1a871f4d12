import { appendFileSync, mkdtempSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLog } from '../../main/compute/streams/segment-log.ts';
import { createStreamFeeds, type StreamFeeds } from '../../main/streams/stream-feeds.ts';
import type { SourceSettings } from '../../main/streams/sources/stream-source.ts';
import { KafkaBroker, type KafkaBrokerOptions } from '../support/kafka-broker.ts';
import { type Broker, mosquitto, mosquittoPath, redisServer, redisServerPath } from '../support/broker.ts';
import { removeFolder } from '../support/remove-folder.ts';

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
  await removeFolder(dir);
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
  mechanism: 'plain',
  start: 'earliest',
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

const patienceMs = 60_000;

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

  it('is read on after restarts of the reader and of the broker', async () => {
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
      .poll(async () =>
        feeds.follow(source, 500).then(
          () => '',
          (error: Error) => error.message,
        ),
      )
      .toContain('cannot read');
    await broker.start();
    await add(2600, 2700);
    await expect.poll(async () => (await events()).length).toBe(2700);
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

  it('loses nothing that came while nobody read, or over a restart of the broker', async () => {
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
    await expect.poll(async () => (await events()).length).toBe(40);
    await feeds.close();
    await publish(40, 60);
    await restart();
    await feeds.follow(source, patienceMs);
    await expect.poll(async () => new Set((await events()).map(({ id }) => id)).size).toBe(60);
    await broker.stop('SIGTERM');
    await broker.start();
    await publish(60, 80);
    await expect.poll(async () => new Set((await events()).map(({ id }) => id)).size).toBe(80);
    expect((await events())[4]).toMatchObject({ id: 4, topic: 'plant/m1/celsius' });
  });
});

describe('a topic of Kafka', () => {
  let broker: KafkaBroker;
  const start = async (options?: KafkaBrokerOptions) => {
    broker = new KafkaBroker(options);
    await broker.start();
    broker.createTopic('readings', 3);
  };
  afterEach(() => broker.stop());

  const source = (given: Partial<SourceSettings> = {}) =>
    settings({ source: 'kafka', url: `kafka://127.0.0.1:${broker.port}`, topic: 'readings', ...given });
  const lines = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) => JSON.stringify({ id: from + at }));
  const ids = async () => (await events()).map(({ id }) => id as number).toSorted((a, b) => a - b);
  const range = (to: number) => Array.from({ length: to }, (_, id) => id);

  it('is read from all partitions, whatever their compression, over restarts of reader and broker', async () => {
    await start();
    broker.produce('readings', 0, lines(0, 500), { compression: 'gzip', key: 'k', timeMs: Date.UTC(2024, 0, 2) });
    broker.produce('readings', 1, lines(500, 1000), { compression: 'lz4' });
    broker.produce('readings', 2, lines(1000, 1400), { compression: 'snappy' });
    broker.produce('readings', 2, lines(1400, 1500), { compression: 'zstd' });
    await feeds.follow(source(), patienceMs);
    expect(await ids()).toEqual(range(1500));
    expect((await events()).find(({ id }) => id === 7)).toEqual({
      id: 7,
      kafka_id: 'readings/0/7',
      kafka_key: 'k',
      kafka_time: '2024-01-02T00:00:00.000Z',
    });
    await restart();
    broker.produce('readings', 1, lines(1500, 1510));
    await feeds.follow(source(), patienceMs);
    await broker.stop();
    await expect.poll(() => feeds.follow(source(), 500).then(String, String)).toContain('cannot read');
    broker.produce('readings', 0, lines(1510, 1520));
    await broker.start();
    await expect.poll(ids).toEqual(range(1520));
    await expect.poll(() => said.join()).toContain('read again');
  });

  it('has messages that are no JSON, none at all, or too large', async () => {
    await start();
    broker.produce('readings', 0, ['plain text', null, JSON.stringify({ id: 1, text: 'x'.repeat(2 ** 20) }), '[1]']);
    await feeds.follow(source(), patienceMs);
    expect((await events()).map(({ value }) => value)).toEqual(['plain text', null, [1]]);
    expect(said.join()).toContain('larger than');
  });

  it('is read without the messages of transactions that were aborted, and up to one that is open', async () => {
    await start();
    broker.produce('readings', 0, lines(0, 3), { producerId: 1n });
    broker.produce('readings', 0, ['{"id":-1}'], { producerId: 2n });
    broker.endTransaction('readings', 0, 1n, 'commit');
    broker.produce('readings', 0, lines(3, 4));
    broker.endTransaction('readings', 0, 2n, 'abort');
    broker.produce('readings', 0, ['{"id":-2}'], { producerId: 2n });
    broker.endTransaction('readings', 0, 2n, 'abort');
    broker.produce('readings', 0, lines(4, 6), { producerId: 2n });
    broker.endTransaction('readings', 0, 2n, 'commit');
    broker.produce('readings', 0, lines(6, 7), { producerId: 1n });
    broker.produce('readings', 0, lines(7, 8));
    await feeds.follow(source(), patienceMs);
    expect(await ids()).toEqual(range(6));
    broker.endTransaction('readings', 0, 1n, 'commit');
    await expect.poll(ids).toEqual(range(8));
  });

  it('may be begun at its end, lose messages to retention, and be made anew', async () => {
    await start();
    broker.produce('readings', 0, ['{"id":-1}']);
    await feeds.follow(source({ start: 'latest' }), patienceMs);
    expect(await ids()).toEqual([]);
    broker.produce('readings', 0, lines(0, 5));
    await expect.poll(ids).toEqual(range(5));
    await feeds.close();
    broker.produce('readings', 0, ['{"id":-2}', '{"id":-3}']);
    broker.produce('readings', 0, lines(5, 8));
    broker.trim('readings', 0, 8n);
    await restart();
    await feeds.follow(source({ start: 'latest' }), patienceMs);
    await expect.poll(ids).toEqual(range(8));
    expect(said.join()).toContain('2 messages of readings, partition 0, were removed before they were read');
    broker.createTopic('readings', 1);
    broker.produce('readings', 0, lines(8, 10));
    await expect.poll(ids).toEqual(range(10));
    expect(said.join()).toContain('made anew');
  });

  it('asks for user and password, which no message names', async () => {
    await start({ users: { me: 'hidden' } });
    broker.produce('readings', 0, lines(0, 2));
    const wrong = source({ user: 'me', password: 'guessed' });
    await expect(feeds.follow(wrong, patienceMs)).rejects.toMatchObject({
      code: 'data.connection',
      message: expect.stringContaining('Wrong user or password'),
    });
    await feeds.follow(source({ user: 'me', password: 'hidden' }), patienceMs);
    expect(await ids()).toEqual(range(2));
    expect(said.join()).not.toMatch(/hidden|guessed/);
  });

  it.each([
    ['scram-sha-256', 'SCRAM-SHA-256'],
    ['scram-sha-512', 'SCRAM-SHA-512'],
  ] as const)(
    'proves the password by %s without sending it, and asks the same of the broker',
    async (mechanism, spoken) => {
      await start({ users: { 'me, =myself': 'hidden, =too' }, mechanism: spoken });
      broker.produce('readings', 0, lines(0, 2));
      const known = { mechanism, user: 'me, =myself', password: 'hidden, =too' };
      await expect(feeds.follow(source({ ...known, password: 'guessed' }), patienceMs)).rejects.toMatchObject({
        code: 'data.connection',
      });
      await feeds.follow(source(known), patienceMs);
      expect(await ids()).toEqual(range(2));
      await broker.stop();
      await start({ users: { 'me, =myself': 'hidden, =too' }, mechanism: spoken, pretends: true });
      await expect(feeds.follow(source({ ...known, name: 'other' }), patienceMs)).rejects.toMatchObject({
        code: 'data.connection',
      });
      expect(said.join()).not.toMatch(/hidden|guessed/);
    },
  );

  it('is encrypted by a certificate that must be known', async (context) => {
    const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
    try {
      execFileSync('openssl', [...args, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    } catch {
      context.skip('openssl is not installed');
    }
    const tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
    await start({ tls, users: { me: 'hidden' } });
    broker.produce('readings', 0, lines(0, 2));
    const encrypted = source({ url: `kafkas://localhost:${broker.port}`, user: 'me', password: 'hidden' });
    await expect(feeds.follow(encrypted, patienceMs)).rejects.toThrow('self-signed certificate');
    setDefaultCACertificates([...getCACertificates('default'), tls.cert]);
    await expect.poll(() => feeds.follow(encrypted, patienceMs).then(() => ids())).toEqual(range(2));
    await expect(feeds.follow(source(), patienceMs)).rejects.toMatchObject({ code: 'data.connection' });
  });

  it('is not there', async () => {
    await start();
    await expect(feeds.follow(source({ topic: 'others' }), patienceMs)).rejects.toThrow('Unknown topic others');
  });

  it('is taken no faster than it is stored', async () => {
    await start();
    for (let at = 0; at < 40; at++) {
      broker.produce(
        'readings',
        at % 3,
        lines(at * 50, at * 50 + 50).map((line) => line.padEnd(10_000)),
      );
    }
    await feeds.follow(source(), patienceMs);
    expect(await ids()).toEqual(range(2000));
    // 20 MB, at most 3 MB of it at a time.
    expect(broker.fetches).toBeGreaterThan(6);
  });
});

const realKafka = process.env['SLIPWAY_TEST_KAFKA'];
describe.skipIf(realKafka === undefined)('a topic of a real Kafka (SLIPWAY_TEST_KAFKA=host:port)', () => {
  it('is read over a restart of the reader, committed messages only', async () => {
    const { Admin, Producer, stringSerializers } = await import('@platformatic/kafka');
    const topic = `slipway-test-${Date.now()}`;
    const options = { clientId: 'slipway-test', bootstrapBrokers: [realKafka ?? ''] };
    const admin = new Admin(options);
    const producer = new Producer({ ...options, serializers: stringSerializers });
    try {
      await admin.createTopics({ topics: [topic], partitions: 3, replicas: 1 });
      const send = (from: number, to: number) =>
        producer.send({
          messages: Array.from({ length: to - from }, (_, at) => ({
            topic,
            key: String(at),
            value: JSON.stringify({ id: from + at }),
          })),
        });
      const source = settings({ source: 'kafka', url: realKafka ?? '', topic });
      await send(0, 1000);
      await feeds.follow(source, patienceMs);
      await expect.poll(async () => (await events()).length).toBe(1000);
      await restart();
      await send(1000, 1100);
      await feeds.follow(source, patienceMs);
      await expect.poll(async () => new Set((await events()).map(({ id }) => id)).size).toBe(1100);
    } finally {
      await admin.deleteTopics({ topics: [topic] }).catch(() => undefined);
      await Promise.all([producer.close(), admin.close()]);
    }
  });
});
