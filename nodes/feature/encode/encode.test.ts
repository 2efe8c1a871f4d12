import { BIGINT, BOOLEAN, VARCHAR } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPipeline } from '../../../main/compute/onnx/merge-pipelines.ts';
import { FeatureSteps, featuresOfRows, featuresOfTable } from '../../../test/support/feature-steps.ts';
import { datetimeNode } from '../datetime/definition.ts';
import { type EncodeParams, encodeNode } from './definition.ts';
import { runner } from './run.ts';

let steps: FeatureSteps;
beforeAll(async () => {
  steps = await FeatureSteps.create();
});
afterAll(() => steps[Symbol.asyncDispose]());

const params = (more: Partial<EncodeParams>): EncodeParams => encodeNode.params.parse({ columns: ['x'], ...more });
const utf8 = (text: string) => Buffer.from(text, 'utf8');

/** Kept categories, and whether other and missing values were seen, computed the plain way. */
function learn<T extends string | number>(
  values: readonly (T | null)[],
  { maxCategories, minFrequency }: EncodeParams,
) {
  const counts = new Map<T, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  const byName = (a: T, b: T) =>
    typeof a === 'number' && typeof b === 'number' ? a - b : Buffer.compare(utf8(String(a)), utf8(String(b)));
  const kept = [...counts]
    .filter(([, count]) => count >= minFrequency)
    .sort((a, b) => b[1] - a[1] || byName(a[0], b[0]))
    .map(([value]) => value)
    .slice(0, maxCategories);
  return { kept, others: counts.size > kept.length, missing: values.includes(null) };
}

function expected<T extends string | number>(value: T | null, learnt: ReturnType<typeof learn<T>>, method: string) {
  const { kept, others, missing } = learnt;
  const at = value === null ? -1 : kept.indexOf(value);
  if (method === 'ordinal') return [value === null ? kept.length + 1 : at >= 0 ? at : kept.length];
  const row = kept.map((_, index) => (index === at ? 1 : 0));
  if (others) row.push(value !== null && at < 0 ? 1 : 0);
  if (missing) row.push(value === null ? 1 : 0);
  return row;
}

/** ONNX Runtime for Node ends a text at U+0000. */
function seen(value: string | number | null) {
  return typeof value === 'string' ? (value.split('\u0000')[0] ?? '') : value;
}

const text = fc.oneof(
  fc.constantFrom(
    null,
    '',
    ' ',
    'a',
    'A',
    'b',
    'ä',
    'a\u0308',
    '日本',
    '🙂',
    '(other)',
    '(missing)',
    "it's",
    'a\u0000b',
  ),
  fc.string({ unit: 'grapheme', maxLength: 3 }),
);
const settings = fc.record({
  method: fc.constantFrom<EncodeParams['method']>('ordinal', 'one-hot'),
  maxCategories: fc.constantFrom(1, 2, 250),
  minFrequency: fc.constantFrom(1, 1, 2),
});

