import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { quotePath } from '../../../main/compute/duckdb/quote.ts';
import type { PortShape } from '../../../shared/node/define-node.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { viewNode } from '../view/definition.ts';
import { runner as view } from '../view/run.ts';
import { joinNode } from './definition.ts';
import { runner } from './run.ts';

let chain: StepChain;
beforeAll(async () => {
  chain = await StepChain.create();
});
afterAll(() => chain[Symbol.asyncDispose]());

async function viewOver(query: string, params: Record<string, unknown>): Promise<InputArtifact> {
  const { view: made } = await chain.run(viewNode, view, params, { source: [await chain.table(query)] });
  if (made === undefined) throw new Error('no view');
  return made;
}

const rowsOf = (table: InputArtifact | undefined) =>
  withDuckDb({}, (db) => db.rows(`SELECT * FROM read_parquet(${quotePath(table?.path('data.parquet') ?? '')})`));

const delays = `SELECT * FROM (VALUES
  ('SFO', TIMESTAMP '2026-01-01 10:00', TIMESTAMP '2026-01-01 11:30', 10.0::DOUBLE),
  ('SFO', TIMESTAMP '2026-01-01 09:00', TIMESTAMP '2026-01-01 09:30', 20.0),
  ('JFK', TIMESTAMP '2026-01-01 08:00', TIMESTAMP '2026-01-01 08:30', 30.0)
) v(origin, date, known_at, delay)`;
const delaysView = {
  name: 'delays',
  keys: ['origin'],
  eventTimestamp: 'date',
  createdTimestamp: 'known_at',
  ttlSeconds: 3 * 3600,
};
const flights = `SELECT * FROM (VALUES
  (1, 'SFO', TIMESTAMP '2026-01-01 11:00', true),
  (2, 'SFO', TIMESTAMP '2026-01-01 12:00', false),
  (2, 'SFO', TIMESTAMP '2026-01-01 12:00', false),
  (3, 'JFK', TIMESTAMP '2026-01-01 11:30', false),
  (4, 'LAX', TIMESTAMP '2026-01-01 11:30', true)
) v(flight, origin, date, late)`;
const rates = `SELECT * FROM (VALUES (TIMESTAMP '2026-01-01', 'low'), (TIMESTAMP '2026-01-01 12:00', 'high')) v(day, rate)`;

