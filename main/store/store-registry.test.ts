import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDirectoryDriver } from './directory-driver.ts';
import { createStoreRegistry } from './store-registry.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-registry-'));
});
afterEach(() => removeFolder(dir));

const registration = (digest: string) => ({
  name: 'late flights',
  alias: 'champion',
  digest,
  runId: null,
  graphId: 'flights',
  metrics: { rocAuc: 0.72 },
  parity: null,
});

it('numbers versions by content and moves the alias', async () => {
  const registry = createStoreRegistry(createDirectoryDriver(dir));
  expect((await registry.register(registration('a'))).version).toBe(1);
  expect((await registry.register(registration('b'))).version).toBe(2);
  expect((await registry.register(registration('b'))).version).toBe(2);
  expect(await registry.resolve('models:/late flights@champion')).toMatchObject({ version: 2, aliases: ['champion'] });
  expect(await registry.register(registration('a'))).toMatchObject({ version: 1, aliases: ['champion'] });
  expect(await registry.resolve('models:/late flights/2')).toMatchObject({ digest: 'b', aliases: [] });
});

it('says what is missing', async () => {
  const registry = createStoreRegistry(createDirectoryDriver(dir));
  await expect(registry.resolve('models:/none@champion')).rejects.toMatchObject({ code: 'model.not-found' });
  await expect(registry.resolve('../../etc/passwd')).rejects.toMatchObject({ code: 'model.not-found' });
});
