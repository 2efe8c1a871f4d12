import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { readTablePage } from '../../../main/compute/duckdb/page.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { expectNode } from './definition.ts';
import { runner } from './run.ts';

type Expectations = z.input<typeof expectNode.params>['expectations'];

let chain: StepChain;
let orders: InputArtifact;
let customers: InputArtifact;
beforeAll(async () => {
  chain = await StepChain.create();
  orders = await chain.table(`
    SELECT * FROM (VALUES
      (1, 'a', 10.0, 'new', TIMESTAMP '2024-01-01'),
      (2, 'b', -5.0, 'paid', TIMESTAMP '2024-01-02'),
      (2, 'zz', NULL, 'lost', TIMESTAMP '2024-01-03'),
      (NULL, 'a', 'NaN'::DOUBLE, NULL, NULL),
      (5, 'it''s', 7.0, 'new', TIMESTAMP '2024-01-05')) AS v(id, customer, amount, state, "at")`);
  customers = await chain.table(`SELECT * FROM (VALUES ('a'), ('b'), (NULL)) AS v(name)`);
});
afterAll(() => chain[Symbol.asyncDispose]());

async function rowsOf(table: InputArtifact | undefined): Promise<unknown[][]> {
  const columns = table?.manifest.schema?.columns ?? [];
  return (await readTablePage(table?.path('data.parquet') ?? '', columns, { offset: 0, limit: 100 })).rows;
}

async function check(expectations: Expectations, onBreak: 'fail' | 'quarantine' | 'warn' = 'quarantine') {
  const outputs = await chain.run(
    expectNode,
    runner,
    { expectations, onBreak },
    { input: [orders], reference: [customers] },
    { source: String(Date.parse('2024-02-01T00:00:00Z')) },
  );
  const report = JSON.parse(readFileSync(outputs['report']?.path('report.json') ?? '', 'utf8'));
  return { good: await rowsOf(outputs['table']), bad: await rowsOf(outputs['quarantine']), report, outputs };
}

