import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { writeTable } from '../../../main/compute/duckdb/write-table.ts';
import type { PortShape } from '../../../shared/node/define-node.ts';
import type { ArtifactDraft, InputArtifact } from '../../../shared/node/runner.ts';
import { asInput, stepContext } from '../../../test/fixtures/step-context.ts';
import { sqlNode } from './definition.ts';
import { runner } from './run.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipway-sql-'));
afterAll(() => rmSync(dir, { recursive: true }));
const signal = new AbortController().signal;

async function table(query: string, lineage: 'all' | 'train' | 'test' = 'all'): Promise<InputArtifact> {
  const workDir = mkdtempSync(join(dir, 'input-'));
  return asInput(await withDuckDb({}, (db) => writeTable(db, query, { workDir, lineage })));
}

function shapeOf({ manifest }: InputArtifact): PortShape {
  const { schema, lineage } = manifest;
  return { type: 'table', schema: schema ?? { columns: [] }, ...(lineage === undefined ? {} : { lineage }) };
}

const secret = (name: string) => `value of ${name}`;

function describe(query: string, inputs: Record<string, InputArtifact>, orderBy: string[] = []) {
  return runner.describe?.({
    params: sqlNode.params.parse({ inputs: Object.keys(inputs), query, orderBy }),
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, [shapeOf(input)]])),
    baseDir: dir,
    signal,
    secret,
  });
}

async function run(
  query: string,
  inputs: Record<string, InputArtifact>,
  { orderBy = [] as string[], threads = 2, signal: given = signal } = {},
): Promise<ArtifactDraft> {
  const params = sqlNode.params.parse({ inputs: Object.keys(inputs), query, orderBy });
  const ctx = stepContext(dir, params, {
    threads,
    signal: given,
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, [input]])),
  });
  return (await runner.run(ctx))['table'] as ArtifactDraft;
}

async function rowsOf(draft: ArtifactDraft): Promise<unknown[][]> {
  const path = draft.files['data.parquet'];
  return withDuckDb({}, async (db) => (await db.rows(`SELECT * FROM '${path}'`)).map((row) => Object.values(row)));
}

const flights = await table(
  `SELECT * FROM (VALUES (3, 'ORD', 2.5::DOUBLE, [1, 2]::FLOAT[2]), (1, 'LAX', NULL, [3, 4]::FLOAT[2]), (2, 'ORD', -1.0, NULL))
   t(delay, origin, x, pixels)`,
);

test('filters and computes, in the order of the input', async () => {
  const query = 'SELECT *, delay > 1 AS late FROM input WHERE delay < 4 -- all\n;';
  const draft = await run(query, { input: flights });
  expect(await rowsOf(draft)).toMatchObject([
    [3, 'ORD', 2.5, [1, 2], true],
    [1, 'LAX', null, [3, 4], false],
    [2, 'ORD', -1, null, true],
  ]);
  expect(draft).toMatchObject({ rowCount: 3, lineage: 'all' });
  const described = await describe(query, { input: flights });
  expect(described).toEqual({
    outputs: { table: { type: 'table', schema: draft.schema, lineage: 'all' } },
    problems: [],
  });
  expect(draft.schema?.columns[3]).toEqual({ name: 'pixels', type: 'tensor', sqlType: 'FLOAT[2]', size: 2 });
});

test('orderBy, ties broken by the other columns; the own ORDER BY of a query', async () => {
  const draft = await run('SELECT origin, delay FROM input', { input: flights }, { orderBy: ['origin'] });
  expect(await rowsOf(draft)).toEqual([
    ['LAX', 1],
    ['ORD', 2],
    ['ORD', 3],
  ]);
  const own = await run('SELECT origin, delay FROM input ORDER BY origin DESC LIMIT 2', { input: flights });
  expect(await rowsOf(own)).toEqual([
    ['ORD', 2],
    ['ORD', 3],
  ]);
  const grouped = await run('SELECT origin, sum(delay) AS d FROM input GROUP BY ALL', { input: flights });
  expect(await rowsOf(grouped)).toEqual([
    ['LAX', '1'],
    ['ORD', '5'],
  ]);
});

test('the same digest with any number of threads', async () => {
  const input = await table(
    `SELECT i, (hash(i) % 1000)::INTEGER AS k, sin(i) AS f, (hash(i, 1) % 50)::INTEGER AS tie FROM range(400000) t(i)`,
  );
  for (const query of [
    'SELECT * FROM input WHERE f > 0',
    'SELECT k, sum(f) AS s, avg(f) AS m, count(*) AS n, sum(tie) AS t FROM input GROUP BY k',
    'SELECT a.i, b.s FROM input a JOIN (SELECT k, max(f) AS s FROM input GROUP BY k) b USING (k)',
    'SELECT k, f FROM input ORDER BY tie',
    'SELECT *, row_number() OVER (PARTITION BY k ORDER BY tie) AS r FROM input',
    "SELECT k, first(i) AS a, string_agg(tie, ',') AS b FROM input GROUP BY k",
    'SELECT * FROM input ORDER BY tie LIMIT 100',
    'SELECT DISTINCT ON (k) k, i FROM input',
  ]) {
    const one = await run(query, { input }, { threads: 1 });
    const four = await run(query, { input }, { threads: 4 });
    expect(four.contentDigest, query).toBe(one.contentDigest);
  }
});

