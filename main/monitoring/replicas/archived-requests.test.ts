import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ModelManifest } from '../../../shared/model/signature.ts';
import { withDuckDb } from '../../compute/duckdb/connection.ts';
import { quotePath } from '../../compute/duckdb/quote.ts';
import { createDirectoryDriver } from '../../store/directory-driver.ts';
import { valueCount } from '../../compute/drift/column-summary.ts';
import { joinSketches, sketchOfMissed, summaryOf } from '../rolling-windows.ts';
import { readArchive } from './archived-requests.ts';
import { createEndpointArchive } from './endpoint-archive.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

const model = 'b'.repeat(64);
const manifest: ModelManifest = {
  task: 'regression',
  label: { column: 'y', type: 'float64' },
  classes: [],
  inputs: [
    { name: 'x', type: 'float64' },
    { name: 'code', type: 'string' },
  ],
  features: [],
  trainer: { kind: 'train.linear', params: {} },
  training: { rows: 1, table: '0'.repeat(64), curve: { metric: 'loss', train: [], valid: [] } },
  importance: [],
  example: {},
  choices: {},
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-archived-'));
});
afterAll(() => removeFolder(folder));

it('adds the sketches of all replicas up to one window, newest files first, as many as are wanted', async () => {
  const archive = createEndpointArchive(createDirectoryDriver(join(folder, 'store')), 'e');
  const now = Date.now();
  // Each replica sees another part of the values; only together they are all of them.
  for (const [replica, from] of [
    ['one', 0],
    ['two', 3_000],
  ] as const) {
    for (const part of [0, 1]) {
      const path = join(folder, `${replica}-${part}.parquet`);
      await withDuckDb({}, (db) =>
        db.run(
          `COPY (SELECT 'id' || i AS id, now()::TIMESTAMP AS "time", i AS "row",
              {x: (${from} + ${part * 1_500} + i)::DOUBLE, code: chr(65 + (i % 3)::INTEGER)} AS input,
              {prediction: 1.0::DOUBLE} AS output FROM range(1500) AS r(i)) TO ${quotePath(path)} (FORMAT parquet)`,
        ),
      );
      const fromMs = now - 10_000 * (2 - part);
      await archive.addRows({ path, replica, stem: `${fromMs}-1`, model, fromMs });
    }
  }
  const requests = await readArchive(archive, manifest, { capacityRows: 100, sinceMs: 0, log: () => undefined });
  const all = await requests.sketches(model, 6_000);
  expect(all.map(({ rows }) => rows)).toEqual([1_500, 1_500, 1_500, 1_500]);
  expect(await requests.sketches(model, 2_000)).toHaveLength(2);
  expect(await requests.sketches('c'.repeat(64), 2_000)).toEqual([]);
  const window = joinSketches(all.map(sketchOfMissed));
  const x = summaryOf([window], 'x', 'float64');
  const code = summaryOf([window], 'code', 'string');
  if (x?.kind !== 'numeric' || code?.kind !== 'categorical') throw new Error('the window lacks a column');
  expect([valueCount(x), code.rows]).toEqual([6_000, 6_000]);
  expect(Object.fromEntries(code.counts)).toEqual({ A: 2_000, B: 2_000, C: 2_000 });
  const median = x.sorted[Math.floor(x.sorted.length / 2)] ?? Number.NaN;
  expect(Math.abs(median - 3_000)).toBeLessThan(90);
});
