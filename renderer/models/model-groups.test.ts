import { expect, it } from 'vitest';
import type { ModelVersion } from '../../shared/rpc/engine-contract.ts';
import { findVersion, groupModels, metricNames, versionAddress } from './model-groups.ts';

const version = (name: string, number: number, change: Partial<ModelVersion> = {}): ModelVersion => ({
  name,
  version: number,
  digest: `${name}${number}`,
  aliases: [],
  createdMs: number,
  runId: null,
  graphId: 'g',
  metrics: { accuracy: 0.9 },
  parity: null,
  archivedMs: null,
  approval: null,
  ...change,
});

const versions = [
  version('penguins', 1, { aliases: ['champion'] }),
  version('penguins', 2, { metrics: { accuracy: 1, logLoss: 0.1 } }),
  version('a/b', 9),
];

it('groups versions, newest first', () => {
  const groups = groupModels(versions);
  expect(groups.map((group) => group.name)).toEqual(['a/b', 'penguins']);
  expect(groups[1]?.versions.map((entry) => entry.version)).toEqual([2, 1]);
  expect(groups[1]?.champion?.version).toBe(1);
  expect(metricNames(groups[1]?.versions ?? [])).toEqual(['accuracy', 'logLoss']);
});

it('finds the version of an address', () => {
  const groups = groupModels(versions);
  expect(findVersion(groups, 'penguins')?.version).toBe(1);
  expect(findVersion(groups, 'penguins/2')?.version).toBe(2);
  expect(findVersion(groups, 'a/b/9')?.name).toBe('a/b');
  expect(findVersion(groups, 'a/b')?.version).toBe(9);
  expect(findVersion(groups, '')?.name).toBe('a/b');
  expect(findVersion(groups, 'gone/1')).toBeUndefined();
  expect(versionAddress({ name: 'a/b', version: 9 })).toBe('a/b/9');
});
