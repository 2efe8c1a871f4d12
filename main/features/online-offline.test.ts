import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FeatureView } from '../../shared/features/feature-view.ts';
import type { InputArtifact } from '../../shared/node/runner.ts';
import { DuckDb } from '../compute/duckdb/connection.ts';
import { quoteLiteral, quotePath } from '../compute/duckdb/quote.ts';
import { matchQuery } from '../compute/features/point-in-time-join.ts';
import { encodeEntityKey } from './entity-key.ts';
import { encodeFeatureRow } from './feature-row.ts';
import { materialize } from './materialize.ts';
import { readOnline } from './online-read.ts';
import { OnlineStore } from './online-store.ts';

let folder: string;
let db: DuckDb;
let next = 0;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'online-'));
  db = await DuckDb.open({ threads: 2 });
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

let store: OnlineStore;
beforeEach(() => {
  store = OnlineStore.open(join(folder, `store-${next++}`));
});

interface Row {
  k: number | null;
  s: string | null;
  eventAt: number | null;
  createdAt: number | null;
  x: number | null;
  text: string | null;
}

const start = Date.UTC(2026, 0, 1) * 1000;
const micros = (seconds: number) => BigInt(start) + BigInt(seconds) * 1_000_000n;

function viewOf(more: Partial<FeatureView> = {}): FeatureView {
  return {
    name: 'v',
    keys: [
      { name: 'k', type: 'int64' },
      { name: 's', type: 'string' },
    ],
    eventTimestamp: 'eventAt',
    createdTimestamp: 'createdAt',
    ttlSeconds: 0,
    features: [
      { name: 'x', type: 'float64' },
      { name: 'text', type: 'string' },
    ],
    description: '',
    owner: '',
    ...more,
  };
}

/** SQL; a U+0000 inside a literal would end the statement. */
function text(value: string | null): string {
  return value === null ? 'NULL' : value.split('\u0000').map(quoteLiteral).join(' || chr(0) || ');
}

/** The rows as a view artifact. */
async function artifactOf(view: FeatureView, rows: readonly Row[]): Promise<InputArtifact> {
  const path = join(folder, `${next}.parquet`);
  const digest = String(next++).padStart(64, '0');
  const at = (seconds: number | null) => (seconds === null ? 'NULL' : `make_timestamp(${micros(seconds)})`);
  await db.run(
    `CREATE OR REPLACE TABLE t (k BIGINT, s VARCHAR, "eventAt" TIMESTAMP, "createdAt" TIMESTAMP, x DOUBLE, text VARCHAR)`,
  );
  if (rows.length > 0) {
    const values = rows.map(
      (row) =>
        `(${row.k ?? 'NULL'}, ${text(row.s)}, ${at(row.eventAt)}, ${at(row.createdAt)}, ${row.x ?? 'NULL'}, ${text(row.text)})`,
    );
    await db.run(`INSERT INTO t VALUES ${values.join(', ')}`);
  }
  await db.run(`COPY t TO ${quotePath(path)} (FORMAT parquet)`);
  const columns = await db.columnsOf('SELECT * FROM t');
  return {
    digest,
    type: 'table',
    path: () => path,
    manifest: {
      digest,
      type: 'table',
      files: [],
      schema: { columns },
      meta: { view },
      producer: { kind: 'feature.view', version: 1, key: '' },
      inputs: {},
    },
  };
}

type Entity = readonly [number | null, string | null];

/** Status and value per feature, for each entity at each time, by the point-in-time join. */
async function offline(view: FeatureView, rows: readonly Row[], atSeconds: readonly number[]) {
  const artifact = await artifactOf(view, rows);
  const asked = atSeconds.flatMap((at) => entities.map(([k, s]) => ({ k, s, at })));
  await db.run('CREATE OR REPLACE TABLE e (k BIGINT, s VARCHAR, asked TIMESTAMP, ord BIGINT)');
  const values = asked.map(
    ({ k, s, at }, index) => `(${k ?? 'NULL'}, ${text(s)}, make_timestamp(${micros(at)}), ${index})`,
  );
  await db.run(`INSERT INTO e VALUES ${values.join(', ')}`);
  const source = {
    view,
    relation: `read_parquet(${quotePath(artifact.path('data.parquet'))}, file_row_number = true)`,
    ordinal: 'file_row_number',
  };
  const match = matchQuery({ relation: 'e', ordinal: 'ord', timestamp: 'asked', keyColumns: {} }, source, {
    createdFilter: true,
  });
  const found = await db.rows(
    `SELECT m.*, f.x, f.text FROM (${match}) m LEFT JOIN ${source.relation} f ON m.feature = f.file_row_number ORDER BY m.entity`,
  );
  return found.map((row) =>
    ['x', 'text'].map((name) => {
      if (row['feature'] === null) return ['NOT_FOUND', null];
      if (row['fresh'] !== true) return ['OUTSIDE_MAX_AGE', null];
      const value = row[name] ?? null;
      return [value === null ? 'NULL_VALUE' : 'PRESENT', value];
    }),
  );
}