describe('feature join', () => {
  it('adds what was known at the time of each label, from several views', async () => {
    const views = [await viewOver(delays, delaysView), await viewOver(rates, { name: 'rates', eventTimestamp: 'day' })];
    const labels = await chain.table(flights, 'test');
    const { table } = await chain.run(joinNode, runner, { timestamp: 'date' }, { labels: [labels], views });
    expect(table?.manifest.lineage).toBe('test');
    expect(table?.manifest.schema?.columns.map(({ name }) => name)).toEqual([
      'flight',
      'origin',
      'date',
      'late',
      'delay',
      'rate',
    ]);
    expect((await rowsOf(table)).map((row) => [row['flight'], row['late'], row['delay'], row['rate']])).toEqual([
      [1, true, 20, 'low'],
      [2, false, 10, 'high'],
      [2, false, 10, 'high'],
      [3, false, null, 'low'],
      [4, true, null, 'low'],
    ]);
  });

  it('maps keys, prefixes names and warns when the created filter is off', async () => {
    const labels = await chain.table(`SELECT origin AS airport, date AS t, 1 AS delay FROM (${flights})`);
    const { table } = await chain.run(
      joinNode,
      runner,
      { timestamp: 't', keyColumns: { origin: 'airport' }, prefix: true, createdFilter: false },
      { labels: [labels], views: [await viewOver(delays, delaysView)] },
    );
    expect((await rowsOf(table)).map((row) => row['delays__delay'])).toEqual([10, 10, 10, null, null]);
    expect(chain.logs.filter((line) => line.startsWith('warn: Rows are used before they were known'))).toHaveLength(1);
  });

  it('takes every entity of a span of time where there are no labels', async () => {
    const views = [await viewOver(delays, delaysView), await viewOver(rates, { name: 'rates', eventTimestamp: 'day' })];
    const run = (params: Record<string, unknown>) => chain.run(joinNode, runner, params, { labels: [], views });
    const { table } = await run({ from: '2026-01-01', to: '2026-01-01 11:00' });
    expect(await rowsOf(table)).toEqual([
      { origin: 'JFK', as_of: '2026-01-01 11:00:00', delay: 30, rate: 'low' },
      { origin: 'SFO', as_of: '2026-01-01 11:00:00', delay: 20, rate: 'low' },
    ]);
    const later = await run({ from: '2026-01-01T09:00', to: '2026-01-01T12:00:00.5Z', timestamp: 'asked' });
    expect((await rowsOf(later.table)).map((row) => [row['origin'], row['asked'], row['delay'], row['rate']])).toEqual([
      ['SFO', '2026-01-01 12:00:00.5', 10, 'high'],
    ]);
    await expect(run({})).rejects.toMatchObject({
      code: 'params.invalid',
      fix: 'Connect label rows, or set from and to.',
    });
    await expect(run({ from: '2026-01-02', to: '2026-01-01' })).rejects.toMatchObject({ code: 'params.invalid' });
  });

  it('keeps the order of labels over several row groups', async () => {
    const count = 150_000;
    const source = `SELECT i % 1000 AS k, make_timestamp(i * 1000000) AS t, i AS value FROM range(5000) r(i)`;
    const labels = await chain.table(
      `SELECT i, (i * 7919) % 1000 AS k, make_timestamp(((i * 31) % 6000) * 1000000) AS t FROM range(${count}) r(i)`,
    );
    const views = [await viewOver(source, { name: 'v', keys: ['k'], eventTimestamp: 't', features: ['value'] })];
    const { table } = await chain.run(
      joinNode,
      runner,
      { timestamp: 't' },
      { labels: [labels], views },
      { threads: 2 },
    );
    const [row] = await withDuckDb({}, (db) =>
      db.rows(`WITH j AS (SELECT *, epoch_us(t) // 1000000 AS s
          FROM read_parquet(${quotePath(table?.path('data.parquet') ?? '')}, file_row_number = true))
        SELECT count(*) AS n, count(*) FILTER (i <> file_row_number) AS moved,
          count(*) FILTER (value IS DISTINCT FROM
            CASE WHEN s >= k THEN k + 1000 * least((s - k) // 1000, 4) END) AS wrong FROM j`),
    );
    expect(row).toEqual({ n: String(count), moved: '0', wrong: '0' });
  });

  it('names the label column that is missing or of another type', async () => {
    const run = async (query: string, params: Record<string, unknown>) =>
      chain.run(joinNode, runner, params, {
        labels: [await chain.table(query)],
        views: [await viewOver(delays, delaysView)],
      });
    await expect(run('SELECT 1 AS origine, now()::TIMESTAMP AS date', { timestamp: 'date' })).rejects.toMatchObject({
      code: 'data.column-missing',
      message: 'The labels have no column “origin”, which the view delays is looked up by.',
      fix: 'Did you mean “origine”?',
    });
    await expect(run('SELECT 1 AS origin, now()::TIMESTAMP AS date', { timestamp: 'date' })).rejects.toMatchObject({
      code: 'data.column-type',
      message: 'Key “origin” is string in the view delays and INTEGER in the labels.',
    });
    await expect(run("SELECT 'SFO' AS origin, 1 AS date", { timestamp: 'date' })).rejects.toMatchObject({
      code: 'data.column-type',
    });
    await expect(
      run("SELECT 'SFO' AS origin, now()::TIMESTAMP AS date, 1 AS DELAY", { timestamp: 'date' }),
    ).rejects.toMatchObject({
      code: 'features.mismatch',
      message: '“delay” of the view delays would have the name of a column of the labels.',
    });
  });

  it('refuses a table that is no view', async () => {
    const table = await chain.table(delays);
    await expect(
      chain.run(joinNode, runner, { timestamp: 'date' }, { labels: [await chain.table(flights)], views: [table] }),
    ).rejects.toMatchObject({
      code: 'features.mismatch',
      fix: expect.stringContaining('Feature view or Feature service step'),
    });
  });

  it('tells the columns and problems of the join before it runs', () => {
    const source: PortShape = {
      type: 'table',
      schema: {
        columns: [
          { name: 'origin', type: 'string', sqlType: 'VARCHAR' },
          { name: 'date', type: 'timestamp', sqlType: 'TIMESTAMP' },
          { name: 'delay', type: 'float64', sqlType: 'DOUBLE' },
        ],
      },
    };
    const params = viewNode.params.parse({ name: 'delays', keys: ['origin'], eventTimestamp: 'date' });
    const shape = viewNode.infer?.({ source: [source] }, params).outputs['view'] as PortShape;
    const labels: PortShape = {
      type: 'table',
      schema: { columns: source.schema.columns.slice(0, 2) },
      lineage: 'train',
    };
    const infer = (given: Record<string, unknown>, views: PortShape[]) =>
      joinNode.infer?.({ labels: [labels], views }, joinNode.params.parse(given));
    expect(infer({ timestamp: 'date' }, [shape])).toMatchObject({
      outputs: {
        table: { schema: { columns: [{ name: 'origin' }, { name: 'date' }, { name: 'delay' }] }, lineage: 'train' },
      },
      problems: [],
    });
    const unlabelled = (given: Record<string, unknown>) =>
      joinNode.infer?.({ labels: [], views: [shape] }, joinNode.params.parse(given));
    expect(unlabelled({ from: '2026-01-01', to: '2026-02-01' })).toMatchObject({
      outputs: { table: { schema: { columns: [{ name: 'origin' }, { name: 'as_of' }, { name: 'delay' }] } } },
      problems: [],
    });
    expect(unlabelled({})?.problems).toMatchObject([{ field: 'from' }]);
    expect(infer({}, [shape])?.problems).toMatchObject([{ field: 'timestamp' }]);
    expect(infer({ timestamp: 'date' }, [source])?.problems).toHaveLength(1);
    expect(infer({ timestamp: 'date' }, [shape, shape])?.problems).toMatchObject([{ field: 'prefix' }]);
    expect(infer({ timestamp: 'date', keyColumns: { orgin: 'origin' } }, [shape])?.problems).toMatchObject([
      { field: 'keyColumns', message: 'No view has a key “orgin”.' },
    ]);
  });
});
