import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FeatureView } from '../../shared/features/feature-view.ts';
import type { InputArtifact } from '../../shared/node/runner.ts';
import { withDuckDb } from '../compute/duckdb/connection.ts';
import { quotePath } from '../compute/duckdb/quote.ts';
import { encodeEntityKey } from './entity-key.ts';
import { encodeFeatureRow } from './feature-row.ts';
import { type MaterializeOptions, materialize } from './materialize.ts';
import { readOnline } from './online-read.ts';
import { OnlineStore } from './online-store.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

let folder: string;
let store: OnlineStore;
let next = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'materialize-'));
  store = OnlineStore.open(folder);
});
afterEach(async () => {
  store.close();
  await removeFolder(folder);
});

const entityCount = 5000;
const hour = 3_600_000_000n;
const nowUs = 10n * hour;

function viewOf(more: Partial<FeatureView> = {}): FeatureView {
  return {
    name: 'v',
    keys: [{ name: 'k', type: 'int64' }],
    eventTimestamp: 't',
    createdTimestamp: null,
    ttlSeconds: 0,
    features: [{ name: 'x', type: 'int64' }],
    description: '',
    owner: '',
    ...more,
  };
}

/** A view artifact of the rows of a query. */
async function artifactOf(view: FeatureView, query: string): Promise<InputArtifact> {
  const path = join(folder, `${next}.parquet`);
  const digest = String(next++).padStart(64, '0');
  const columns = await withDuckDb({}, async (db) => {
    await db.run(`COPY (${query}) TO ${quotePath(path)} (FORMAT parquet)`);
    return db.columnsOf(query);
  });
  const producer = { kind: 'feature.view', version: 1, key: '' };
  return {
    digest,
    type: 'table',
    path: () => path,
    manifest: { digest, type: 'table', files: [], schema: { columns }, meta: { view }, producer, inputs: {} },
  };
}

/** Entity k has the value k + offset; `where` picks entities. */
const rows = (offset: number, where = 'true') =>
  `SELECT k, make_timestamp(${hour}) AS t, k + ${offset} AS x FROM range(${entityCount}) r(k) WHERE ${where}`;

const everyKey = Array.from({ length: entityCount }, (_, k) => [BigInt(k)]);

function values(asOfUs = nowUs): (bigint | string)[] {
  return readOnline(store, 'v', everyKey, asOfUs).entities.map(
    (entity) => (entity.values[0] as bigint | null) ?? (entity.statuses[0] as string),
  );
}

const expected = (offset: number) => everyKey.map(([k]) => (k as bigint) + BigInt(offset));

function fill(artifact: InputArtifact, more: Partial<MaterializeOptions> = {}) {
  return materialize({ store, artifact, openArtifact: async () => undefined, nowUs, ...more });
}

function push(k: number, x: bigint, eventUs: bigint): number {
  const entity = encodeEntityKey(['int64'], [BigInt(k)]) as Buffer;
  return store.push(
    'v',
    ({ features }) => [
      {
        entity,
        eventUs,
        createdUs: eventUs,
        values: encodeFeatureRow(
          features,
          features.map(({ name }) => (name === 'x' ? x : null)),
        ),
      },
    ],
    nowUs,
  );
}

class Crash extends Error {}

function crashAfter(batches: number) {
  let done = 0;
  return () => {
    if (++done === batches) throw new Crash();
  };
}

