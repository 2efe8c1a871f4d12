import { beforeEach, expect, it, vi } from 'vitest';
import { byUse, noteKindUse } from './kind-use.ts';

const kinds = ['data.file', 'data.sql', 'data.split', 'data.sort'].map((kind) => ({ kind }));
const order = (neighbour?: string) => byUse(kinds, neighbour).map(({ kind }) => kind);

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
});

it('keeps the order of the catalog while nothing was used', () => {
  expect(order('data.file')).toEqual(kinds.map(({ kind }) => kind));
});

it('puts what was used beside the same kind first, then what was used anywhere', () => {
  noteKindUse('data.sql');
  noteKindUse('data.sql');
  noteKindUse('data.sort', 'data.file');
  expect(order('data.file')).toEqual(['data.sort', 'data.sql', 'data.file', 'data.split']);
  expect(order()).toEqual(['data.sql', 'data.sort', 'data.file', 'data.split']);
});

it('survives what else may stand in the storage', () => {
  for (const stored of ['[1]', 'null', '{', '{"data.sql":"x"}']) {
    localStorage.setItem('slipway.kind-uses', stored);
    expect(order()).toHaveLength(4);
  }
});