test('several inputs and odd column names', async () => {
  const airports = await table(`SELECT 'ORD' AS "co""de", 'IL' AS "the ""state""; --"`, 'train');
  const query = `SELECT flights.delay, airports."the ""state""; --" AS "a'b"
    FROM flights JOIN airports ON origin = "co""de"`;
  const draft = await run(query, { flights, airports }, { orderBy: ["a'b", 'delay'] });
  expect(await rowsOf(draft)).toEqual([
    [2, 'IL'],
    [3, 'IL'],
  ]);
  expect(draft.lineage).toBe('train');
  const held = await table('SELECT 1 AS delay', 'test');
  expect((await run('SELECT count(*) AS n FROM flights, held', { flights, held })).lineage).toBe('test');
});

test('problems are found before anything runs and name the way out', async () => {
  const input = flights;
  const cases: [string, Record<string, unknown>][] = [
    ['SELECT delai FROM input', { message: 'Column “delai” does not exist.', fix: 'Did you mean delay?' }],
    ['SELECT "Delay" + gone AS Gone FROM input', { message: 'Column “gone” does not exist.' }],
    ['SELECT *\nFROM inputs', { message: 'Table “inputs” does not exist in line 2.' }],
    ['SELECT flor(delay) FROM input', { message: 'Function “flor” does not exist.' }],
    ['SELECT * FROM input; DROP TABLE input', { message: 'The query must be one SELECT statement.' }],
    ['DROP VIEW input', { message: 'The query must be one SELECT statement.' }],
    ["COPY input TO 'stolen.csv'", { message: 'The query must be one SELECT statement.' }],
    ["ATTACH 'x.db'", { message: 'The query must be one SELECT statement.' }],
    ['SET threads = 8', { message: 'The query must be one SELECT statement.' }],
    ['SELECT 1 AS a; SELECT 2 AS a', { message: 'The query must be one SELECT statement.' }],
    ['', { message: 'The query is empty.' }],
    ['-- nothing', { message: 'The query is empty.' }],
    ['SELEC 1', { message: expect.stringContaining('syntax error') }],
    ['SELECT $1 AS a', { message: 'The query has a placeholder ($1 or ?).' }],
    ['SELECT a.*, b.* FROM input a, input b', { message: 'The result has two columns named “delay”.' }],
    ['SELECT sum(origin) FROM input', { message: expect.stringContaining('sum(VARCHAR)') }],
    ['SELECT now() AS t FROM input', { message: expect.stringContaining('now()') }],
    ['SELECT current_date AS t', { message: expect.stringContaining('current_date') }],
    ['SELECT random() AS r FROM input', { message: expect.stringContaining('random()') }],
    ['SELECT * FROM input USING SAMPLE 1', { message: expect.stringContaining('random sample') }],
    ["SELECT * FROM read_csv('/etc/passwd')", { message: expect.stringContaining('read_csv()') }],
    ["SELECT * FROM read_text('/etc/passwd')", { message: expect.stringContaining('read_text()') }],
    ["SELECT * FROM '/etc/passwd.csv'", { message: expect.stringContaining('other than its inputs') }],
    ["SELECT * FROM glob('/*')", { message: expect.stringContaining('glob()') }],
    ["SELECT * FROM query_table('/etc/passwd.parquet')", { message: expect.stringContaining('query_table()') }],
    ['SELECT * FROM duckdb_settings()', { message: expect.stringContaining('duckdb_settings()') }],
  ];
  for (const [query, problem] of cases) {
    const described = await describe(query, { input });
    expect(described?.outputs, query).toEqual({});
    expect(described?.problems, query).toMatchObject([{ field: 'query', ...problem }]);
    await expect(run(query, { input }), query).rejects.toMatchObject(problem);
  }
  expect((await describe('SELECT 1 AS a FROM input', { input }, ['b']))?.problems).toMatchObject([
    { field: 'orderBy', message: 'The result has no column “b” to order by.' },
  ]);
});

test('a column that disappeared upstream', async () => {
  const without = await table("SELECT 1 AS delay, 'ORD' AS start");
  const described = await describe('SELECT delay, origin FROM input', { input: without });
  expect(described?.problems).toMatchObject([{ message: 'Column “origin” does not exist.' }]);
});

test('errors of values, missing inputs and cancelling', async () => {
  await expect(run('SELECT CAST(origin AS INTEGER) AS n FROM input', { input: flights })).rejects.toMatchObject({
    code: 'data.query',
    message: expect.stringContaining("Could not convert string 'ORD'"),
  });
  await expect(run('SELECT 170141183460469231731687303715884105727 AS n', { input: flights })).rejects.toMatchObject({
    code: 'data.query',
  });
  const params = sqlNode.params.parse({});
  await expect(runner.run(stepContext(dir, params))).rejects.toMatchObject({
    message: 'Input “input” is not connected.',
  });
  expect(await runner.describe?.({ params, inputs: {}, baseDir: dir, signal, secret })).toEqual({
    outputs: {},
    problems: [],
  });
  const abort = new AbortController();
  const endless = run(
    'SELECT count(*) AS n FROM range(100000) a, range(10000000) b',
    { input: flights },
    { signal: abort.signal },
  );
  setTimeout(() => abort.abort(), 50);
  await expect(endless).rejects.toMatchObject({ code: 'run.cancelled' });
});
