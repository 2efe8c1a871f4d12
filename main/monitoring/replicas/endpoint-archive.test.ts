import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ArtifactDriver } from '../../store/artifact-driver.ts';
import { createDirectoryDriver } from '../../store/directory-driver.ts';
import { createEndpointArchive } from './endpoint-archive.ts';
import { createEndpointState } from './endpoint-state.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

const model = 'a'.repeat(64);
const dayMs = 86_400_000;
let folder: string;
let driver: ArtifactDriver;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-archive-'));
  driver = createDirectoryDriver(join(folder, 'store'));
});
afterEach(() => removeFolder(folder));

it('keeps the files of all replicas apart, each once, oldest first, until they are too old', async () => {
  const archive = createEndpointArchive(driver, 'a/b ü');
  const path = join(folder, 'rows.parquet');
  const now = Date.now();
  const add = (replica: string, fromMs: number) => {
    writeFileSync(path, `${replica} ${fromMs}`);
    return archive.addRows({ path, replica, stem: `${fromMs}-1`, model, fromMs });
  };
  await add('two', now);
  await add('one', now - 3 * dayMs);
  await add('one', now);
  await add('one', now);
  await archive.addFeedback('one', 0, [{ id: 'x', label: true, receivedMs: now }]);
  await archive.addFeedback('two', 0, [{ id: 'y', label: 'late', receivedMs: now - 1 }]);
  const times = (await archive.segments(0)).map(({ fromMs }) => fromMs);
  expect(times).toEqual([now - 3 * dayMs, now, now]);
  expect((await archive.segments(now - dayMs)).length).toBe(2);
  expect((await archive.feedback(0)).map(({ id }) => id)).toEqual(['y', 'x']);
  await archive.removeBefore(now - dayMs);
  const left = await archive.segments(0);
  expect(left.map(({ fromMs }) => fromMs)).toEqual([now, now]);
  expect(await archive.rowsPath(left[0] as (typeof left)[0])).toMatch(/rows\.parquet$/);
});

it('takes damaged texts for missing ones, and an abandoned trial for none', async () => {
  const archive = createEndpointArchive(driver, 'late');
  const state = createEndpointState(driver, 'late');
  await driver.writeText('endpoints/late/readings.json', '{"timeMs":');
  await driver.writeText('endpoints/late/loop.json', '{"events":[{}]}');
  await driver.writeText('endpoints/late/requests/2026-01-01/x.json', '{"digest":"../../etc"}');
  await driver.writeText('endpoints/late/feedback/2026-01-01/x.ndjson', 'nonsense\n{"id":"x"}\n');
  expect(await state.readings()).toBeUndefined();
  expect(await state.loop()).toEqual({ events: [], reports: {} });
  expect(await archive.segments(0)).toEqual([]);
  expect(await archive.feedback(0)).toEqual([]);
  const now = Date.now();
  const trial = { model, version: 2, shadow: false, percent: 10, startedMs: now - 10 * 60_000, aliveMs: now };
  await state.setTrial(trial);
  expect(await state.trial()).toEqual(trial);
  await state.setTrial({ ...trial, aliveMs: now - 10 * 60_000 });
  expect(await state.trial()).toBeUndefined();
});
