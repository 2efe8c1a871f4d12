import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createRunResources } from './run-resources.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipway-resources-'));
afterAll(() => removeFolder(dir));

it('records a run while it runs, keeps it, and thins out a long one', async () => {
  let reads = 0;
  const gpu = async () => ({ gpuPercent: reads++, gpuMemoryBytes: 5 });
  const resources = createRunResources(dir, gpu, 1);
  const stop = resources.start('run-1');
  await expect.poll(() => reads).toBeGreaterThan(620);
  const running = await resources.read('run-1');
  // Half of the first 600 have gone.
  expect(running.length).toBeLessThan(600);
  await stop();
  const kept = await createRunResources(dir).read('run-1');
  expect(kept.length).toBeGreaterThanOrEqual(running.length);
  const times = kept.map(({ timeMs }) => timeMs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  for (const { cpuPercent, memoryBytes } of kept) {
    expect(cpuPercent).toBeGreaterThanOrEqual(0);
    expect(cpuPercent).toBeLessThanOrEqual(100);
    expect(memoryBytes).toBeGreaterThan(0);
  }
  expect(kept[0]).toMatchObject({ gpuPercent: 1, gpuMemoryBytes: 5 });
});

it('has nothing for a run it does not know, nor for a name that is a path', async () => {
  writeFileSync(join(dir, 'secret.json'), '[1]');
  const resources = createRunResources(dir);
  expect(await resources.read('run-2')).toEqual([]);
  expect(await resources.read('../secret')).toEqual([]);
});

it('writes nothing for a run that ended at once', async () => {
  await createRunResources(dir).start('run-3')();
  expect(readdirSync(join(dir, 'resources'))).toEqual(['run-1.json']);
});