function online(atSeconds: readonly number[]) {
  const keys = entities.map(([k, s]) => [k === null ? null : BigInt(k), s]);
  return atSeconds.flatMap((at) =>
    readOnline(store, 'v', keys, micros(at)).entities.map(({ values, statuses }) =>
      statuses.map((status, index) => [status, values[index] ?? null]),
    ),
  );
}

function fill(artifact: InputArtifact, nowSeconds: number, artifacts: readonly InputArtifact[] = []) {
  return materialize({
    store,
    artifact,
    openArtifact: async (digest) => artifacts.find((candidate) => candidate.digest === digest),
    nowUs: micros(nowSeconds),
  });
}

function push(view: FeatureView, rows: readonly Row[], nowSeconds: number): number {
  return store.push(
    'v',
    ({ features }) =>
      rows.flatMap((row) => {
        const entity = encodeEntityKey(['int64', 'string'], [row.k === null ? null : BigInt(row.k), row.s]);
        const created = view.createdTimestamp === null ? row.eventAt : row.createdAt;
        if (entity === undefined || row.eventAt === null || created === null) return [];
        const values = encodeFeatureRow(features, [row.x, row.text]);
        return [{ entity, eventUs: micros(row.eventAt), createdUs: micros(created), values }];
      }),
    micros(nowSeconds),
  );
}

const last = 9;
const seconds = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: last }) },
  { weight: 1, arbitrary: fc.constant(null) },
);
const ids = [0, -1, null];
const texts = ['1', 'a\u0000', null];
const row = fc.record<Row>({
  k: fc.constantFrom(...ids),
  s: fc.constantFrom(...texts),
  eventAt: seconds,
  createdAt: seconds,
  x: fc.option(fc.integer({ min: -9, max: 9 })),
  text: fc.constantFrom('', 'Zürich', null),
});
const entities: Entity[] = ids.flatMap((k) => texts.map((s): Entity => [k, s]));

describe('reading online', () => {
  it('gives at any time what the point-in-time join gives as of that time, through changes of the source and pushes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          /** In both artifacts, in the first, in the second, and added later. */
          always: fc.array(row, { maxLength: 15 }),
          first: fc.array(row, { maxLength: 8 }),
          second: fc.array(row, { maxLength: 8 }),
          later: fc.array(row, { maxLength: 8 }),
          pushed: fc.array(row, { maxLength: 12 }),
        }),
        fc.constantFrom(0, 1, 3, 1000),
        fc.constantFrom<string | null>('createdAt', null),
        fc.array(fc.integer({ min: 0, max: last }), { minLength: 4, maxLength: 4 }),
        fc.boolean(),
        async (rows, ttlSeconds, createdTimestamp, times, keepArtifacts) => {
          store.close();
          store = OnlineStore.open(join(folder, `store-${next++}`));
          const view = viewOf({ ttlSeconds, createdTimestamp });
          const clock = times.toSorted((a, b) => a - b);
          const artifacts: InputArtifact[] = [];
          const expectOffline = async (given: readonly Row[], fromSeconds: number) => {
            const times = Array.from({ length: last + 4 - fromSeconds }, (_, index) => fromSeconds + index);
            expect(online(times)).toEqual(await offline(view, given, times));
          };
          const bringIn = async (given: readonly Row[], atSeconds: number) => {
            const artifact = await artifactOf(view, given);
            const result = await fill(artifact, atSeconds, artifacts);
            expect(result.mode).toBe(artifacts.length > 0 ? 'update' : 'fill');
            expect((await fill(artifact, atSeconds)).mode).toBe('unchanged');
            if (keepArtifacts) artifacts.push(artifact);
          };
          const [t0 = 0, t1 = 0, t2 = 0, t3 = 0] = clock;
          await bringIn([...rows.always, ...rows.first], t0);
          await expectOffline([...rows.always, ...rows.first], t0);
          // Rows come and go.
          await bringIn([...rows.always, ...rows.second], t1);
          await expectOffline([...rows.always, ...rows.second], t1);
          for (const pushed of rows.pushed) push(view, [pushed], t2);
          await expectOffline([...rows.always, ...rows.second, ...rows.pushed], t2);
          // What was pushed outlives the next materialization.
          await bringIn([...rows.always, ...rows.second, ...rows.later], t3);
          await expectOffline([...rows.always, ...rows.second, ...rows.later, ...rows.pushed], t3);
        },
      ),
      { seed: 21, numRuns: 25 },
    );
  });
});
