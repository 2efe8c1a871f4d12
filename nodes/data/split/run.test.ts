import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { writeTable } from '../../../main/compute/duckdb/write-table.ts';
import type { PortShape } from '../../../shared/node/define-node.ts';
import type { ArtifactDraft, InputArtifact } from '../../../shared/node/runner.ts';
import { asInput, stepContext } from '../../../test/fixtures/step-context.ts';
import { splitNode } from './definition.ts';
import { runner } from './run.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipway-split-'));
afterAll(() => rmSync(dir, { recursive: true }));

async function table(query: string): Promise<InputArtifact> {
  const workDir = mkdtempSync(join(dir, 'input-'));
  return asInput(await withDuckDb({}, (db) => writeTable(db, query, { workDir })));
}

interface Parts {
  train: ArtifactDraft;
  test: ArtifactDraft;
  logs: string[];
}

async function split(input: InputArtifact, params: Record<string, unknown>, threads = 2): Promise<Parts> {
  const ctx = stepContext(dir, splitNode.params.parse(params), { inputs: { input: [input] }, threads });
  const { train, test: held } = await runner.run(ctx);
  return { train: train as ArtifactDraft, test: held as ArtifactDraft, logs: ctx.logs };
}

async function column(draft: ArtifactDraft, name: string): Promise<unknown[]> {
  return withDuckDb({}, async (db) =>
    (await db.rows(`SELECT "${name}" AS v FROM '${draft.files['data.parquet']}'`)).map((row) => row['v']),
  );
}

function infer(input: InputArtifact, params: Record<string, unknown>) {
  const shape: PortShape = { type: 'table', schema: input.manifest.schema ?? { columns: [] } };
  return splitNode.infer?.({ input: [shape] }, splitNode.params.parse(params));
}

const rows = await table(
  `SELECT i, 'g' || i // 10 AS g, CASE WHEN i % 5 = 0 THEN 'rare' WHEN i % 97 = 1 THEN NULL ELSE 'usual' END AS c,
     CASE WHEN i % 100 <> 99 THEN TIMESTAMP '2001-01-01' + to_hours(i) END AS t, [i, 1]::FLOAT[2] AS x
   FROM range(1000) r(i)`,
);

test('by time: before, from, to before; rows without a time are in neither', async () => {
  const params = {
    method: 'time',
    column: 't',
    trainBefore: '2001-01-11',
    testFrom: '2001-01-16 00:00',
    testTo: '2001-01-21T00:00:00Z',
  };
  const { train, test: held, logs } = await split(rows, params);
  expect((await column(train, 'i')).map(Number)).toEqual(
    Array.from({ length: 240 }, (_, i) => i).filter((i) => i % 100 !== 99),
  );
  const expected = Array.from({ length: 120 }, (_, i) => i + 360).filter((i) => i % 100 !== 99);
  expect((await column(held, 'i')).map(Number)).toEqual(expected);
  expect([train.lineage, held.lineage]).toEqual(['train', 'test']);
  expect(logs).toEqual([`info: ${1000 - 238 - expected.length} rows are in neither table.`]);
  const open = await split(rows, { method: 'time', column: 't', trainBefore: '2001-01-11' });
  expect((open.train.rowCount ?? 0) + (open.test.rowCount ?? 0)).toBe(990);
  expect(train.schema).toEqual(rows.manifest.schema);
  const inferred = infer(rows, params);
  expect(inferred?.problems).toEqual([]);
  expect(inferred?.outputs['train']).toEqual({ type: 'table', schema: train.schema, lineage: 'train' });
});

test('at random: exactly the share, every row once, in order, the same with any threads, another seed differs', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 99 }), fc.nat(1000), async (percent, seed) => {
      const { train, test: held } = await split(rows, { testShare: percent / 100, seed });
      expect(held.rowCount).toBe(percent * 10);
      const [left, right] = [await column(train, 'i'), await column(held, 'i')] as [number[], number[]];
      expect([...left, ...right].map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
      for (const part of [left, right]) expect(part).toEqual([...part].sort((a, b) => Number(a) - Number(b)));
    }),
    { seed: 3, numRuns: 8 },
  );
  const one = await split(rows, { seed: 5 }, 1);
  const two = await split(rows, { seed: 5 }, 2);
  expect(two.test.contentDigest).toBe(one.test.contentDigest);
  expect((await split(rows, { seed: 6 })).test.contentDigest).not.toBe(one.test.contentDigest);
  expect(one.test.schema?.columns.map(({ name }) => name)).toEqual(['i', 'g', 'c', 't', 'x']);
});

