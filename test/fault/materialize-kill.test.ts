import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withDuckDb } from '../../main/compute/duckdb/connection.ts';
import { quotePath } from '../../main/compute/duckdb/quote.ts';
import { readOnline } from '../../main/features/online-read.ts';
import { OnlineStore } from '../../main/features/online-store.ts';
import type { ArtifactManifest } from '../../shared/artifact/manifest.ts';
import type { FeatureView } from '../../shared/features/feature-view.ts';
import { removeFolder } from '../support/remove-folder.ts';

const script = fileURLToPath(new URL('./materialize-process.ts', import.meta.url));
const entityCount = 20_000;
const view: FeatureView = {
  name: 'v',
  keys: [{ name: 'k', type: 'int64' }],
  eventTimestamp: 't',
  createdTimestamp: null,
  ttlSeconds: 0,
  features: [{ name: 'x', type: 'int64' }],
  description: '',
  owner: '',
};
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-materialize-kill-'));
});
afterAll(() => removeFolder(dir));

/** Entity k has the value k + offset. */
async function artifact(name: string, offset: number): Promise<string> {
  const path = join(dir, `${name}.parquet`);
  const query = `SELECT k, make_timestamp(3600000000) AS t, k + ${offset} AS x FROM range(${entityCount}) r(k)`;
  const columns = await withDuckDb({}, async (db) => {
    await db.run(`COPY (${query}) TO ${quotePath(path)} (FORMAT parquet)`);
    return db.columnsOf(query);
  });
  const manifest: ArtifactManifest = {
    digest: name.repeat(64),
    type: 'table',
    files: [],
    schema: { columns },
    meta: { view },
    producer: { kind: 'feature.view', version: 1, key: '' },
    inputs: {},
  };
  writeFileSync(`${path}.json`, JSON.stringify(manifest));
  return path;
}

/** Runs the process, and kills it after so many batches; null lets it end. */
function materializeUntil(files: readonly string[], batches: number | null): Promise<boolean> {
  const child = spawn(process.execPath, [script, join(dir, 'data'), ...files], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let seen = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'batch' && ++seen === batches) child.kill('SIGKILL');
  });
  return new Promise((resolve) => {
    child.on('close', (_code, signal) => resolve(signal === 'SIGKILL'));
  });
}

function online(): { values: (bigint | null)[]; rows: number; complete: boolean } {
  const store = OnlineStore.open(join(dir, 'data'));
  const keys = Array.from({ length: entityCount }, (_, k) => [BigInt(k)]);
  const { entities } = readOnline(store, 'v', keys, BigInt(Date.now()) * 1000n);
  const [summary] = store.summaries();
  store.close();
  return {
    values: entities.map(({ values: [value] }) => (typeof value === 'bigint' ? value : null)),
    rows: summary?.rows ?? 0,
    complete: summary?.pendingDigest === null,
  };
}

it('a materialization killed after any batch leaves no gap, and done again leaves no duplicate', async () => {
  const first = await artifact('a', 0);
  const second = await artifact('b', 1_000_000);
  expect(await materializeUntil([first], null)).toBe(false);
  for (const batches of [1, 3, 5]) {
    const killed = await materializeUntil([first, second], batches);
    const { values, rows } = online();
    expect([killed, rows]).toEqual([true, entityCount]);
    // Every entity is there, with its earlier or its new value.
    values.forEach((value, k) => expect([BigInt(k), BigInt(k) + 1_000_000n]).toContain(value));
  }
  expect(await materializeUntil([second], null)).toBe(false);
  const { values, rows, complete } = online();
  expect([rows, complete]).toEqual([entityCount, true]);
  expect(values.every((value, k) => value === BigInt(k) + 1_000_000n)).toBe(true);
});
