import { BIGINT, BOOLEAN, DOUBLE, VARCHAR } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPipeline } from '../../../main/compute/onnx/merge-pipelines.ts';
import { parseExpression } from '../../../shared/expression/parse.ts';
import { FeatureSteps, featuresOfRows, featuresOfTable } from '../../../test/support/feature-steps.ts';
import { imputeNode } from '../impute/definition.ts';
import { runner as impute } from '../impute/run.ts';
import { expressionNode } from './definition.ts';
import { runner } from './run.ts';

let steps: FeatureSteps;
beforeAll(async () => {
  steps = await FeatureSteps.create();
});
afterAll(() => steps[Symbol.asyncDispose]());

interface Row {
  a: number | null;
  b: number | null;
  n: number | null;
  flag: boolean | null;
  s: string | null;
}
type Value = (row: Row) => number;
/** An expression and what it means, in float32. */
interface Case {
  text: string;
  of: Value;
}

const f = Math.fround;
const truth = (x: number) => x !== 0 && !Number.isNaN(x);
const binary: [string, (x: number, y: number) => number][] = [
  ['+', (x, y) => f(x + y)],
  ['-', (x, y) => f(x - y)],
  ['*', (x, y) => f(x * y)],
  ['/', (x, y) => f(x / y)],
  ['%', (x, y) => f(x % y)],
  ['<', (x, y) => Number(x < y)],
  ['<=', (x, y) => Number(x <= y)],
  ['>', (x, y) => Number(x > y)],
  ['>=', (x, y) => Number(x >= y)],
  ['==', (x, y) => Number(x === y)],
  ['!=', (x, y) => Number(x !== y)],
  ['and', (x, y) => Number(truth(x) && truth(y))],
  ['or', (x, y) => Number(truth(x) || truth(y))],
];
const unary: [string, (x: number) => number][] = [
  ['-', (x) => -x],
  ['not ', (x) => Number(!truth(x))],
  ['abs', Math.abs],
  ['sqrt', (x) => f(Math.sqrt(x))],
  ['floor', Math.floor],
  ['ceil', Math.ceil],
  ['is_missing', (x) => Number(Number.isNaN(x))],
];
const leaf: fc.Arbitrary<Case> = fc.oneof(
  fc.constantFrom<Case>(
    { text: 'a', of: ({ a }) => f(a ?? Number.NaN) },
    { text: '"b"', of: ({ b }) => f(b ?? Number.NaN) },
    { text: 'n', of: ({ n }) => f(n ?? Number.NaN) },
    { text: 'flag', of: ({ flag }) => (flag === null ? Number.NaN : Number(flag)) },
    { text: "s == 'x'", of: ({ s }) => Number(s === 'x') },
    { text: "s != ''", of: ({ s }) => Number(s !== '') },
    { text: 'is_missing(s)', of: ({ s }) => Number(s === null) },
    { text: "if(s == 'ü', 2, a)", of: ({ s, a }) => (s === 'ü' ? 2 : f(a ?? Number.NaN)) },
    { text: "coalesce(s, 'x') = 'x'", of: ({ s }) => Number((s ?? 'x') === 'x') },
  ),
  fc.constantFrom('0', '1', '0.1', '2.5e3', '16777217').map((text) => ({ text, of: () => f(Number(text)) })),
);
const { tree } = fc.letrec<{ tree: Case }>((tie) => {
  const inner = tie('tree');
  return {
    tree: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.tuple(fc.constantFrom(...binary), inner, inner).map(([[sign, of], x, y]) => ({
        text: `(${x.text}) ${sign} (${y.text})`,
        of: (row: Row) => of(x.of(row), y.of(row)),
      })),
      fc.tuple(fc.constantFrom(...unary), inner).map(([[name, of], x]) => ({
        text: `(${name}(${x.text}))`,
        of: (row: Row) => of(x.of(row)),
      })),
      fc.tuple(inner, inner, inner).map(([x, y, z]) => ({
        text: `if(${x.text}, ${y.text}, ${z.text})`,
        of: (row: Row) => (truth(x.of(row)) ? y.of(row) : z.of(row)),
      })),
      fc.tuple(inner, inner).map(([x, y]) => ({
        text: `coalesce(${x.text}, ${y.text})`,
        of: (row: Row) => (Number.isNaN(x.of(row)) ? y.of(row) : x.of(row)),
      })),
      fc.tuple(fc.constantFrom('min' as const, 'max' as const), inner, inner, inner).map(([name, x, y, z]) => ({
        text: `${name}(${x.text}, ${y.text}, ${z.text})`,
        of: (row: Row) => Math[name](x.of(row), y.of(row), z.of(row)),
      })),
      fc.tuple(inner, inner, inner).map(([x, y, z]) => ({
        text: `clip(${x.text}, ${y.text}, ${z.text})`,
        of: (row: Row) => Math.max(Math.min(x.of(row), z.of(row)), y.of(row)),
      })),
    ),
  };
});

