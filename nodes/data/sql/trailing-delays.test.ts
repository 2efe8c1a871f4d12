import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { resolveDataPath } from '../../../main/compute/paths/resolve-path.ts';
import { graphDocumentSchema } from '../../../shared/graph/document.ts';
import { asInput, stepContext } from '../../../test/fixtures/step-context.ts';
import { sqlNode } from './definition.ts';
import { runner } from './run.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipway-trailing-'));
afterAll(() => removeFolder(dir));

function templateOf(id: string) {
  const url = new URL(`../../../resources/templates/${id}.slipway.json`, import.meta.url);
  return graphDocumentSchema.parse(JSON.parse(readFileSync(url, 'utf8')));
}

const flightDelays = templateOf('flight-delays');
const closedLoop = templateOf('closed-loop');

async function runNode(template: typeof flightDelays, id: string, query: string): Promise<string> {
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
  const path = await runNode(closedLoop, 'trailing', query);
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

const realFlights = async () => {
  const path = await resolveDataPath('pkg:vega-datasets/data/flights-3m.parquet', dir);
  return `SELECT *, delay > 15 AS delayed FROM '${path}' WHERE date < TIMESTAMP '2001-01-22' AND origin IN ('SJC', 'BUR', 'ANC')`;
};

/** Few origins, distances and times, so that flights share them and lie on the edges of windows. */
const madeFlights = `SELECT TIMESTAMP '2001-01-01' + to_microseconds((hash(i) % 800)::BIGINT * 900000000 + (hash(i, 3) % 3)::BIGINT - 1) AS date,
       (hash(i, 1) % 200)::BIGINT - 50 AS delay, (hash(i, 2) % 4)::BIGINT * 120 AS distance,
       'O' || hash(i, 4) % 2 AS origin, 'D' AS destination, true AS delayed FROM range(2500) t(i)
     UNION ALL SELECT TIMESTAMP '2001-01-01', 5, 120, 'O1', 'D', true FROM range(3)`;

test('trailing delays equal their definition on real flights of three weeks', async () => {
  const result = await compare(await realFlights());
  expect(result.rows).toBeGreaterThan(3000);
  expect(result.known).toBeGreaterThan(2000);
  expect(result.wrong).toBe(0);
});

test('trailing delays equal their definition at the edges of windows, with ties and repeated flights', async () => {
  const result = await compare(madeFlights);
  expect(result.rows).toBe(2503);
  expect(result.known).toBeGreaterThan(1000);
  expect(result.wrong).toBe(0);
});

describe.each([
  ['real flights of three weeks', realFlights],
  ['the edges of windows, with ties and repeated flights', () => Promise.resolve(madeFlights)],
])('the view of trailing delays, on %s', (_, query) => {
  test('has a row each time a flight is known, with the means of what was known then', async () => {
    const input = await query();
    const path = await runNode(flightDelays, 'trailing', input);
    const known = `SELECT origin, delay, date, date + INTERVAL 20 MINUTES
      + to_microseconds(CAST(distance * 60000000 / 8 AS BIGINT)) AS known_at FROM (${input})`;
    const mean = (hours: number) => `(SELECT sum(delay) / count(delay) FROM known AS past WHERE past.origin = v.origin
      AND past.known_at <= v.known_at AND past.known_at > v.known_at - INTERVAL ${hours} HOURS)`;
    const [found] = await withDuckDb({ threads: 2 }, async (db) => {
      await db.run(`CREATE TABLE known AS ${known}`);
      return db.rows(
        `SELECT CAST(count(*) AS INTEGER) AS rows, (SELECT CAST(count(DISTINCT (origin, known_at)) AS INTEGER) FROM known) AS times,
           CAST(count(*) FILTER (v.date IS DISTINCT FROM (SELECT max(date) FROM known
             WHERE known.origin = v.origin AND known.known_at = v.known_at)) AS INTEGER) AS otherDates,
           CAST(count(*) FILTER (delay_3h IS DISTINCT FROM ${mean(3)} OR delay_24h IS DISTINCT FROM ${mean(24)}
             OR delay_7d IS DISTINCT FROM ${mean(168)}) AS INTEGER) AS wrong FROM '${path}' v`,
      );
    });
    expect(Number(found?.['rows'])).toBeGreaterThan(1000);
    expect(found).toEqual({ rows: found?.['times'], times: found?.['times'], otherDates: 0, wrong: 0 });
  });
});

test('flights without a known or plausible delay are dropped, the label is more than 15 minutes', async () => {
  const path = await runNode(
    flightDelays,
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