test('stratified: the share within each class, missing ones too', async () => {
  const { train, test: held } = await split(rows, { method: 'stratified', column: 'c', testShare: 0.25 });
  const count = (values: unknown[]) =>
    Object.fromEntries(['rare', 'usual', null].map((c) => [String(c), values.filter((value) => value === c).length]));
  const all = count(await column(asDraft(rows), 'c'));
  const held25 = count(await column(held, 'c'));
  for (const [c, n] of Object.entries(all)) expect(held25[c]).toBe(Math.round(n * 0.25));
  const order = (await column(train, 'i')).map(Number);
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(held.schema).toEqual(rows.manifest.schema);
});

test('by group: no group on both sides, the share of groups', async () => {
  const { train, test: held } = await split(rows, { method: 'group', column: 'g', testShare: 0.3 });
  const left = new Set(await column(train, 'g'));
  const right = new Set(await column(held, 'g'));
  expect(right.size).toBe(30);
  expect(left.size).toBe(70);
  expect([...right].filter((group) => left.has(group))).toEqual([]);
  expect(held.rowCount).toBe(300);
});

test('a column named like the row number', async () => {
  const odd = await table('SELECT 9 - i AS file_row_number, i FROM range(10) t(i)');
  const { train, test: held } = await split(odd, { testShare: 0.5 });
  expect(held.rowCount).toBe(5);
  expect(train.schema?.columns.map(({ name }) => name)).toEqual(['file_row_number', 'i']);
});

test('bad parameters and empty parts say what is wrong', async () => {
  expect(infer(rows, { method: 'time' })?.problems.map(({ field }) => field)).toEqual(['trainBefore', 'column']);
  expect(infer(rows, { method: 'time', column: 'i', trainBefore: '2001-01-02' })?.problems).toMatchObject([
    { field: 'column', message: 'Column “i” is BIGINT, not a time.' },
  ]);
  expect(infer(rows, { method: 'group', column: 'z' })?.problems).toMatchObject([{ field: 'column' }]);
  expect(
    infer(rows, { method: 'time', column: 't', trainBefore: '2001-02-01', testFrom: '2001-01-15' })?.problems,
  ).toMatchObject([{ field: 'testFrom' }]);
  expect(
    infer(rows, { method: 'time', column: 't', trainBefore: '2001-02-01', testTo: '2001-02-01 00:00' })?.problems,
  ).toMatchObject([{ field: 'testTo' }]);
  expect(() => splitNode.params.parse({ trainBefore: "2001-01-01'; DROP TABLE x" })).toThrow();
  await expect(split(rows, { method: 'group', column: 'gg' })).rejects.toMatchObject({
    code: 'data.column-missing',
    fix: 'Did you mean g?',
  });
  await expect(split(rows, { method: 'time', column: 't', trainBefore: '2011-01-01' })).rejects.toMatchObject({
    code: 'data.empty',
    message: 'The test table has no rows: “t” goes from 2001-01-01 00:00:00 to 2001-02-11 14:00:00.',
  });
  await expect(split(rows, { method: 'stratified', column: 'i' })).rejects.toMatchObject({ code: 'data.empty' });
  const quoted = await table(`SELECT i, i % 2 AS "a""b" FROM range(100) t(i)`);
  expect((await split(quoted, { method: 'stratified', column: 'a"b' })).test.rowCount).toBe(20);
});

function asDraft(input: InputArtifact): ArtifactDraft {
  return { type: 'table', files: { 'data.parquet': input.path('data.parquet') } };
}

test('in folds: every row is for testing once, classes in equal shares, groups together', async () => {
  for (const params of [
    {},
    { method: 'stratified' as const, column: 'c' },
    { method: 'group' as const, column: 'g' },
  ]) {
    const tested: number[] = [];
    const groups = new Set<unknown>();
    for (const fold of [1, 2, 3, 4]) {
      const { train, test: held } = await split(rows, { ...params, folds: 4, fold });
      expect((train.rowCount ?? 0) + (held.rowCount ?? 0)).toBe(1000);
      expect(held.rowCount).toBe(250);
      expect(held.schema).toEqual(rows.manifest.schema);
      tested.push(...(await column(held, 'i')).map(Number));
      if (!('column' in params) || params.column !== 'g') continue;
      for (const group of new Set(await column(held, 'g'))) {
        expect(groups.has(group)).toBe(false);
        groups.add(group);
      }
    }
    expect(tested.sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  }
  const problems = splitNode.infer?.({}, splitNode.params.parse({ folds: 3, fold: 4 })).problems;
  expect(problems?.[0]?.message).toBe('There is no fold 4 of 3.');
});