const anyNumber = fc.oneof(
  fc.constantFrom(
    null,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    1e300,
    -1e39,
    1e-42,
    -0,
    0,
    1,
    2.5,
    -3,
  ),
  fc.double({ noNaN: true }),
);
const row: fc.Arbitrary<Row> = fc.record({
  a: anyNumber,
  b: anyNumber,
  n: fc.option(fc.integer({ min: -9, max: 9 })),
  flag: fc.option(fc.boolean()),
  s: fc.constantFrom(null, '', 'x', 'X', 'ü', '日本'),
});
const tableOf = (rows: readonly Row[]) =>
  steps.table([
    { name: 'a', type: DOUBLE, values: rows.map(({ a }) => a) },
    { name: 'b', type: DOUBLE, values: rows.map(({ b }) => b) },
    { name: 'n', type: BIGINT, values: rows.map(({ n }) => (n === null ? null : BigInt(n))) },
    { name: 'flag', type: BOOLEAN, values: rows.map(({ flag }) => flag) },
    { name: 's', type: VARCHAR, values: rows.map(({ s }) => s) },
  ]);
const params = (...expressions: string[]) =>
  expressionNode.params.parse({ features: expressions.map((expression, i) => ({ name: `f${i}`, expression })) });

function problemsOf(...expressions: string[]): string[] {
  const schema = {
    columns: [
      { name: 'a', type: 'float64' as const, sqlType: 'DOUBLE' },
      { name: 's', type: 'string' as const, sqlType: 'VARCHAR' },
      { name: 'at', type: 'timestamp' as const, sqlType: 'TIMESTAMP' },
    ],
  };
  const inferred = expressionNode.infer?.({ input: [{ type: 'table', schema }] }, params(...expressions));
  return (inferred?.problems ?? []).map(({ message }) => message);
}

