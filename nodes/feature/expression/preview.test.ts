import { BIGINT, DOUBLE, TIMESTAMP, VARCHAR } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { FeatureSteps, featuresOfTable } from '../../../test/support/feature-steps.ts';
import { imputeNode } from '../impute/definition.ts';
import { runner as impute } from '../impute/run.ts';
import { expressionNode } from './definition.ts';
import { previewExpression } from './preview.ts';
import { runner } from './run.ts';

let steps: FeatureSteps;
let table: InputArtifact;
beforeAll(async () => {
  steps = await FeatureSteps.create();
  table = await steps.table([
    { name: 'a', type: DOUBLE, values: [1.1, null, Number.NaN, -0.5, 1e39, 16_777_217] },
    { name: 'n', type: BIGINT, values: [3n, 0n, null, -2n, 7n, 9n] },
    { name: 's', type: VARCHAR, values: ['x', '', null, 'x', 'ü', 'y'] },
    { name: 'at', type: TIMESTAMP, values: [null, null, null, null, null, null] },
  ]);
});
afterAll(() => steps[Symbol.asyncDispose]());

const preview = (input: InputArtifact, formula: string, rows = 4) =>
  previewExpression(
    { inputs: { input: [input] }, open: (digest) => steps.open(digest), signal: new AbortController().signal },
    formula,
    rows,
  );
const missing = (values: readonly number[] | undefined) => values?.map((value) => (Number.isNaN(value) ? null : value));

describe('the preview of a formula', () => {
  it.each(['a * 0.1 + n', "if(s == 'x', a / n, -1)", 'is_missing(s) or a > n', 'max(a, coalesce(n, 5))'])(
    'gives for %s what the step makes, in bits',
    async (formula) => {
      const params = expressionNode.params.parse({ features: [{ name: 'f', expression: formula }] });
      const made = await featuresOfTable([await steps.fit(runner, params, table)], table);
      const { value, columns } = await preview(table, formula);
      expect(value.values).toEqual(missing(made['f']?.[0]?.slice(0, 4)));
      expect(columns.every(({ name }) => formula.includes(name))).toBe(true);
    },
  );

  it('starts from the features that come in, and shows those it names', async () => {
    const filled = await steps.fit(impute, imputeNode.params.parse({ columns: ['a', 'n'] }), table);
    const before = await featuresOfTable([filled], table);
    const { value, features, columns } = await preview(filled, 'a + 1', 6);
    expect(features).toEqual([{ name: 'a', isText: false, values: before['a']?.[0] }]);
    expect(value.values).toEqual(before['a']?.[0]?.map((a) => Math.fround(a + 1)));
    expect(columns).toEqual([]);
  });

  it('shows text', async () => {
    const { value } = await preview(table, "coalesce(s, 'none')", 6);
    expect(value).toMatchObject({ isText: true, values: ['x', '', 'none', 'x', 'ü', 'y'] });
  });

  it.each([
    ['a +', 'It ends where a value should follow.'],
    ['a + s', 'A number is needed, and this is text.'],
    ['b + 1', '“b”'],
    ['at + 1', '“at”'],
    ['1 + 1', 'It names no column.'],
  ])('refuses %s', async (formula, message) => {
    await expect(preview(table, formula)).rejects.toThrow(message);
  });
});