describe('encode', () => {
  it.each([
    { name: 'text', type: VARCHAR, value: text, toSql: (value: string | number) => value },
    {
      name: 'integers',
      type: BIGINT,
      value: fc.oneof(
        fc.constantFrom(null, 0, 16_777_216, 16_777_217),
        fc.integer({ min: -2, max: 2 }),
        fc.maxSafeInteger(),
      ),
      toSql: (value: string | number) => BigInt(value),
    },
  ])('encodes $name in training and serving as a plain reference does', async ({ type, value, toSql }) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array<string | number | null>(value, { minLength: 1, maxLength: 25 }),
        fc.array<string | number | null>(value, { minLength: 1, maxLength: 10 }),
        settings,
        async (training, serving, more) => {
          const given = params(more);
          const learnt = learn(training.map(seen), given);
          const table = await steps.table([
            { name: 'x', type, values: training.map((item) => (item === null ? null : toSql(item))) },
          ]);
          const fit = () => steps.fit(runner, given, table);
          if (learnt.kept.length === 0) {
            await expect(fit()).rejects.toMatchObject({ code: 'data.empty' });
            return;
          }
          const features = await fit();
          const rows = serving.map((x) => ({ x }));
          const whole = await featuresOfRows([features], rows, rows.length);
          expect(await featuresOfRows([features], rows, 1)).toEqual(whole);
          const rowsOf = (result: Record<string, number[][]>, count: number) =>
            Array.from({ length: count }, (_, row) => result['x']?.map((column) => column[row]));
          const reference = (values: readonly (string | number | null)[]) =>
            values.map((item) => expected(seen(item), learnt, given.method));
          expect(rowsOf(whole, serving.length)).toEqual(reference(serving));
          expect(rowsOf(await featuresOfTable([features], table), training.length)).toEqual(reference(training));
        },
      ),
      { seed: 3, numRuns: 40 },
    );
  });

  it('names the codes and columns', async () => {
    const table = await steps.table([
      { name: 'x', type: BOOLEAN, values: [true, true, false, null] },
      { name: 'y', type: VARCHAR, values: ['b', 'a', 'b', 'c'] },
    ]);
    const outputs = async (more: Partial<EncodeParams>) =>
      (await readPipeline(await steps.fit(runner, params({ columns: ['x', 'y'], ...more }), table))).manifest.outputs;
    expect(await outputs({})).toEqual([
      { name: 'x', width: 1, sources: ['x'], categories: ['true', 'false', '(other)', '(missing)'] },
      { name: 'y', width: 1, sources: ['y'], categories: ['b', 'a', 'c', '(other)', '(missing)'] },
    ]);
    expect(await outputs({ method: 'one-hot', maxCategories: 2 })).toEqual([
      { name: 'x', width: 3, sources: ['x'], labels: ['true', 'false', '(missing)'] },
      { name: 'y', width: 3, sources: ['y'], labels: ['b', 'a', '(other)'] },
    ]);
  });

  it('refuses columns that have no categories', () => {
    const schema = {
      columns: [
        { name: 'x', type: 'float64' as const, sqlType: 'DOUBLE' },
        { name: 'y', type: 'tensor' as const, sqlType: 'FLOAT[4]', size: 4 },
      ],
    };
    const inferred = encodeNode.infer?.({ input: [{ type: 'table', schema }] }, params({ columns: ['x', 'y', 'z'] }));
    expect(inferred?.problems.map(({ field, message }) => [field, message])).toEqual([
      ['columns', 'Column “x” is a fractional number.'],
      ['columns', 'Column “y” is a tensor.'],
      ['columns', 'Column “z” is not in the input.'],
    ]);
  });

  it('takes the weekday of the step before it', () => {
    const schema = { columns: [{ name: 'date', type: 'timestamp' as const, sqlType: 'TIMESTAMP' }] };
    const parts = datetimeNode.infer?.(
      { input: [{ type: 'table', schema }] },
      datetimeNode.params.parse({ columns: ['date'], parts: ['weekday', 'hour'] }),
    );
    const inferred = encodeNode.infer?.(
      { input: parts?.outputs['features'] ? [parts.outputs['features']] : [] },
      params({ columns: ['date_weekday'] }),
    );
    expect(inferred?.problems).toEqual([]);
    expect(inferred?.outputs['features']).toMatchObject({
      columns: [
        { name: 'date_weekday', width: 1, sources: ['date'] },
        { name: 'date_hour', width: 1, sources: ['date'] },
      ],
    });
  });

  it('gives the share of training rows with the category', async () => {
    const table = await steps.table([
      { name: 'x', type: VARCHAR, values: ['a', 'b', 'a', null, 'a', '', 'c', 'c'] },
      { name: 'n', type: BIGINT, values: [1n, 1n, 2n ** 53n, null, null, 2n, 2n, 2n] },
    ]);
    const features = await steps.fit(
      runner,
      params({ columns: ['x', 'n'], method: 'frequency', minFrequency: 2 }),
      table,
    );
    expect(await featuresOfTable([features], table)).toEqual({
      x: [[3 / 8, 0, 3 / 8, 1 / 8, 3 / 8, 0, 2 / 8, 2 / 8]],
      n: [[2 / 8, 2 / 8, 0, 2 / 8, 2 / 8, 3 / 8, 3 / 8, 3 / 8]],
    });
    const rows = [
      { x: 'a', n: 1 },
      { x: 'new', n: 77 },
      { x: null, n: null },
    ];
    expect(await featuresOfRows([features], rows, 1)).toEqual({ x: [[3 / 8, 0, 1 / 8]], n: [[2 / 8, 0, 2 / 8]] });
  });
});
