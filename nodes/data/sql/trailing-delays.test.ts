import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { resolveDataPath } from '../../../main/compute/paths/resolve-path.ts';
import { graphDocumentSchema } from '../../../shared/graph/document.ts';
import { asInput, stepContext } from '../../../test/fixtures/step-context.ts';
import { sqlNode } from './definition.ts';
import { runner } from './run.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipway-trailing-'));
afterAll(() => rmSync(dir, { recursive: true }));

const template = graphDocumentSchema.parse(
  JSON.parse(readFileSync(new URL('../../../resources/templates/flight-delays.slipway.json', import.meta.url), 'utf8')),
);

async function runNode(id: string, query: string): Promise<string> {
  const workDir = mkdtempSync(join(dir, 'input-'));
  const input = asInput(await withDuckDb({}, (db) => writeTable(db, query, { workDir })));
  const params = sqlNode.params.parse(template.nodes[id]?.params);
  const { table } = await runner.run(stepContext(dir, params, { inputs: { input: [input] } }));
  return asInput(table).path('data.parquet');
}

/** The definition, by comparing every pair of flights: known at t, and not before the window. */
function bruteForce(path: string, hours: number): string {
  return `(SELECT sum(past.delay) / count(past.delay) FROM '${path}' AS past
    WHERE past.origin = f.origin
      AND past.date + INTERVAL 20 MINUTES + to_microseconds(CAST(past.distance * 60000000 / 8 AS BIGINT)) <= f.date
      AND past.date + INTERVAL 20 MINUTES + to_microseconds(CAST(past.distance * 60000000 / 8 AS BIGINT))
        > f.date - INTERVAL ${hours} HOURS)`;
}

async function compare(query: string): Promise<{ rows: number; wrong: number; known: number }> {
  const path = await runNode('trailing', query);
  return withDuckDb({ threads: 2 }, async (db) => {
    const [found] = await db.rows(
      `SELECT CAST(count(*) AS INTEGER) AS rows, CAST(count(delay_3h) AS INTEGER) AS known,
         CAST(count(*) FILTER (delay_3h IS DISTINCT FROM b3 OR delay_24h IS DISTINCT FROM b24
           OR delay_7d IS DISTINCT FROM b7) AS INTEGER) AS wrong
       FROM (SELECT *, ${bruteForce(path, 3)} AS b3, ${bruteForce(path, 24)} AS b24, ${bruteForce(path, 168)} AS b7
         FROM '${path}' AS f)`,
    );
    return { rows: Number(found?.['rows']), wrong: Number(found?.['wrong']), known: Number(found?.['known']) };
  });
}

test('trailing delays equal their definition on real flights of three weeks', async () => {
  const path = await resolveDataPath('pkg:vega-datasets/data/flights-3m.parquet', dir);
  const result = await compare(
    `SELECT *, delay > 15 AS delayed FROM '${path}' WHERE date < TIMESTAMP '2001-01-22' AND origin IN ('SJC', 'BUR', 'ANC')`,
  );
  expect(result.rows).toBeGreaterThan(3000);
  expect(result.known).toBeGreaterThan(2000);
  expect(result.wrong).toBe(0);
});

test('trailing delays equal their definition at the edges of windows, with ties and repeated flights', async () => {
  const result = await compare(
    `SELECT TIMESTAMP '2001-01-01' + to_microseconds((hash(i) % 800)::BIGINT * 900000000 + (hash(i, 3) % 3)::BIGINT - 1) AS date,
       (hash(i, 1) % 200)::BIGINT - 50 AS delay, (hash(i, 2) % 4)::BIGINT * 120 AS distance,
       'O' || hash(i, 4) % 2 AS origin, 'D' AS destination, true AS delayed FROM range(2500) t(i)
     UNION ALL SELECT TIMESTAMP '2001-01-01', 5, 120, 'O1', 'D', true FROM range(3)`,
  );
  expect(result.rows).toBe(2503);
  expect(result.known).toBeGreaterThan(1000);
  expect(result.wrong).toBe(0);
});

test('flights without a known or plausible delay are dropped, the label is more than 15 minutes', async () => {
  const path = await runNode(
    'clean',
    `SELECT TIMESTAMP '2001-01-01' AS date, delay, 100 AS distance, 'A' AS origin, 'B' AS destination
     FROM (VALUES (15), (16), (NULL), (1440), (1441), (-1440), (-1441)) t(delay)`,
  );
  const rows = await withDuckDb({}, (db) => db.rows(`SELECT delay, delayed FROM '${path}'`));
  expect(rows).toEqual([
    { delay: 15, delayed: false },
    { delay: 16, delayed: true },
    { delay: 1440, delayed: true },
    { delay: -1440, delayed: false },
  ]);
});
