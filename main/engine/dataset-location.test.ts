import { expect, it } from 'vitest';
import { datasetOf } from './dataset-location.ts';

const of = (kind: string, params: Record<string, unknown>, base = '/work') => datasetOf(kind, params, base, 'g/n');

it('tells sources apart by where they are, not by how they are read', () => {
  const csv = of('data.file', { path: 'rows.csv', delimiter: ',' });
  expect(csv.location).toBe('/work/rows.csv');
  expect(of('data.file', { path: '/work/rows.csv', delimiter: ';', header: false }).dataset).toBe(csv.dataset);
  expect(of('data.file', { path: 'rows.csv' }, '/elsewhere').dataset).not.toBe(csv.dataset);
  expect(of('data.file', { path: 'pkg:vega-datasets/data/penguins.json' }).location).toContain('pkg:');
});

it('names a table in a database and never a password', () => {
  const params = { host: 'db', port: 5432, database: 'shop', user: 'u', password: { secret: 'PW' }, table: 'orders' };
  expect(of('data.postgres', params).location).toBe('db · 5432 · shop · orders');
});

it('falls back to the node that reads', () => {
  expect(of('data.python', { script: 'print(1)' }).location).toBe('g/n');
});