describe('materialize', () => {
  it.each(['fill', 'update'] as const)(
    'completes a %s that broke off after any batch, without gap or duplicate',
    async (mode) => {
      const first = await artifactOf(viewOf(), rows(0));
      await fill(first);
      const second = await artifactOf(viewOf(), rows(1_000_000));
      const openArtifact = async () => (mode === 'update' ? first : undefined);
      for (const batches of [1, 2, 3]) {
        await expect(fill(second, { openArtifact, onBatch: crashAfter(batches) })).rejects.toThrow();
        store.close();
        store = OnlineStore.open(folder);
        // Whoever reads meanwhile finds every entity, with its old or its new value.
        values().forEach((value, k) => {
          expect([BigInt(k), BigInt(k) + 1_000_000n]).toContain(value);
        });
      }
      expect(await fill(second, { openArtifact })).toMatchObject({ mode, rowsWritten: entityCount });
      expect(values()).toEqual(expected(1_000_000));
      expect(store.summaries()).toMatchObject([{ rows: entityCount, digest: second.digest, pendingDigest: null }]);
      expect((await fill(second)).mode).toBe('unchanged');
    },
  );

  it('shows nothing of a view until all of it is there', async () => {
    const artifact = await artifactOf(viewOf(), rows(0));
    await fill(artifact, {
      onBatch: () => expect(() => values()).toThrow('There is no feature view “v”'),
    });
    expect(values()).toEqual(expected(0));
  });

  it('writes only entities that changed', async () => {
    const first = await artifactOf(viewOf(), rows(0));
    await fill(first);
    const changed = `${rows(0, 'k > 2')} UNION ALL ${rows(7, 'k = 1')} UNION ALL SELECT 2, make_timestamp(0), 2`;
    const second = await artifactOf(viewOf(), changed);
    const result = await fill(second, { openArtifact: async () => first });
    // 0 has gone, 1 has another value, 2 an earlier event.
    expect(result).toMatchObject({ mode: 'update', rowsWritten: 2 });
    expect(values().slice(0, 4)).toEqual(['NOT_FOUND', 8n, 2n, 3n]);
  });

  it('does not build on an update to something else that broke off', async () => {
    const [a, b, c] = [
      await artifactOf(viewOf(), rows(0)),
      await artifactOf(viewOf(), rows(100)),
      await artifactOf(viewOf(), rows(0, 'k < 4999')),
    ];
    const openArtifact = async (digest: string) => [a, b, c].find((artifact) => artifact.digest === digest);
    await fill(a);
    await expect(fill(b, { openArtifact, onBatch: crashAfter(1) })).rejects.toThrow();
    expect((await fill(c, { openArtifact })).mode).toBe('fill');
    expect(values()).toEqual([...expected(0).slice(0, 4999), 'NOT_FOUND']);
  });

  it('takes over a change of the time-to-live alone without writing a row', async () => {
    const first = await artifactOf(viewOf(), rows(0));
    await fill(first);
    const second = await artifactOf(viewOf({ ttlSeconds: 3600 }), rows(0));
    expect(await fill(second, { openArtifact: async () => first })).toMatchObject({ mode: 'update', rowsWritten: 0 });
    expect(values(2n * hour)[5]).toBe(5n);
    expect(values(2n * hour + 1n)[5]).toBe('OUTSIDE_MAX_AGE');
  });

  it('fills a view of another layout anew, keeps what was pushed, and frees the old rows', async () => {
    await fill(await artifactOf(viewOf(), rows(0)));
    expect(push(3, 33n, 2n * hour)).toBe(1);
    const wider = viewOf({
      features: [
        { name: 'y', type: 'string' },
        { name: 'x', type: 'int64' },
      ],
    });
    const second = await artifactOf(wider, `SELECT k, t, 'new' AS y, x FROM (${rows(100)})`);
    let pushedMeanwhile = false;
    await fill(second, {
      openArtifact: async () => undefined,
      onBatch: () => {
        if (!pushedMeanwhile) push(4, 44n, 2n * hour);
        pushedMeanwhile = true;
      },
    });
    const { entities } = readOnline(store, 'v', [[2n], [3n], [4n]], nowUs);
    expect(entities.map((entity) => entity.values)).toEqual([
      ['new', 102n],
      [null, 33n],
      [null, 44n],
    ]);
    expect(store.summaries()).toMatchObject([{ rows: entityCount }]);
  });

  it('stops when another materialization has taken its place', async () => {
    const artifact = await artifactOf(viewOf(), rows(0));
    const other = OnlineStore.open(folder);
    let started = false;
    const onBatch = () => {
      if (!started) other.startFilling(viewOf(), 'f'.repeat(64));
      started = true;
    };
    await expect(fill(artifact, { onBatch })).rejects.toMatchObject({ code: 'features.superseded' });
    other.close();
  });

  it('never lets an older event replace a newer one, whoever writes last', async () => {
    await fill(await artifactOf(viewOf(), rows(0)));
    expect(push(1, 11n, 2n * hour)).toBe(1);
    expect(push(1, 12n, hour)).toBe(0);
    expect(values()[1]).toBe(11n);
    await fill(await artifactOf(viewOf(), rows(500)));
    expect(values().slice(0, 3)).toEqual([500n, 11n, 502n]);
    // Of equal times, the one that comes later.
    expect(push(1, 13n, 2n * hour)).toBe(1);
    expect(values()[1]).toBe(13n);
  });

  it('keeps a row of the future apart until its time has come', async () => {
    await fill(await artifactOf(viewOf(), rows(0)));
    expect(push(1, 99n, nowUs + hour)).toBe(1);
    expect(values()[1]).toBe(1n);
    expect(values(nowUs + hour - 1n)[1]).toBe(1n);
    expect(values(nowUs + hour)[1]).toBe(99n);
  });

  it('keeps values of every type, and entities of every type of key, exactly', async () => {
    const view = viewOf({
      keys: [
        { name: 'b', type: 'bool' },
        { name: 'day', type: 'timestamp' },
        { name: 's', type: 'string' },
      ],
      features: [
        { name: 'big', type: 'int64' },
        { name: 'x', type: 'float64' },
        { name: 'flag', type: 'bool' },
        { name: 'text', type: 'string' },
        { name: 'at', type: 'timestamp' },
        { name: 'pixels', type: 'tensor', size: 3 },
      ],
    });
    const artifact = await artifactOf(
      view,
      `SELECT * FROM (VALUES
        (true, DATE '2026-01-01', 'Zürich', make_timestamp(0), 9223372036854775807, 'NaN'::DOUBLE, false, 'longer than twelve bytes', TIMESTAMP '1969-12-31 23:59:59.999999', [1.5, NULL, -2]::FLOAT[3]),
        (false, DATE '2026-01-01', '', make_timestamp(0), -9007199254740993, '-Infinity'::DOUBLE, true, '', NULL, NULL),
        (false, DATE '2026-01-02', '', make_timestamp(0), NULL, NULL, NULL, NULL, 'infinity'::TIMESTAMP, [0, 0, 0]::FLOAT[3])
      ) v(b, day, s, t, big, x, flag, text, "at", pixels)`,
    );
    await fill(artifact);
    const day = BigInt(Date.UTC(2026, 0, 1)) * 1000n;
    const asked = [
      [true, day, 'Zürich'],
      [false, day, ''],
      [false, day + 24n * hour, ''],
      [true, day, ''],
    ];
    const { entities } = readOnline(store, 'v', asked, nowUs);
    expect(entities.map((entity) => entity.values)).toEqual([
      [2n ** 63n - 1n, Number.NaN, false, 'longer than twelve bytes', -1n, Float32Array.from([1.5, Number.NaN, -2])],
      [-9007199254740993n, Number.NEGATIVE_INFINITY, true, '', null, null],
      [null, null, null, null, null, new Float32Array(3)],
      [null, null, null, null, null, null],
    ]);
    expect(entities.at(3)?.statuses[0]).toBe('NOT_FOUND');
  });

  it('looks up a view without entities', async () => {
    const view = viewOf({ keys: [] });
    await fill(await artifactOf(view, `SELECT make_timestamp(k * ${hour}) AS t, k AS x FROM range(20) r(k)`));
    expect(readOnline(store, 'v', [[]], nowUs).entities[0]?.values).toEqual([10n]);
    expect(readOnline(store, 'v', [[]], nowUs + 3n * hour).entities[0]?.values).toEqual([13n]);
  });

  it('refuses an artifact that is no view, and a view that is not there', async () => {
    const artifact = await artifactOf(viewOf(), rows(0));
    const table = { ...artifact, manifest: { ...artifact.manifest, meta: {} } };
    await expect(fill(table)).rejects.toMatchObject({ code: 'features.mismatch' });
    expect(() => readOnline(store, 'other', [[1n]], nowUs)).toThrow('There is no feature view “other”');
  });
});
