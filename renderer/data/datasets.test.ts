import { expect, it } from 'vitest';
import { addressOf, findVersion, groupDatasets, type StoredVersion } from './datasets.ts';

const version = (dataset: string, number: number, location: string): StoredVersion => ({
  dataset,
  number,
  location,
  digest: `${number}`,
  kind: 'data.file',
  schema: { columns: [] },
  rowCount: 1,
  sizeBytes: 1,
  key: '',
  graphId: 'g',
  nodeId: 'n',
  runId: 'r',
  firstReadMs: 1,
  lastReadMs: 1,
  stored: true,
});
const datasets = groupDatasets([
  version('a', 2, '/data/2024/rows.csv'),
  version('b', 1, 'db.example · 5432 · sales · public.orders'),
  version('a', 1, '/data/2024/rows.csv'),
]);

it('groups versions and names a source by its file or table', () => {
  expect(datasets.map(({ id, name, versions }) => [id, name, versions.map(({ number }) => number)])).toEqual([
    ['a', 'rows.csv', [2, 1]],
    ['b', 'public.orders', [1]],
  ]);
});

it('finds a version by its address', () => {
  const found = findVersion(datasets, 'a@1');
  expect(found?.version.number).toBe(1);
  expect(found && addressOf(found.version)).toBe('a@1');
  expect(findVersion(datasets, 'a')?.version.number).toBe(2);
  expect(findVersion(datasets, 'a@7')?.version.number).toBe(2);
  expect(findVersion(datasets, '')?.dataset.id).toBe('a');
  expect(findVersion(datasets, 'gone')).toBeUndefined();
  expect(findVersion([], '')).toBeUndefined();
});
