import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase, type StoreDatabase } from './database.ts';
import { createModelRegistry, type ModelRegistration } from './model-registry.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

let dir: string;
let database: StoreDatabase;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-registry-'));
  database = openDatabase(dir);
});
afterEach(async () => {
  database.close();
  await removeFolder(dir);
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

it('rolls an alias back along its history, past what was deleted or archived', () => {
  const registry = createModelRegistry(database);
  for (const digest of ['a', 'b', 'c', 'd']) registry.register(registration(digest));
  registry.register(registration('e', { alias: 'challenger' }));
  registry.setAlias('late', 'champion', 2);
  expect(registry.rollback('late', 'champion').version).toBe(4);
  expect(registry.rollback('late', 'champion').version).toBe(3);
  registry.archive('late', 2, true);
  expect(registry.rollback('late', 'champion').version).toBe(1);
  expect(() => registry.rollback('late', 'champion')).toThrow(expect.objectContaining({ code: 'model.not-found' }));
  expect(() => registry.rollback('late', 'challenger')).toThrow(/named no version before 5/);
  expect(registry.history('late').slice(0, 3)).toMatchObject([
    { alias: 'champion', version: 1, isRollback: true },
    { alias: 'champion', version: 3, isRollback: true },
    { alias: 'champion', version: 4, isRollback: true },
  ]);
  // Forward again is a move of its own.
  registry.setAlias('late', 'champion', 5);
  expect(registry.rollback('late', 'champion').version).toBe(1);
});

it('archives what no alias names, and gives no alias to what is archived', () => {
  const registry = createModelRegistry(database);
  registry.register(registration('a'));
  registry.register(registration('b'));
  expect(() => registry.archive('late', 2, true)).toThrow(/in use: champion names it/);
  expect(registry.archive('late', 1, true).archivedMs).toBeGreaterThan(0);
  expect(() => registry.setAlias('late', 'champion', 1)).toThrow(expect.objectContaining({ code: 'model.archived' }));
  expect(() => registry.register(registration('a'))).toThrow(expect.objectContaining({ code: 'model.archived' }));
  expect(registry.resolve('models:/late@champion').version).toBe(2);
  expect(registry.archive('late', 1, false).archivedMs).toBeNull();
  expect(registry.setAlias('late', 'champion', 1).version).toBe(1);
  expect(() => registry.archive('late', 9, true)).toThrow(expect.objectContaining({ code: 'model.not-found' }));
});

it('moves an alias that needs approval only when a person approves', () => {
  const registry = createModelRegistry(database);
  registry.register(registration('a'));
  const asked = registry.register(registration('b', { needsApproval: true }));
  expect(asked).toMatchObject({ version: 2, aliases: [], approval: { state: 'waiting', alias: 'champion' } });
  expect(() => registry.setAlias('late', 'champion', 2)).toThrow(expect.objectContaining({ code: 'model.approval' }));
  expect(() => registry.setAlias('late', 'other', 2)).toThrow(/waits for a person/);
  const said = { person: 'Ada', note: 'slices look wrong' };
  expect(registry.decide('late', 2, { approved: false, ...said }).approval).toMatchObject({
    state: 'rejected',
    ...said,
  });
  expect(() => registry.setAlias('late', 'champion', 2)).toThrow(/rejected by Ada/);
  // Trained again to the same content: it stays rejected until somebody thinks better of it.
  registry.register(registration('b', { needsApproval: true }));
  expect(registry.resolve('models:/late@champion').version).toBe(1);
  // Nor does a step that asks for no approval go round the person.
  expect(registry.register(registration('b'))).toMatchObject({ aliases: [], approval: { state: 'rejected' } });
  expect(registry.resolve('models:/late@champion').version).toBe(1);
  expect(registry.decide('late', 2, { approved: true, person: 'Ada', note: '' }).aliases).toEqual(['champion']);
  expect(() => registry.decide('late', 2, { approved: true, ...said })).toThrow(/approved already, by Ada/);
  expect(() => registry.decide('late', 1, { approved: true, ...said })).toThrow(/Nobody asked/);
  expect(registry.rollback('late', 'champion').version).toBe(1);
  expect(registry.setAlias('late', 'champion', 2).version).toBe(2);
});
