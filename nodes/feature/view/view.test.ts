import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { quotePath } from '../../../main/compute/duckdb/quote.ts';
import { featureViewSchema } from '../../../shared/features/feature-view.ts';
import { asInput, stepContext } from '../../../test/fixtures/step-context.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { viewNode, viewOf } from './definition.ts';
import { runner } from './run.ts';

let chain: StepChain;
beforeAll(async () => {
  chain = await StepChain.create();
});
afterAll(() => chain[Symbol.asyncDispose]());

const rows = `SELECT * FROM (VALUES
  ('SFO', TIMESTAMP '2026-01-01 10:00', TIMESTAMP '2026-01-01 11:00', 1.5, 2::BIGINT, [1, 2]),
  (NULL,  TIMESTAMP '2026-01-01 12:00', TIMESTAMP '2026-01-01 12:00', 2.5, 3::BIGINT, [3]),
  ('JFK', NULL,                         TIMESTAMP '2026-01-01 12:00', 3.5, NULL,      NULL)
) v(origin, date, known_at, delay, flights, "list")`;
const basic = { name: 'delays', keys: ['origin'], eventTimestamp: 'date', features: ['delay', 'flights'] };

async function problems(params: Record<string, unknown>): Promise<string[]> {
  const source = await chain.table(rows);
  const columns = source.manifest.schema?.columns ?? [];
  return viewOf({ columns }, viewNode.params.parse(params)).problems.map(
    ({ field, message, fix }) => `${field}: ${message} ${fix}`,
  );
}

describe('feature view', () => {
  it('gives keys, times and features in that order, described as a view', async () => {
    const source = await chain.table(rows, 'train');
    const { view } = await chain.run(
      viewNode,
      runner,
      { ...basic, createdTimestamp: 'known_at', ttlSeconds: 3600, rename: { origin: 'airport', delay: 'mean_delay' } },
      { source: [source] },
    );
    expect(view?.manifest.lineage).toBe('train');
    expect(view?.manifest.schema?.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'airport string',
      'date timestamp',
      'known_at timestamp',
      'mean_delay float64',
      'flights int64',
    ]);
    expect(featureViewSchema.parse(view?.manifest.meta['view'])).toEqual({
      name: 'delays',
      keys: [{ name: 'airport', type: 'string' }],
      eventTimestamp: 'date',
      createdTimestamp: 'known_at',
      ttlSeconds: 3600,
      features: [
        { name: 'mean_delay', type: 'float64' },
        { name: 'flights', type: 'int64' },
      ],
      description: '',
      owner: '',
    });
    const path = quotePath(view?.path('data.parquet') ?? '');
    const found = await withDuckDb({}, (db) => db.rows(`SELECT airport, mean_delay FROM read_parquet(${path})`));
    expect(found.map((row) => row['airport'])).toEqual(['SFO', null, 'JFK']);
    expect(chain.logs).toContain('warn: 1 rows have no “airport” and will never be found.');
    expect(chain.logs).toContain('warn: 1 rows have no “date” and will never be found.');
  });

  it('takes every usable column for a feature when none is named', async () => {
    const source = await chain.table(rows);
    const { features: _none, ...rest } = basic;
    const { view } = await chain.run(viewNode, runner, rest, { source: [source] });
    expect(featureViewSchema.parse(view?.manifest.meta['view']).features.map(({ name }) => name)).toEqual([
      'known_at',
      'delay',
      'flights',
    ]);
  });

  it('is another artifact when it promises something else over the same rows', async () => {
    const source = await chain.table(rows);
    const digest = async (more: object) => {
      const params = viewNode.params.parse({ ...basic, ...more });
      const outputs = await runner.run(
        stepContext(source.path('data.parquet').replace(/[^/]+$/, 'digests'), params, { inputs: { source: [source] } }),
      );
      return asInput(outputs['view']).digest;
    };
    const first = await digest({});
    expect(await digest({})).toBe(first);
    expect(await digest({ ttlSeconds: 60 })).not.toBe(first);
    expect(await digest({ owner: 'me' })).not.toBe(first);
  });

  it('says what is wrong with its params', async () => {
    expect(await problems(basic)).toEqual([]);
    expect(await problems({ ...basic, name: '' })).toEqual([
      'name: The view has no name. Give a name of letters, digits, _ and -, starting with a letter.',
    ]);
    expect(await problems({ ...basic, name: 'a:b' })).toHaveLength(1);
    expect(await problems({ ...basic, keys: ['orgin'] })).toEqual([
      'keys: Column “orgin” is not in the table. Did you mean “origin”?',
    ]);
    expect(await problems({ ...basic, keys: ['delay'], features: ['flights'] })).toEqual([
      'keys: Key “delay” is DECIMAL(2,1), which has no exact form to look entities up by. Cast it to a whole number or to text in an SQL step.',
    ]);
    expect(await problems({ ...basic, eventTimestamp: '' })).toEqual([
      'eventTimestamp: No event time is chosen. Choose the column that says from when on a row holds.',
    ]);
    expect(await problems({ ...basic, eventTimestamp: 'flights', features: ['delay'] })).toEqual([
      'eventTimestamp: Column “flights” is BIGINT, not a time. Choose a timestamp column, or cast it in an SQL step.',
    ]);
    expect(await problems({ ...basic, features: ['list'] })).toHaveLength(1);
    expect(await problems({ ...basic, features: ['origin', 'delay'] })).toContain(
      'features: Column “origin” is a key or a time already. Take it out of the features, or copy it under another name in an SQL step.',
    );
    expect(await problems({ ...basic, rename: { delay: 'ORIGIN' } })).toEqual([
      'rename: Two columns of the view would be called “ORIGIN”. Choose each column once, and give each a name of its own.',
    ]);
  });

  it('refuses to run with such problems', async () => {
    const source = await chain.table(rows);
    await expect(
      chain.run(viewNode, runner, { ...basic, keys: ['orgin'] }, { source: [source] }),
    ).rejects.toMatchObject({
      code: 'data.column-missing',
      fix: 'Did you mean “origin”?',
    });
  });
});
