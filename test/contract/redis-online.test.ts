import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Enrichment } from '../../main/features/enrichment.ts';
import { encodeEntityKey } from '../../main/features/entity-key.ts';
import { FeatureApi } from '../../main/features/feature-api.ts';
import { encodeFeatureRow } from '../../main/features/feature-row.ts';
import { OnlineStore } from '../../main/features/online-store.ts';
import { RedisOnline } from '../../main/features/redis-online.ts';
import type { FeatureView } from '../../shared/features/feature-view.ts';
import { type Broker, redisServer, redisServerPath } from '../support/broker.ts';
import { runSlipway } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

const view: FeatureView = {
  name: 'airports',
  keys: [{ name: 'origin', type: 'string' }],
  eventTimestamp: 'at',
  createdTimestamp: null,
  ttlSeconds: 3600,
  features: [
    { name: 'delay', type: 'float64' },
    { name: 'city', type: 'string' },
  ],
  description: '',
  owner: '',
};
const noonUs = BigInt(Date.UTC(2026, 0, 1, 12)) * 1000n;
const minute = 60_000_000n;
const asked = { features: ['airports:delay', 'airports:city'], entities: { origin: ['SFO', 'ü', 'XXX'] } };

const why = redisServerPath === undefined ? ' (skipped: redis-server is not installed)' : '';
describe.skipIf(redisServerPath === undefined)(`the online store in Redis${why}`, () => {
  let broker: Broker;
  let folder: string;
  let store: OnlineStore;
  let redis: RedisOnline;
  const url = () => `redis://127.0.0.1:${broker.port}`;
  beforeAll(async () => {
    broker = await redisServer();
    await broker.start();
    folder = mkdtempSync(join(tmpdir(), 'redis-online-'));
    store = OnlineStore.open(folder);
    redis = new RedisOnline(url());
  });
  afterAll(async () => {
    redis.close();
    store.close();
    await broker.remove();
    await removeFolder(folder);
  });

  /** Fills the embedded store with rows as a materialization does. */
  function fill(digest: string, rows: Record<string, [bigint, number | null, string | null]>): void {
    const filling = store.startFilling(view, digest);
    const encoded = Object.entries(rows).map(([origin, [eventUs, delay, city]]) => ({
      entity: encodeEntityKey(['string'], [origin]) as Buffer,
      eventUs,
      createdUs: eventUs,
      values: encodeFeatureRow(view.features, [delay, city]),
    }));
    store.writeBatch(filling.id, { replaced: [], rows: encoded }, noonUs);
    store.finishFilling(filling, digest, noonUs);
    store.deleteOrphans();
  }
  const at = (nowUs: bigint) => redis.run((reader) => new FeatureApi(reader, () => nowUs).getOnlineFeatures(asked));
  const local = (nowUs: bigint) => new FeatureApi(store, () => nowUs).getOnlineFeatures(asked);

  it('gives what the embedded store gives, at any time', async () => {
    await expect(at(noonUs)).rejects.toMatchObject({ code: 'features.not-found' });
    fill('a'.repeat(64), { SFO: [noonUs - 10n * minute, 1.5, 'San Francisco'], ü: [noonUs - 70n * minute, 2, null] });
    expect(await redis.publish(store, 'airports')).toBe(true);
    expect(await redis.publish(store, 'airports')).toBe(false);
    for (const minutes of [-11n, -10n, 0n, 50n, 51n]) {
      const nowUs = noonUs + minutes * minute;
      expect(await at(nowUs)).toBe(local(nowUs));
    }
  });

  it('knows the services that choose from a published view', async () => {
    const service = { name: 'trips', version: 1, description: '', owner: '', digests: { airports: 'a'.repeat(64) } };
    const made = { digest: 'b'.repeat(64), graphId: 'g', nodeId: 'n' };
    const choose = (version: number, features: string[]) => {
      store.services.record({ ...made, service: { ...service, version, views: [{ view, features }] } }, false);
    };
    choose(1, ['delay']);
    choose(2, ['city', 'delay']);
    fill('c'.repeat(64), { SFO: [noonUs - 10n * minute, 1.5, 'San Francisco'] });
    await redis.publish(store, 'airports');
    for (const [name, features] of [
      ['trips', ['airports:city', 'airports:delay']],
      ['trips@1', ['airports:delay']],
    ] as const) {
      const entities = { origin: ['SFO'] };
      const answer = await redis.run((reader) =>
        new FeatureApi(reader, () => noonUs).getOnlineFeatures({ feature_service: name, entities }),
      );
      expect(answer).toBe(new FeatureApi(store, () => noonUs).getOnlineFeatures({ features, entities }));
    }
    const unknown = redis.run((reader) =>
      new FeatureApi(reader).getOnlineFeatures({ feature_service: 'trip', entities: {} }),
    );
    await expect(unknown).rejects.toMatchObject({
      code: 'features.not-found',
      fix: 'Did you mean trips or trips@1 or trips@2?',
    });
  });

  it('takes pushes, late ones and those of several writers at once, and keeps them when the view is made anew', async () => {
    const push = (origin: string, minutes: number, delay: number) =>
      redis.push(
        'airports',
        [
          {
            origin,
            at: new Date(Number((noonUs + BigInt(minutes) * minute) / 1000n)).toISOString(),
            delay,
            city: null,
          },
        ],
        noonUs,
      );
    expect(await push('SFO', -20, 7)).toEqual({ rows: 1, stored: 0 });
    expect(await push('SFO', -5, 8)).toEqual({ rows: 1, stored: 1 });
    await Promise.all([-4, -3, -2, -1].map((minutes) => push('XXX', minutes, minutes)));
    fill('b'.repeat(64), { SFO: [noonUs - 9n * minute, 3, 'again'] });
    await redis.publish(store, 'airports');
    const answer = JSON.parse(await at(noonUs)) as { results: { values: unknown[]; statuses: string[] }[] };
    expect(answer.results[1]?.values).toEqual([8, null, -1]);
    expect(answer.results[1]?.statuses).toEqual(['PRESENT', 'NOT_FOUND', 'PRESENT']);
    await expect(push('SFO', 0, 'x' as unknown as number)).rejects.toMatchObject({ code: 'request.invalid' });
    await expect(redis.push('nobody', [], noonUs)).rejects.toMatchObject({ code: 'features.not-found' });
  });

  it('is written to by the command line', async () => {
    const file = join(folder, 'rows.json');
    writeFileSync(file, JSON.stringify([{ origin: 'LAX', at: '2026-01-01T12:00:00Z', delay: 4, city: 'LA' }]));
    const { code, last } = await runSlipway(['features', 'push', 'airports', file, '--online', url()], folder);
    expect([code, last]).toMatchObject([0, { rows: 1, stored: 1 }]);
    const other = await runSlipway(['features', 'list', '--online', 'http://example.com'], folder);
    expect([other.code, other.last]).toMatchObject([2, { error: { code: 'cli.usage' } }]);
  });

  it('answers from earlier rows while Redis is away, within their time to live, and says so', async () => {
    const enrichment = (policy: 'null' | 'fail') =>
      new Enrichment({
        joined: [{ view, digest: 'b'.repeat(64), keyColumns: {}, columns: { delay: 'delay' } }],
        missing: { policy, defaults: {} },
        store: () => store,
        log: () => undefined,
        nowUs: () => noonUs,
      });
    const enrich = (origin: string, policy: 'null' | 'fail' = 'null') =>
      redis.run((reader) => enrichment(policy).rows([{ origin }], () => reader));
    expect((await enrich('SFO')).uses).toEqual([{ view: 'airports', version: 'b'.repeat(12), rows: 1, missing: 0 }]);
    await broker.stop('SIGKILL');
    const stale = await enrich('SFO');
    expect(stale.rows).toEqual([{ origin: 'SFO', delay: 8 }]);
    expect(stale.uses).toMatchObject([{ stale: true }]);
    await expect(enrich('NEW')).rejects.toMatchObject({ code: 'features.unavailable' });
  });
});