describe('data.expect', () => {
  it.each<[string, NonNullable<Expectations>[number], (number | null)[]]>([
    ['notNull', { check: 'notNull', column: 'id' }, [null]],
    ['unique keeps the first', { check: 'unique', columns: ['id'] }, [2]],
    ['unique over several columns', { check: 'unique', columns: ['id', 'customer'] }, []],
    ['range takes NaN out', { check: 'range', column: 'amount', min: 0 }, [2, null]],
    ['range of times', { check: 'range', column: 'at', min: '2024-01-02', max: '2024-01-03T00:00:00Z' }, [1, 5]],
    ['set', { check: 'set', column: 'state', values: ['new', 'paid'] }, [2]],
    ['set of numbers', { check: 'set', column: 'id', values: [1, 2] }, [5]],
    ['regex', { check: 'regex', column: 'customer', pattern: '^[a-z]$' }, [2, 5]],
    ['foreignKey', { check: 'foreignKey', columns: ['customer'], references: ['name'] }, [2, 5]],
  ])('%s', async (_name, expectation, ids) => {
    const { bad, good, report } = await check([expectation]);
    expect(bad.map((row) => row[0])).toEqual(ids);
    expect(good.length + bad.length).toBe(5);
    expect(report.expectations[0].broken).toBe(ids.length);
    expect(report.expectations[0].examples.map((row: { id: number }) => row.id)).toEqual(ids);
  });

  it('tells every reason of a row in quarantine, and keeps the order of the others', async () => {
    const { bad, good, outputs } = await check([
      { check: 'unique', columns: ['id'] },
      { check: 'set', column: 'state', values: ['new', 'paid'] },
      { check: 'notNull', column: 'amount', onBreak: 'warn' },
    ]);
    expect(bad.map((row) => row.at(-1))).toEqual([
      'not: id is unique; not: state is one of new, paid; not: amount is not missing',
    ]);
    expect(good.map((row) => row[1])).toEqual(['a', 'b', 'a', "it's"]);
    expect(outputs['report']?.manifest.meta).toEqual({
      metrics: { rows: 5, quarantinedRows: 1, brokenExpectations: 3 },
    });
  });

  it('fails with example rows, all breaks in the details', async () => {
    const failing = check(
      [
        { check: 'range', column: 'amount', min: 0, max: 9 },
        { check: 'notNull', column: 'at' },
        { check: 'type', column: 'id', type: 'string' },
        { check: 'rowCount', min: 6 },
      ],
      'fail',
    );
    await expect(failing).rejects.toMatchObject({
      code: 'data.expectation',
      message: expect.stringMatching(
        /amount is at least 0 and at most 9, but 3 rows break it\. For example \{"id":1,.*1 more/s,
      ),
      details: { breaks: [{ broken: 3 }, { broken: 1 }, { found: 'it is int64' }, { found: 'there are 5' }] },
    });
  });

  it('lets all rows through where it only warns', async () => {
    const before = chain.logs.length;
    const { good, bad } = await check(
      [
        { check: 'freshness', column: 'at', maxAgeHours: 24 },
        { check: 'rowCount', max: 3 },
      ],
      'warn',
    );
    expect([good.length, bad.length]).toEqual([5, 0]);
    expect(chain.logs.slice(before)).toEqual([
      'warn: Expected that the latest at is at most 24 h old, but it is 2024-01-05T00:00:00.000Z.',
      'warn: Expected that there are at most 3 rows, but there are 5.',
    ]);
  });

  it('suggests a contract that the table meets', async () => {
    const { report } = await check([]);
    expect(report.suggested).toContainEqual({ check: 'notNull', column: 'customer', onBreak: 'default' });
    expect(report.suggested).toContainEqual({ check: 'type', column: 'at', type: 'timestamp', onBreak: 'default' });
    expect(report.suggested).toContainEqual({ check: 'range', column: 'id', min: 1, max: 5, onBreak: 'default' });
    const { bad, report: again } = await check(report.suggested, 'fail');
    expect(bad).toEqual([]);
    expect(again.expectations.length).toBe(report.suggested.length);
  });

  it('has a key that follows the clock only where freshness is asked', async () => {
    const probe = (expectations: Expectations) =>
      runner.probe?.({
        params: expectNode.params.parse({ expectations }),
        baseDir: '/',
        streamsDir: '/',
        signal: new AbortController().signal,
        secret: (name) => name,
      });
    expect(await probe([{ check: 'notNull', column: 'id' }])).toBe('');
    expect(Number(await probe([{ check: 'freshness', column: 'at', maxAgeHours: 1 }])) % 60_000).toBe(0);
  });
});

it('infers shapes and problems without data', () => {
  const schema = { columns: [{ name: 'Reasons', type: 'string', sqlType: 'VARCHAR' } as const] };
  const params = expectNode.params.parse({
    expectations: [
      { check: 'notNull', column: 'gone' },
      { check: 'foreignKey', columns: ['Reasons'], references: ['a', 'b'] },
      { check: 'range', column: 'Reasons' },
      { check: 'freshness', column: 'Reasons', maxAgeHours: 1, onBreak: 'quarantine' },
    ],
  });
  const inferred = expectNode.infer?.({ input: [{ type: 'table', schema }], reference: [] }, params);
  expect(inferred?.problems.map(({ message }) => message.replace(/^.*?\): /, ''))).toEqual([
    'the table has no column “gone”.',
    'columns and references differ in number.',
    'nothing is connected to the input “reference”.',
    'it has no bound.',
    'the column is not a time.',
    'it is about the whole table, so no row can go to quarantine.',
  ]);
  expect(inferred?.outputs['quarantine']).toMatchObject({ schema: { columns: [{}, { name: 'reasons_' }] } });
});

it('compares a distribution with that of a reference', async () => {
  const skewed = await chain.table(
    `SELECT i % 10 AS x, CASE WHEN i % 4 = 0 THEN 'a' ELSE 'b' END AS s FROM range(1000) AS t(i)`,
  );
  const equal = await chain.table(
    `SELECT (i * 7) % 10 AS x, CASE WHEN i % 4 = 1 THEN 'a' ELSE 'b' END AS s FROM range(400) AS t(i)`,
  );
  const moved = await chain.table(
    `SELECT i % 10 + 4 AS x, CASE WHEN i % 4 = 0 THEN 'new' ELSE 'b' END AS s FROM range(400) AS t(i)`,
  );
  const broken = async (input: InputArtifact) => {
    const expectations: Expectations = ['x', 's'].map((column) => ({ check: 'distribution', column, onBreak: 'warn' }));
    const outputs = await chain.run(expectNode, runner, { expectations }, { input: [input], reference: [skewed] });
    const report = JSON.parse(readFileSync(outputs['report']?.path('report.json') ?? '', 'utf8')) as {
      expectations: { broken: number; found?: string }[];
    };
    return report.expectations.map((one) => one.broken);
  };
  expect(await broken(equal)).toEqual([0, 0]);
  expect(await broken(moved)).toEqual([1, 1]);
});
