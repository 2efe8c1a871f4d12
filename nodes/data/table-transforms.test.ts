import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { withDuckDb } from '../../main/compute/duckdb/connection.ts';
import { readTablePage } from '../../main/compute/duckdb/page.ts';
import { quoteIdentifier, quoteLiteral } from '../../main/compute/duckdb/quote.ts';
import { tableFile, writeTable } from '../../main/compute/duckdb/write-table.ts';
import type { ArtifactDraft, InputArtifact, Runner } from '../../shared/node/runner.ts';
import { asInput, stepContext } from '../../test/fixtures/step-context.ts';
import { definitionOf } from '../catalog.ts';
import { runners } from '../runners.ts';

const dir = mkdtempSync(join(tmpdir(), 'transforms-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function table(query: string): Promise<InputArtifact> {
  const workDir = mkdtempSync(join(dir, 'table-'));
  return asInput(await withDuckDb({ threads: 2 }, (db) => writeTable(db, query, { workDir })));
}

async function load(kind: string): Promise<Runner> {
  const loaders: Record<string, (() => Promise<{ runner: unknown }>) | undefined> = runners;
  const loaded = await loaders[kind]?.();
  return loaded?.runner as Runner;
}

function parse(kind: string, params: object): Record<string, unknown> {
  return definitionOf(kind)?.params.parse(params) as Record<string, unknown>;
}

type Inputs = Record<string, InputArtifact[]>;

async function run(kind: string, params: object, inputs: Inputs, given: { threads?: number } = {}) {
  const context = stepContext(dir, parse(kind, params), { inputs, ...given });
  return { outputs: await (await load(kind)).run(context), logs: context.logs };
}

async function rowsOf(draft: ArtifactDraft | undefined): Promise<unknown[][]> {
  if (draft?.rowCount === 0) return [];
  const page = await readTablePage(draft?.files[tableFile] ?? '', draft?.schema?.columns ?? [], {
    offset: 0,
    limit: 50,
  });
  return page.rows;
}

async function result(kind: string, params: object, inputs: Inputs) {
  const { outputs } = await run(kind, params, inputs);
  const names = outputs['table']?.schema?.columns.map(({ name }) => name);
  return [names, ...(await rowsOf(outputs['table']))];
}

async function describeStep(kind: string, params: object, inputs: Inputs) {
  const shapes = Object.fromEntries(
    Object.entries(inputs).map(([port, list]) => [
      port,
      list.map((input) => ({ type: 'table' as const, schema: input.manifest.schema ?? { columns: [] } })),
    ]),
  );
  return (await load(kind)).describe?.({ ...stepContext(dir, parse(kind, params)), inputs: shapes });
}

const flights = await table(`SELECT * FROM (VALUES
  (1, 'ATL', 20.5::DOUBLE, DATE '2001-01-03'), (2, 'ORD', -3.0, DATE '2001-01-01'),
  (3, 'ATL', NULL, DATE '2001-01-02'), (4, NULL, 7.25, NULL)) AS t(id, origin, delay, day)`);
const airports = await table(
  `SELECT * FROM (VALUES ('ATL', 'Atlanta', 1), ('JFK', 'New York', 9)) AS t(iata, city, id)`,
);
const one = { input: [flights] };

describe('data.select', () => {
  it('keeps, reorders, renames and casts', async () => {
    const params = { columns: ['delay', 'id'], rename: { delay: 'minutes' }, types: { id: 'string' } };
    expect(await result('data.select', params, one)).toEqual([
      ['minutes', 'id'],
      [20.5, '1'],
      [-3, '2'],
      [null, '3'],
      [7.25, '4'],
    ]);
  });

  it('drops, and puts first', async () => {
    expect((await result('data.select', { mode: 'drop', columns: ['day', 'id'] }, one))[0]).toEqual([
      'origin',
      'delay',
    ]);
    expect((await result('data.select', { mode: 'first', columns: ['day'] }, one))[0]).toEqual([
      'day',
      'id',
      'origin',
      'delay',
    ]);
  });

  it('stops at a value that does not convert, or makes it missing', async () => {
    const params = { columns: ['origin'], types: { origin: 'int64' } };
    await expect(run('data.select', params, one)).rejects.toMatchObject({ code: 'data.query' });
    const soft = await result('data.select', { ...params, onCastFailure: 'missing' }, one);
    expect(soft.slice(1)).toEqual([[null], [null], [null], [null]]);
  });

  it('reads texts with offsets as times in UTC', async () => {
    const input = await table(`SELECT '2001-05-01 06:00:00+02:00' AS t`);
    expect((await result('data.select', { types: { t: 'timestamp' } }, { input: [input] }))[1]).toEqual([
      '2001-05-01T04:00:00Z',
    ]);
  });

  it('refuses two columns of one name', async () => {
    const described = await describeStep('data.select', { rename: { id: 'ORIGIN' } }, one);
    expect(described?.problems[0]?.message).toContain('two columns named');
  });
});

describe('data.filter', () => {
  it.each<[string, object, number[]]>([
    ['a number', { conditions: [{ column: 'delay', is: 'greater', value: '7' }] }, [1, 4]],
    ['not equal, missing aside', { conditions: [{ column: 'origin', is: 'notEqual', value: 'ATL' }] }, [2]],
    ['a time', { conditions: [{ column: 'day', is: 'atLeast', value: '2001-01-02' }] }, [1, 3]],
    ['one of', { conditions: [{ column: 'id', is: 'oneOf', values: ['2', '4'] }] }, [2, 4]],
    ['none of', { conditions: [{ column: 'origin', is: 'noneOf', values: ['ORD'] }] }, [1, 3]],
    ['missing', { conditions: [{ column: 'delay', is: 'missing' }] }, [3]],
    ['a pattern', { conditions: [{ column: 'origin', is: 'matches', value: '^A.L$' }] }, [1, 3]],
    [
      'any',
      {
        match: 'any',
        conditions: [
          { column: 'origin', is: 'endsWith', value: 'RD' },
          { column: 'delay', is: 'atMost', value: '7.25' },
        ],
      },
      [2, 4],
    ],
    ['an expression', { expression: 'delay > 0 -- late' }, [1, 4]],
    ['the others', { expression: 'delay > 0', negate: true }, [2, 3]],
  ])('keeps rows by %s', async (_, params, ids) => {
    const [, ...rows] = await result('data.filter', params, one);
    expect(rows.map((row) => row?.[0])).toEqual(ids);
  });

  it.each<[string, object, RegExp]>([
    ['a number that is none', { conditions: [{ column: 'delay', value: '7 OR 1=1' }] }, /not a number/],
    ['an unknown column', { conditions: [{ column: 'dely', value: '7' }] }, /“dely” is not in the table/],
    ['a subquery', { expression: 'id IN (SELECT 1)' }, /holds a query/],
    ['a second statement', { expression: '1=1); DROP TABLE x; SELECT (1' }, /one SELECT|not one expression/],
    ['another FROM', { expression: '1) FROM range(3) --' }, /./],
    ['a second column', { expression: '1), (2' }, /not one expression/],
    ['a closed WHERE', { expression: 'true) OR (true' }, /./],
    ['chance', { expression: 'random() > 0.5' }, /each time/],
    ['an aggregate', { expression: 'sum(id) > 1' }, /combines rows/],
    ['nothing', {}, /no condition/],
  ])('says what is wrong: %s', async (name, params, message) => {
    const described = await describeStep('data.filter', params, one);
    if (name === 'a closed WHERE') {
      // One expression after all: it is put in parentheses of its own.
      expect(described?.problems).toEqual([]);
      return;
    }
    expect(described?.problems[0]?.message).toMatch(message);
    await expect(run('data.filter', params, one)).rejects.toThrow();
  });

  it('suggests the column that is meant, at its field', async () => {
    const described = await describeStep('data.filter', { expression: 'dela > 1' }, one);
    expect(described?.problems[0]).toMatchObject({ field: 'expression', fix: expect.stringContaining('delay') });
  });
});

describe('data.derive', () => {
  it('adds and replaces columns one after another', async () => {
    const columns = [
      { name: 'late', expression: 'delay > 5' },
      { name: 'ORIGIN', expression: 'lower(origin)' },
      { name: 'both', expression: "late AND origin = 'atl'", type: 'string' },
    ];
    expect((await result('data.derive', { columns }, one)).slice(0, 2)).toEqual([
      ['id', 'ORIGIN', 'delay', 'day', 'late', 'both'],
      [1, 'atl', 20.5, '2001-01-03', true, 'true'],
    ]);
  });

  it('keeps the order of the rows when it looks across them', async () => {
    const columns = [{ name: 'n', expression: 'rank() OVER (ORDER BY day DESC)' }];
    const [, ...rows] = await result('data.derive', { columns }, one);
    expect(rows.map((row) => row?.[0])).toEqual([1, 2, 3, 4]);
  });

  it('names the expression that is wrong', async () => {
    const columns = [
      { name: 'a', expression: 'id + 1' },
      { name: 'b', expression: 'aa + 1' },
    ];
    const described = await describeStep('data.derive', { columns }, one);
    expect(described?.problems[0]).toMatchObject({ field: 'columns', fix: expect.stringContaining('a') });
  });
});

describe('data.join', () => {
  const inputs = { left: [flights], right: [airports] };
  const keys = { leftKeys: ['origin'], rightKeys: ['iata'] };

  it('joins and reports what has no partner', async () => {
    const { outputs } = await run('data.join', keys, inputs);
    expect(outputs['table']?.schema?.columns.map(({ name }) => name)).toEqual([
      'id',
      'origin',
      'delay',
      'day',
      'city',
      'id_right',
    ]);
    expect((await rowsOf(outputs['table'])).map((row) => row[4])).toEqual(['Atlanta', null, 'Atlanta', null]);
    expect(outputs['report']?.meta?.['metrics']).toEqual({ rows: 4, leftUnmatched: 2, rightUnmatched: 1 });
  });

  it.each([
    ['inner', [1, 3]],
    ['semi', [1, 3]],
    ['anti', [2, 4]],
    ['right', [1, 3, null]],
    ['full', [1, 2, 3, 4, null]],
  ])('%s keeps the right rows in order', async (how, ids) => {
    const [, ...rows] = await result('data.join', { ...keys, how }, inputs);
    expect(rows.map((row) => row?.[0])).toEqual(ids);
  });

  it('fills the keys of a full join from the side that has them', async () => {
    const [, ...rows] = await result('data.join', { ...keys, how: 'full' }, inputs);
    expect(rows.map((row) => row?.[1])).toEqual(['ATL', 'ORD', 'ATL', null, 'JFK']);
  });

  it('checks cardinality', async () => {
    const other = { left: [airports], right: [flights] };
    const turned = { leftKeys: ['iata'], rightKeys: ['origin'] };
    await expect(run('data.join', turned, other)).rejects.toMatchObject({
      code: 'data.expectation',
      message: expect.stringContaining('origin ATL (2 rows)'),
    });
    for (const cardinality of ['any', 'one-to-many']) {
      expect((await run('data.join', { ...turned, cardinality }, other)).outputs['table']?.rowCount).toBe(3);
    }
    await expect(run('data.join', { ...keys, cardinality: 'one-to-one' }, inputs)).rejects.toThrow('left table');
  });

  it('warns of or refuses rows without a partner', async () => {
    expect((await run('data.join', { ...keys, unmatched: 'warn' }, inputs)).logs[0]).toContain('2 of 4 left rows');
    await expect(run('data.join', { ...keys, unmatched: 'fail' }, inputs)).rejects.toThrow('2 of 4 left rows');
  });

  it.each([
    [{ leftKeys: ['origin'] }, 'rightKeys'],
    [{ leftKeys: ['origin', 'id'], rightKeys: ['iata'] }, 'rightKeys'],
    [{ leftKeys: ['origin'], rightKeys: ['id'] }, 'rightKeys'],
    [{}, 'leftKeys'],
  ])('refuses keys that cannot match: %j', async (params, field) => {
    expect((await describeStep('data.join', params, inputs))?.problems[0]?.field).toBe(field);
  });
});

describe('data.union', () => {
  it('stacks tables and says where rows are from', async () => {
    const other = await table(`SELECT 5.5 AS id, 'x' AS extra`);
    const inputs = { tables: [flights, other] };
    expect((await describeStep('data.union', {}, inputs))?.problems[0]?.message).toContain('“extra” more');
    const all = await result('data.union', { columns: 'all', source: 'from' }, inputs);
    expect(all[0]).toEqual(['id', 'origin', 'delay', 'day', 'extra', 'from']);
    expect(all.at(-1)).toEqual([5.5, null, null, null, 'x', 2]);
    expect(await result('data.union', { columns: 'common' }, inputs)).toEqual([['id'], [1], [2], [3], [4], [5.5]]);
    const text = await table(`SELECT 'a' AS id`);
    const mixed = await describeStep('data.union', { columns: 'common' }, { tables: [flights, text] });
    expect(mixed?.problems[0]?.message).toContain('“id” is VARCHAR');
  });
});

describe('data.aggregate', () => {
  it('groups', async () => {
    const measures = [
      { function: 'count', name: 'n' },
      { function: 'mean', column: 'delay' },
      { function: 'missing', column: 'delay' },
      { function: 'last', column: 'delay' },
      { function: 'quantile', column: 'id', quantile: 0.5, name: 'q' },
    ];
    expect(await result('data.aggregate', { groupBy: ['origin'], measures }, one)).toEqual([
      ['origin', 'n', 'mean_delay', 'missing_delay', 'last_delay', 'q'],
      ['ATL', 2, 20.5, 1, null, 2],
      ['ORD', 1, -3, 0, -3, 2],
      [null, 1, 7.25, 0, 7.25, 4],
    ]);
    expect(await result('data.aggregate', {}, one)).toEqual([['count'], [4]]);
  });

  it('says what cannot be computed', async () => {
    const described = await describeStep('data.aggregate', { measures: [{ function: 'mean', column: 'origin' }] }, one);
    expect(described?.problems[0]).toMatchObject({ field: 'measures', message: expect.stringContaining('VARCHAR') });
  });
});

describe('data.pivot and data.unpivot', () => {
  it('turn rows into columns and back', async () => {
    const params = { rows: ['id'], column: 'origin', function: 'max', value: 'delay' };
    const named = { ...params, names: ['ORD', 'ATL'], prefix: 'd_' };
    expect((await result('data.pivot', named, one)).slice(0, 3)).toEqual([
      ['id', 'd_ORD', 'd_ATL'],
      [1, null, 20.5],
      [2, -3, null],
    ]);
    expect((await result('data.pivot', params, one))[0]).toEqual(['id', 'ATL', 'ORD']);
    expect((await describeStep('data.pivot', params, one))?.problems).toMatchObject([
      { field: 'names', severity: 'warning' },
    ]);
    const long = { columns: ['delay', 'id'], nameColumn: 'what' };
    expect((await result('data.unpivot', long, one)).slice(0, 4)).toEqual([
      ['origin', 'day', 'what', 'value'],
      ['ATL', '2001-01-03', 'delay', 20.5],
      ['ATL', '2001-01-03', 'id', 1],
      ['ORD', '2001-01-01', 'delay', -3],
    ]);
    expect((await run('data.unpivot', { ...long, keepMissing: true }, one)).outputs['table']?.rowCount).toBe(8);
    expect((await describeStep('data.unpivot', { columns: ['id', 'origin'] }, one))?.problems[0]?.message).toContain(
      'cannot share',
    );
  });
});

describe('data.window', () => {
  it('looks at the rows around', async () => {
    const input = await table(
      `SELECT * FROM (VALUES ('a', 3, 30), ('a', 1, 10), ('b', 1, 5), ('a', 2, 20), ('a', 2, 40)) AS t(shop, day, sales)`,
    );
    const columns = [
      { function: 'lag', column: 'sales', name: 'before' },
      { function: 'rollingMean', column: 'sales', size: 2, current: false, name: 'mean' },
      { function: 'rank', name: 'rank' },
      { function: 'rowNumber', name: 'n' },
      { function: 'runningSum', column: 'sales', name: 'running' },
      { function: 'shareOfGroup', column: 'sales', name: 'share' },
    ];
    const params = { partitionBy: ['shop'], orderBy: [{ column: 'day' }], columns };
    expect(await result('data.window', params, { input: [input] })).toEqual([
      ['shop', 'day', 'sales', 'before', 'mean', 'rank', 'n', 'running', 'share'],
      ['a', 3, 30, 40, 30, 4, 4, 100, 0.3],
      ['a', 1, 10, null, null, 1, 1, 10, 0.1],
      ['b', 1, 5, null, null, 1, 1, 5, 1],
      ['a', 2, 20, 10, 10, 2, 2, 30, 0.2],
      ['a', 2, 40, 20, 15, 2, 3, 70, 0.4],
    ]);
  });
});

describe('data.sort, data.sample and data.dedupe', () => {
  it('sort, missing last, level rows in their order', async () => {
    const [, ...rows] = await result('data.sort', { by: [{ column: 'origin', descending: true }] }, one);
    expect(rows.map((row) => row?.[0])).toEqual([2, 1, 3, 4]);
    expect((await run('data.sort', { by: [{ column: 'id' }], limit: 2 }, one)).outputs['table']?.rowCount).toBe(2);
  });

  it('sample exactly, within groups, the same each time', async () => {
    const input = await table('SELECT i, i % 4 AS class FROM range(1000) AS t(i)');
    const draw = async (params: object) => (await run('data.sample', params, { input: [input] })).outputs['table'];
    const tenth = await draw({ fraction: 0.1 });
    expect(tenth?.rowCount).toBe(100);
    expect((await draw({ fraction: 0.1 }))?.contentDigest).toBe(tenth?.contentDigest);
    expect((await draw({ fraction: 0.1, seed: 2 }))?.contentDigest).not.toBe(tenth?.contentDigest);
    const classes = await draw({ method: 'rows', rows: 3, within: ['class'] });
    expect((await rowsOf(classes)).map((row) => row[1]).toSorted()).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
    expect((await rowsOf(await draw({ method: 'first', rows: 2 }))).map((row) => row[0])).toEqual([0, 1]);
  });

  it('keep one row of a key', async () => {
    const keys = { keys: ['origin'] };
    const ids = async (params: object) => (await result('data.dedupe', params, one)).slice(1).map((row) => row?.[0]);
    expect(await ids(keys)).toEqual([1, 2, 4]);
    expect(await ids({ ...keys, keep: 'last' })).toEqual([2, 3, 4]);
    expect(await ids({ ...keys, keep: 'last', orderBy: [{ column: 'day' }] })).toEqual([1, 2, 4]);
    expect(await ids({ ...keys, keep: 'none' })).toEqual([2, 4]);
    expect(await ids({})).toEqual([1, 2, 3, 4]);
  });
});

/** Params of each kind over columns `k`, `v` (numbers) and `s` (text) that may have any name. */
function anyNames(k: string, v: string, s: string): [string, object, readonly string[]][] {
  return [
    ['data.select', { columns: [v, k], rename: { [v]: `${v}x` }, types: { [k]: 'string' } }, ['input']],
    [
      'data.filter',
      {
        conditions: [
          { column: s, is: 'notEqual', value: s },
          { column: v, is: 'present' },
        ],
      },
      ['input'],
    ],
    ['data.derive', { columns: [{ name: s, expression: '1 + 1' }] }, ['input']],
    ['data.join', { leftKeys: [k], cardinality: 'any', suffix: s }, ['left', 'right']],
    ['data.union', { source: `${s}${v}${k}z`, names: [s, k] }, ['tables']],
    [
      'data.aggregate',
      {
        groupBy: [s],
        measures: [
          { function: 'sum', column: v },
          { function: 'missing', column: k },
        ],
      },
      ['input'],
    ],
    ['data.pivot', { rows: [k], column: s, function: 'missing', value: v, names: [s, 'x'], prefix: 'p' }, ['input']],
    ['data.unpivot', { columns: [k, v], nameColumn: `${s}1`, valueColumn: `${s}2` }, ['input']],
    [
      'data.window',
      {
        partitionBy: [s],
        orderBy: [{ column: k, descending: true }],
        columns: [{ function: 'rollingSum', column: v, size: 3, name: `${s}3` }],
      },
      ['input'],
    ],
    ['data.sort', { by: [{ column: s }, { column: k, descending: true }] }, ['input']],
    ['data.sample', { fraction: 0.5, within: [s] }, ['input']],
    ['data.dedupe', { keys: [s], orderBy: [{ column: v }] }, ['input']],
  ];
}

const nastyNames = fc.uniqueArray(
  fc.oneof(
    fc.constantFrom(
      '"',
      "'",
      '"; DROP VIEW input; --',
      'a"b',
      "x' OR '1'='1",
      'select',
      '*',
      ' - ',
      '$1',
      '?',
      '/*',
      'ünï',
      'a,b',
      '{',
      'input',
      'l',
      'r',
      '%s',
      '\\',
    ),
    fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !text.includes('\0')),
  ),
  { minLength: 3, maxLength: 3, selector: (name) => name.toLowerCase().replace(/[0-9xz]+$/, '') },
);

