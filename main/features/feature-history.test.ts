import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FeatureView } from '../../shared/features/feature-view.ts';
import type { InputArtifact } from '../../shared/node/runner.ts';
import { withDuckDb } from '../compute/duckdb/connection.ts';
import { writeTable } from '../compute/duckdb/write-table.ts';
import { featureHistory } from './feature-history.ts';

const view: FeatureView = {
  name: 'v',
  keys: [{ name: 'k', type: 'int64' }],
  eventTimestamp: 'at',
  createdTimestamp: null,
  ttlSeconds: 0,
  features: [
    { name: 'x', type: 'float64' },
    { name: 'city', type: 'string' },
  ],
  description: '',
  owner: '',
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'feature-history-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function artifactOf(query: string): Promise<InputArtifact> {
  const draft = await withDuckDb({}, (db) => writeTable(db, query, { workDir: folder }));
  return {
    digest: 'd',
    type: 'table',
    path: (file) => join(folder, file),
    manifest: {
      digest: 'd',
      type: 'table',
      files: [],
      schema: draft.schema ?? { columns: [] },
      meta: { view },
      producer: { kind: 'feature.view', version: 1, key: '' },
      inputs: {},
    },
  };
}

it('shows quantiles, missing values and different values by span of event time', async () => {
  const artifact = await artifactOf(
    `SELECT i AS k, TIMESTAMP '2026-01-01' + to_seconds(i * 60) AS at,
       CASE WHEN i < 500 THEN 1.0 WHEN i % 2 = 0 THEN 3.0 WHEN i = 999 THEN 'inf'::DOUBLE END AS x,
       CASE WHEN i < 500 THEN 'a' ELSE 'b' || i % 3 END AS city FROM range(1000) r(i)`,
  );
  const { spans } = await featureHistory(artifact, 'x', undefined);
  expect(spans.length).toBe(60);
  expect(spans[0]).toMatchObject({ fromMs: Date.UTC(2026, 0, 1), missing: 0, low: 1, middle: 1, high: 1, distinct: 1 });
  expect(spans.reduce((sum, { rows }) => sum + rows, 0)).toBe(1000);
  expect(spans.at(-2)?.missing).toBeCloseTo(0.5, 1);
  expect(spans.at(-1)).toMatchObject({ low: 3, high: 3 });
  const cities = (await featureHistory(artifact, 'city', undefined)).spans;
  expect([cities[0]?.distinct, cities.at(-1)?.distinct, cities[0]?.middle]).toEqual([1, 3, null]);
});

it('takes a single time, no row, and no such feature', async () => {
  const one = await artifactOf(`SELECT 1 AS k, TIMESTAMP '2026-01-01' AS at, 2.0::DOUBLE AS x, 'a' AS city`);
  expect((await featureHistory(one, 'x', undefined)).spans).toMatchObject([{ rows: 1, middle: 2 }]);
  const none = await artifactOf(`SELECT 1 AS k, NULL::TIMESTAMP AS at, 2.0::DOUBLE AS x, 'a' AS city`);
  expect((await featureHistory(none, 'x', undefined)).spans).toEqual([]);
  await expect(featureHistory(one, 'y', undefined)).rejects.toMatchObject({ code: 'features.not-found' });
});