describe('expression', () => {
  it('means the same in training, in serving and on paper', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(tree, { minLength: 6, maxLength: 10 }),
        fc.array(row, { minLength: 1, maxLength: 12 }),
        async (trees, rows) => {
          const table = await tableOf(rows);
          // Every feature has a column in it.
          const cases = trees.map(({ text, of }) => ({
            text: `if(is_missing(a) or a == a, ${text}, 0)`,
            of,
          }));
          const features = await steps.fit(runner, params(...cases.map(({ text }) => text)), table);
          const trained = await featuresOfTable([features], table);
          expect(await featuresOfRows([features], rows as unknown as Record<string, unknown>[], 1)).toEqual(trained);
          cases.forEach(({ of }, index) => {
            // Minus zero is zero.
            expect(trained[`f${index}`]?.[0]?.map((value) => value + 0)).toEqual(rows.map((item) => f(of(item)) + 0));
          });
        },
      ),
      { seed: 11, numRuns: 8, endOnFailure: true },
    );
  });

  it('computes exp and log to float32 precision', async () => {
    const values = [null, Number.NaN, 0, -1, 1, 1e-42, 50, 89, -104, 1e300, Number.POSITIVE_INFINITY];
    const table = await tableOf(values.map((a) => ({ a, b: 0, n: 0, flag: null, s: null })));
    const features = await steps.fit(runner, params('exp(a)', 'log(a)'), table);
    const { f0, f1 } = await featuresOfTable([features], table);
    values.forEach((a, index) => {
      const x = f(a ?? Number.NaN);
      for (const [got, wanted] of [
        [f0?.[0]?.[index], f(Math.exp(x))],
        [f1?.[0]?.[index], f(Math.log(x))],
      ] as const) {
        if (Number.isFinite(wanted) && wanted !== 0) expect((got ?? 0) / wanted).toBeCloseTo(1, 5);
        else expect(Math.abs(got ?? 0)).toBe(Math.abs(wanted));
      }
    });
  });

  it('gives text where it is asked for text, and keeps the features it stands behind', async () => {
    const table = await steps.table([
      { name: 's', type: VARCHAR, values: ['x', null, 'y'] },
      { name: 'a', type: DOUBLE, values: [1, 2, null] },
    ]);
    const filled = await steps.fit(impute, imputeNode.params.parse({ columns: ['s', 'a'] }), table);
    const features = await steps.fit(runner, params("if(a > 1, s, 'small')", 'a * 2'), filled);
    expect((await readPipeline(features)).manifest.outputs).toMatchObject([
      { name: 's', text: true },
      { name: 'f0', text: true, sources: ['a', 's'] },
      { name: 'f1', sources: ['a'] },
      { name: 'a' },
    ]);
  });

  it.each([
    ['a +', '“f0”, at character 4: It ends where a value should follow.'],
    ['a + * 2', '“f0”, at character 5: A value is missing before “*”.'],
    ['(a + 1', '“f0”, at character 7: The bracket opened at 1 is not closed.'],
    ['a b', '“f0”, at character 3: An operator is missing before “b”.'],
    ["s == 'x", "“f0”, at character 6: The quote ' is not closed."],
    ['a ? 1', '“f0”, at character 3: “?” means nothing here.'],
    ['flor(a)', '“f0”, at character 1: There is no function “flor”. Did you mean floor or log?'],
    ['clip(a, 1)', '“f0”, at character 1: “clip” takes 3 values, not 2.'],
    ['a + s', '“f0”, at character 5: A number is needed, and this is text.'],
    ["a == 'x'", '“f0”, at character 6: Text is compared with a number.'],
    ["if(a > 1, 's', 2)", '“f0”, at character 16: Text and numbers are mixed.'],
    ['1 + 2', '“f0”, at character 1: It names no column.'],
    ['', '“f0”, at character 1: It is empty.'],
    ['at + 1', 'Column “at” is a time.'],
    ['c + 1', 'Column “c” is not in the input.'],
  ])('says what is wrong with %s', (text, message) => {
    expect(problemsOf(text)).toEqual([message]);
  });

  it('reads anything without throwing, within its limits', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'a1.(),+-*\'"<>= '.split('')) })),
        (text) => {
          expect(Object.keys(parseExpression(text))).toHaveLength(1);
        },
      ),
      { seed: 2, numRuns: 500 },
    );
    expect(parseExpression(`${'('.repeat(100)}a`)).toMatchObject({ problem: { at: 60 } });
    expect(parseExpression('a'.repeat(5000))).toMatchObject({ problem: { at: 4000 } });
    expect(parseExpression(`${'-'.repeat(3000)}a`)).toHaveProperty('problem');
    expect(parseExpression('a + 1e39')).toEqual({ problem: { at: 4, message: 'The number is larger than 3.4e38.' } });
    expect(parseExpression('a + 3e38')).toHaveProperty('expression');
  });
});