describe('every transform', () => {
  it('quotes whatever names columns have', async () => {
    await fc.assert(
      fc.asyncProperty(nastyNames, async ([k = '', v = '', s = '']) => {
        const q = quoteIdentifier;
        const input = await table(
          `SELECT i AS ${q(k)}, i * 2 AS ${q(v)}, ${quoteLiteral(s)} || i % 2 AS ${q(s)} FROM range(6) AS t(i)`,
        );
        for (const [kind, params, ports] of anyNames(k, v, s)) {
          const inputs = Object.fromEntries(ports.map((port) => [port, [input]]));
          const described = await describeStep(kind, params, inputs);
          expect(described?.problems, kind).toEqual([]);
          const { outputs } = await run(kind, params, inputs);
          const shape = described?.outputs['table'];
          expect(shape?.type === 'table' && shape.schema, kind).toEqual(outputs['table']?.schema);
        }
      }),
      { seed: 11, numRuns: 8 },
    );
  });

  it('gives one digest whatever the number of threads', async () => {
    const input = await table(
      `SELECT i % 1000 AS k, (i * 7919 % 10007) / 7.0::DOUBLE AS v, 's' || i % 13 AS s FROM range(140000) AS t(i)`,
    );
    const right = await table(`SELECT i AS k, i / 3.0::DOUBLE AS v, 'r' || i AS s FROM range(900) AS t(i)`);
    for (const [kind, params, ports] of anyNames('k', 'v', 's')) {
      const inputs = Object.fromEntries(ports.map((port) => [port, [port === 'right' ? right : input]]));
      const digests = [];
      for (const threads of [1, 4])
        digests.push((await run(kind, params, inputs, { threads })).outputs['table']?.contentDigest);
      expect(digests[0], kind).toBe(digests[1]);
    }
  });
});
