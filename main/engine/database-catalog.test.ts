import { mkdtempSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { createDatabaseCatalogs } from './database-catalog.ts';
import { loadKinds } from './kinds.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

const dir = mkdtempSync(join(tmpdir(), 'catalog-'));
const path = join(dir, 'shop.db');
beforeAll(() => {
  const db = new Database(path);
  db.exec('CREATE TABLE orders (id INTEGER, amount REAL)');
  db.close();
});
afterAll(() => removeFolder(dir));

const document = (params: object): GraphDocument => ({
  format: 'slipway/graph',
  formatVersion: 1,
  id: 'shop',
  name: 'Shop',
  nodes: {
    shop: { kind: 'data.sqlite', version: 1, params: { ...params } },
    rows: { kind: 'data.file', version: 1, params: {} },
  },
  edges: [],
  parameters: {},
  groups: {},
  layout: { nodes: {}, frames: [] },
});

it('lists what queries of a step may name, for trusted steps only, and keeps it while a query is typed', async () => {
  const catalog = createDatabaseCatalogs(await loadKinds(undefined));
  const ask = (params: object, step = 'shop', unseen: string[] = []) =>
    catalog({ document: document(params), step, baseDir: dir, unseen: new Set(unseen) });
  expect(await ask({ path: 'shop.db' }, 'shop', ['shop'])).toEqual([]);
  const tables = await ask({ path: 'shop.db', query: 'SELECT' });
  expect(tables.map(({ name }) => name)).toEqual(['orders']);
  expect(await ask({}, 'rows')).toEqual([]);
  expect(await ask({}, 'nothing')).toEqual([]);
  expect(await ask({ path: 7 })).toEqual([]);
  renameSync(path, `${path}.away`);
  expect(await ask({ path: 'shop.db', query: 'SELECT id FROM' })).toBe(tables);
  await expect(ask({ path: 'other.db' })).rejects.toThrow('other.db');
});
