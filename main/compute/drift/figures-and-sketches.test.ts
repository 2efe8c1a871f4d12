import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withDuckDb } from '../duckdb/connection.ts';
import { quotePath } from '../duckdb/quote.ts';
import { compareTables } from './table-drift.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-figures-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const options = { minimumRows: 50, alpha: 0.05 };

async function table(name: string, select: string): Promise<string> {
  const path = join(dir, `${name}.parquet`);
  await withDuckDb({}, (db) => db.run(`COPY (${select}) TO ${quotePath(path)} (FORMAT parquet)`));
  return path;
}

/** Reviews of six words each out of `words`, and a number that keeps them apart. */
const reviews = (seed: number, words: string, rows = 900) => `
  SELECT (SELECT string_agg(w[1 + (hash(i, k, ${seed}) % len(w))::INTEGER], ' ' ORDER BY k)
    FROM range(6) AS t(k), (SELECT ${words} AS w)) || ' ' || (hash(i, ${seed}) % 1000)::VARCHAR AS review
  FROM range(${rows}) AS r(i)`;
const known = "['good', 'bad', 'ship', 'late', 'fine', 'crew', 'food', 'deck', 'sea', 'port']";
const other = "['gut', 'schlecht', 'Schiff', 'spät', 'fein', 'Leute', 'Essen', 'Deck', 'See', 'Hafen']";

describe('texts and pictures', () => {
  it('compares texts by length, words and vocabulary, not as categories', async () => {
    const reference = await table('reviews', reviews(1, known));
    const same = await compareTables(reference, await table('same', reviews(2, known)), options);
    expect(same.drifted).toBe(false);
    expect(same.columns.find(({ column }) => column === 'review')?.state).toBe('text-column');
    const moved = await compareTables(reference, await table('moved', reviews(3, other)), options);
    const unknown = moved.columns.find(({ column }) => column === 'review · unknown words');
    expect(unknown).toMatchObject({ drifted: true, state: 'ok' });
    expect(moved.columns.find(({ column }) => column === 'review · words')?.drifted).toBe(false);
  });

  it('compares pictures by brightness, contrast and detail', async () => {
    const pictures = (seed: number, factor: number) =>
      `SELECT list_transform(range(64), k -> (${factor} * (hash(i, k, ${seed}) % 255))::FLOAT)::FLOAT[64] AS image
       FROM range(300) AS r(i)`;
    const reference = await table('pictures', pictures(1, 1));
    expect((await compareTables(reference, await table('same-pictures', pictures(2, 1)), options)).drifted).toBe(false);
    const { columns } = await compareTables(reference, await table('dark', pictures(3, 0.5)), options);
    expect(columns.filter(({ drifted }) => drifted).map(({ column }) => column)).toEqual([
      'image · brightness',
      'image · contrast',
      'image · detail',
    ]);
  });
});

describe('tables beyond the limit of exact comparison', () => {
  const rows = (seed: number, shift: number) =>
    `SELECT sqrt(-2 * ln((1 + hash(i, ${seed}) % 999999) / 1e6)) * cos(2 * pi() * (hash(i, ${seed}, 7) % 1000000) / 1e6)
      + ${shift} AS x, 'id' || hash(i, ${seed}) % 200000 AS name FROM range(150000) AS r(i)`;

  it('go into sketches: no false alarm, and a shift beyond their error is seen', async () => {
    const reference = await table('large', rows(1, 0));
    const bounded = { ...options, maxExactRows: 1_000 };
    const same = await compareTables(reference, await table('large-same', rows(2, 0)), bounded);
    expect(same.columns).toMatchObject([
      { column: 'x', method: 'kolmogorov-smirnov-sketch', drifted: false },
      { column: 'name', method: 'chi-square', drifted: false },
    ]);
    const moved = await compareTables(reference, await table('large-moved', rows(3, 0.05)), bounded);
    expect(moved.columns[0]).toMatchObject({ column: 'x', drifted: true });
  });

  it('compares rows as a whole where it is asked to', async () => {
    const pair = (seed: number, link: number) =>
      `SELECT a, ${link} * a + (hash(i, ${seed}, 2) % 1000) / 1000.0 AS b, (hash(i, ${seed}, 3) % 9) AS c
       FROM (SELECT i, (hash(i, ${seed}) % 1000) / 1000.0 AS a FROM range(2000) AS r(i))`;
    const reference = await table('pair', pair(1, 0.5));
    const { multivariate } = await compareTables(reference, await table('pair-same', pair(2, 0.5)), {
      ...options,
      multivariate: true,
    });
    expect(multivariate?.drifted).toBe(false);
  });
});
