import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase, type StoreDatabase } from './database.ts';
import { createModelRegistry, type ModelRegistration } from './model-registry.ts';

let dir: string;
let database: StoreDatabase;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-registry-'));
  database = openDatabase(dir);
});
afterEach(async () => {
  database.close();
  await rm(dir, { recursive: true, force: true });
});

const parity = { rows: 10, maxAbsDifference: 0, labelMismatches: 0, tolerance: 1e-5, passed: true };
function registration(digest: string, change: Partial<ModelRegistration> = {}): ModelRegistration {
  return {
    name: 'late',
    alias: 'champion',
    digest,
    runId: 'r',
    graphId: 'g',
    metrics: { rocAuc: 0.72 },
    parity,
    ...change,
  };
}

it('gives the same content the same version', () => {
  const registry = createModelRegistry(database);
  expect(registry.register(registration('a'))).toMatchObject({ version: 1, aliases: ['champion'], parity });
  expect(registry.register(registration('a'))).toMatchObject({ version: 1 });
  expect(registry.register(registration('b'))).toMatchObject({ version: 2, aliases: ['champion'] });
  expect(registry.register(registration('a', { name: 'other', alias: undefined }))).toMatchObject({
    version: 1,
    aliases: [],
  });
  expect(registry.list().map(({ name, version, aliases }) => [name, version, aliases])).toEqual([
    ['late', 2, ['champion']],
    ['late', 1, []],
    ['other', 1, []],
  ]);
  expect(registry.list('other')).toHaveLength(1);
});

it('resolves aliases and versions', () => {
  const registry = createModelRegistry(database);
  registry.register(registration('a'));
  registry.register(registration('b'));
  expect(registry.resolve('models:/late@champion').digest).toBe('b');
  expect(registry.resolve('models:/late/1').digest).toBe('a');
  expect(registry.setAlias('late', 'champion', 1)).toMatchObject({ version: 1, aliases: ['champion'] });
  expect(registry.resolve('models:/late@champion').digest).toBe('a');
  for (const uri of ['models:/late@none', 'models:/late/9', 'models:/gone@champion', 'late', 'models:/late']) {
    expect(() => registry.resolve(uri)).toThrow(expect.objectContaining({ code: 'model.not-found' }));
  }
  expect(() => registry.setAlias('late', 'champion', 9)).toThrow(expect.objectContaining({ code: 'model.not-found' }));
  expect(registry.resolve('models:/late@champion').version).toBe(1);
});

it('moves no alias when a node repeats its last registration', () => {
  const registry = createModelRegistry(database);
  const of = (digest: string) => registration(digest, { nodeId: 'register' });
  registry.register(of('a'));
  registry.register(of('b'));
  registry.setAlias('late', 'champion', 1);
  registry.register(of('b'));
  expect(registry.resolve('models:/late@champion').version).toBe(1);
  registry.register(of('a'));
  registry.register(of('b'));
  expect(registry.resolve('models:/late@champion').version).toBe(2);
});
