import { join } from 'node:path';
import {
  ARRAY,
  arrayValue,
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBType,
  FLOAT,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api';
import { DuckDBTimestampValue, type DuckDBValue } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { catalog, type NodeKind } from '../../nodes/catalog.ts';
import { runners } from '../../nodes/runners.ts';
import { MISSING_STRING } from '../../shared/model/signature.ts';
import { type NodeDefinition, portsOf } from '../../shared/node/define-node.ts';
import type { InputArtifact, Runner } from '../../shared/node/runner.ts';
import { FeatureSteps, featuresOfRows, featuresOfTable } from '../support/feature-steps.ts';

/** One column: its values in a table, and the same values as a JSON request carries them. */
interface Pool {
  type: DuckDBType;
  values: readonly { cell: DuckDBValue; json: unknown }[];
  /** Never in training: categories and words that were not seen, numbers far outside. */
  unseen: readonly { cell: DuckDBValue; json: unknown }[];
}

const same = <T extends DuckDBValue>(...values: T[]) => values.map((cell) => ({ cell, json: cell as unknown }));
const whole = (...values: bigint[]) => values.map((cell) => ({ cell, json: cell as unknown }));
const time = (...isoTimes: string[]) =>
  isoTimes.map((json) => ({ cell: new DuckDBTimestampValue(BigInt(Date.parse(json)) * 1000n), json: json as unknown }));
function wideRow(json: number[]) {
  return { cell: arrayValue(json), json };
}
function wideRows(count: number) {
  return Array.from({ length: count }, (_, row) =>
    wideRow(Array.from({ length: 67 }, (__, at) => Math.fround(Math.sin(row * 67 + at * at) * 10 ** (at % 4)))),
  );
}
const missing = { cell: null, json: null as unknown };

const pools = {
  float: {
    type: DOUBLE,
    values: [
      missing,
      ...same(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1, -1.5, 0.1, 3, 1e6, -7),
      // Subnormal in float32, subnormal in float64, and beyond float32.
      ...same(1e-42, -1e-42, 5e-324, 1e300, -1e300, 3.402_823_466e38, 16_777_217),
    ],
    unseen: same(1e308, -3.5e38, 1.1754e-38, 12_345.678, Number.MAX_SAFE_INTEGER),
  },
  int: {
    type: BIGINT,
    values: [missing, ...whole(0n, 1n, -1n, 2n, 3n, 16_777_217n, 9_007_199_254_740_993n, 2n ** 63n - 1n, -(2n ** 62n))],
    unseen: whole(7n, -9n, 123_456_789_012n, -(2n ** 63n)),
  },
  bool: { type: BOOLEAN, values: [missing, ...same(true, false)], unseen: same(true) },
  text: {
    type: VARCHAR,
    values: [
      missing,
      ...same(
        '',
        ' ',
        'a',
        'b',
        'A',
        '1',
        'a b',
        'b a a',
        'Zürich',
        'Zu\u0308rich',
        '東京',
        '👩‍🚀 go',
        'NULL',
        'NaN',
        'a\tb\nc',
      ),
    ],
    unseen: same('never seen', 'ß', '\u{10ffff}', 'x'.repeat(300), `${MISSING_STRING}x`, '1.0'),
  },
  time: {
    type: TIMESTAMP,
    values: [
      missing,
      ...time('1970-01-01T00:00:00Z', '1969-12-31T23:59:59.999Z', '2001-05-01T14:30:00Z', '2000-02-29T00:00:00Z'),
    ],
    unseen: time(
      '0001-01-01T00:00:00Z',
      '9999-12-31T23:59:59.999Z',
      '2026-03-29T01:30:00+01:00',
      '2024-12-31T23:00:00-05:00',
    ),
  },
  pixels: {
    type: ARRAY(FLOAT, 4),
    values: [
      [0, 255, 128, 7],
      [null, 1, Number.NaN, 3],
      [1e-42, 3.4e38, Number.POSITIVE_INFINITY, -1],
    ].map((json) => ({
      cell: arrayValue(json),
      json: json.map((value) => value) as unknown,
    })),
    unseen: [{ cell: arrayValue([1, 2, 3, 4]), json: [1, 2, 3, 4] as unknown }],
  },
  /** Many columns, so that sums over them have an order. */
  wide: {
    type: ARRAY(FLOAT, 67),
    values: wideRows(12),
    unseen: wideRows(3).map(({ json }) => wideRow(json.map((value) => value * 1000))),
  },
  /** What a step learns by; no input of the features. */
  label: { type: BIGINT, values: whole(0n, 1n), unseen: whole(0n) },
} satisfies Record<string, Pool>;
type PoolName = keyof typeof pools;

interface Case {
  columns: Partial<Record<string, PoolName>>;
  params: Record<string, unknown>;
  /** Steps before it, for a kind that takes no missing values, or features only. */
  after?: { kind: NodeKind; params: Record<string, unknown> }[];
  /** Steps behind it, for a kind whose features are text. */
  behind?: Case['after'];
}

const numbers = { x: 'float', n: 'int', b: 'bool' } as const;
const categories = { s: 'text', n: 'int', b: 'bool' } as const;
const filled = { kind: 'feature.impute', params: { columns: ['x', 'n', 'b'] } } as const;
const each = (columns: Case['columns'], name: string, values: readonly string[], more: Record<string, unknown> = {}) =>
  values.map((value): Case => ({ columns, params: { columns: Object.keys(columns), [name]: value, ...more } }));

/** A kind that computes features and is lowered stands here, with every column type it takes. */
const cases: Partial<Record<NodeKind, Case[]>> = {
  'feature.impute': [
    ...each({ ...numbers, s: 'text' }, 'numbers', ['median', 'mean', 'most-frequent', 'constant', 'keep']).map(
      (one) => ({
        ...one,
        behind: [{ kind: 'feature.encode' as const, params: { columns: ['s'], method: 'one-hot' } }],
      }),
    ),
    ...each(numbers, 'infinite', ['keep'], { indicator: true }),
  ],
  'feature.scale': each(numbers, 'method', ['standard', 'min-max', 'robust', 'quantile', 'quantile-normal', 'power']),
  'feature.encode': each(categories, 'method', ['ordinal', 'one-hot', 'frequency']),
  'feature.target': [
    { columns: { ...categories, y: 'label' }, params: { columns: ['s', 'n', 'b'], label: 'y', folds: 2 } },
  ],
  'feature.datetime': [false, true].map((cyclic) => ({
    columns: { t: 'time' },
    params: {
      columns: ['t'],
      cyclic,
      timeZone: cyclic ? 'UTC' : 'Europe/Berlin',
      parts: ['year', 'month', 'day', 'weekday', 'dayofyear', 'hour', 'minute'],
      holidays: ['2000-02-29'],
    },
  })),
  'feature.bucketize': [
    ...each({ x: 'float', n: 'int' }, 'method', ['quantile', 'equal-width'], { buckets: 4, output: 'one-hot' }),
    { columns: { x: 'float', n: 'int' }, params: { columns: ['x', 'n'], method: 'edges', edges: [-1, 0, 1e6] } },
  ],
  'feature.hash': each({ s: 'text', n: 'int' }, 'output', ['ordinal', 'one-hot'], { buckets: 7 }),
  'feature.cross': [
    {
      columns: categories,
      params: { columns: ['s', 'n', 'b'] },
      behind: [{ kind: 'feature.encode', params: { columns: ['s_x_n_x_b'] } }],
    },
  ],
  'feature.polynomial': [{ columns: numbers, params: { columns: ['x', 'n', 'b'], degree: 3 } }],
  'feature.text': [
    { columns: { s: 'text' }, params: { columns: ['s'], method: 'tf-idf', words: 2, minRows: 1 } },
    { columns: { s: 'text' }, params: { columns: ['s'], method: 'hashing', buckets: 16 } },
  ],
  'feature.tokenize': [
    {
      columns: { s: 'text' },
      params: { column: 's', path: join(import.meta.dirname, '../fixtures/words'), length: 12 },
    },
  ],
  'feature.image': [
    { columns: { p: 'pixels' }, params: { columns: ['p'], mean: 0.5, std: 0.25 } },
    { columns: { p: 'pixels' }, params: { columns: ['p'], height: 3, width: 1 } },
  ],
  'feature.expression': [
    {
      columns: { ...numbers, s: 'text', t: 'time' },
      params: {
        features: [
          { name: 'ratio', expression: 'x / (n + 1)' },
          { name: 'root', expression: 'sqrt(abs(x))' },
          { name: 'chosen', expression: 'if(b, x, n)' },
        ],
      },
    },
  ],
  'feature.select': [
    {
      columns: { ...numbers, y: 'label' },
      after: [filled],
      params: { method: 'variance', keep: 2 },
    },
  ],
  'train.pca': [
    { columns: numbers, after: [filled], params: { components: 2 } },
    {
      columns: { w: 'wide' },
      after: [{ kind: 'feature.image', params: { columns: ['w'] } }],
      params: { components: 9 },
    },
  ],
};

const kinds = (Object.values(catalog) as NodeDefinition[]).filter(({ stage, lowering, examples, ...definition }) => {
  const { outputs } = portsOf({ stage, lowering, examples, ...definition } as NodeDefinition, examples[0].params);
  return lowering?.onnx === true && Object.values(outputs).some(({ type }) => type === 'features');
});

let steps: FeatureSteps;
beforeAll(async () => {
  steps = await FeatureSteps.create();
});
afterAll(() => steps[Symbol.asyncDispose]());

type Drawn = Record<string, readonly { cell: DuckDBValue; json: unknown }[]>;

function tableOf(columns: Case['columns'], drawn: Drawn): Promise<InputArtifact> {
  return steps.table(
    Object.entries(columns).map(([name, pool]) => ({
      name,
      type: pools[pool as PoolName].type,
      values: (drawn[name] ?? []).map(({ cell }) => cell),
    })),
  );
}

function rowsOf(drawn: Drawn): Record<string, unknown>[] {
  const count = Math.max(...Object.values(drawn).map(({ length }) => length));
  return Array.from({ length: count }, (_, row) =>
    Object.fromEntries(Object.entries(drawn).map(([name, values]) => [name, values[row]?.json])),
  );
}

/** Rows of any values of their pools, the first ones with each value once. */
function drawnRows(columns: Case['columns'], pick: (pool: Pool) => Pool['values'], extraRows: number) {
  const longest = Math.max(...Object.values(columns).map((pool) => pick(pools[pool as PoolName]).length));
  const rows = longest + extraRows;
  return fc.record(
    Object.fromEntries(
      Object.entries(columns).map(([name, poolName]) => {
        const values = pick(pools[poolName as PoolName]);
        const drawn = fc.array(fc.nat(values.length - 1), { minLength: extraRows, maxLength: extraRows });
        return [
          name,
          drawn.map((places) =>
            Array.from(
              { length: rows },
              (_, row) =>
                values[row < longest ? row % values.length : (places[row - longest] ?? 0)] as Pool['values'][0],
            ),
          ),
        ];
      }),
    ),
  );
}

async function fitted(kind: NodeKind, params: Record<string, unknown>, input: InputArtifact): Promise<InputArtifact> {
  const { runner } = (await runners[kind]?.()) ?? {};
  return steps.fit(runner as Runner<unknown>, catalog[kind].params.parse(params), input);
}

it('covers every kind that computes features', () => {
  expect(Object.keys(cases).toSorted()).toEqual(kinds.map(({ kind }) => kind).toSorted());
});

/** Column types by pool. */
const columnTypes: Record<PoolName, string> = {
  float: 'float64',
  int: 'int64',
  bool: 'bool',
  text: 'string',
  time: 'timestamp',
  pixels: 'tensor',
  wide: 'tensor',
  label: '',
};

it.each(kinds)('covers every column type that $kind offers', ({ kind, params }) => {
  const { columns } = z.toJSONSchema(params, { io: 'input' }).properties ?? {};
  const offered = (columns as { ui?: { types?: string[] } } | undefined)?.ui?.types ?? [];
  const used = (cases[kind as NodeKind] ?? []).flatMap((one) =>
    Object.values(one.columns).map((pool) => columnTypes[pool as PoolName]),
  );
  expect(used).toEqual(expect.arrayContaining(offered));
});

describe.each(kinds.map(({ kind }) => kind as NodeKind))('%s', (kind) => {
  const listed = (cases[kind] ?? []).map((one) => [JSON.stringify(one.params).slice(0, 90), one] as const);
  it.each(listed)(
    'computes what training saw, whatever comes: %s',
    async (_name, { columns, params, after = [], behind = [] }) => {
      await fc.assert(
        fc.asyncProperty(
          drawnRows(columns, ({ values }) => values, 6),
          drawnRows(columns, ({ values, unseen }) => [...unseen, ...values], 3),
          async (training, serving) => {
            let input = await tableOf(columns, training);
            for (const step of after) input = await fitted(step.kind, step.params, input);
            let features = await fitted(kind, params, input);
            for (const step of behind) features = await fitted(step.kind, step.params, features);
            const expected = await featuresOfTable([features], await tableOf(columns, serving));
            const rows = rowsOf(serving);
            expect(await featuresOfRows([features], rows, rows.length)).toEqual(expected);
            expect(await featuresOfRows([features], rows, 1)).toEqual(expected);
          },
        ),
        { seed: 11, numRuns: 2 },
      );
    },
  );
});
