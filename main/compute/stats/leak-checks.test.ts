import { describe, expect, it } from 'vitest';
import { withDuckDb } from '../duckdb/connection.ts';
import { countSharedRows } from '../duckdb/shared-rows.ts';
import type { LeakFinding } from '../../../shared/model/report.ts';
import { futureTimes, labelKnowers, rowsInBoth } from './leak-checks.ts';
import { uniformGenerator } from './random.ts';

const rows = 4000;

/** Features of a random binary label, from telling nothing to telling all. */
function data(seed: number) {
  const random = uniformGenerator(seed);
  const classes = Int32Array.from({ length: rows }, () => (random() < 0.2 ? 1 : 0));
  const of = (value: (label: number, row: number) => number) =>
    Float64Array.from(classes, (label, row) => value(label, row));
  const features = [
    { name: 'noise', values: of(() => random()) },
    { name: 'row number', values: of((_, row) => row) },
    { name: 'identifier', values: of((_, row) => (row * 7919) % 100_003) },
    { name: 'helpful', values: of((label) => label + 2 * random()) },
    { name: 'copy', values: of((label) => label * 5) },
    { name: 'reversed', values: of((label) => 1 - label) },
    { name: 'missing where positive', values: of((label) => (label === 1 ? Number.NaN : random())) },
    // Neither high nor low values are positive.
    {
      name: 'in the middle',
      values: of((label) => (label === 1 ? 0.4 + 0.1 * random() : random() < 0.5 ? 0.3 * random() : 0.6 + random())),
    },
    { name: 'constant', values: of(() => 1) },
    { name: 'nearly', values: of((label) => (random() < 0.001 ? 1 - label : label)) },
  ];
  return { classes, features };
}

const named = (findings: LeakFinding[]) => findings.map((finding) => ('feature' in finding ? finding.feature : ''));

describe('features that know the label', () => {
  it.each([1, 2, 3])('are found by their score alone, whatever the shape of what they know (%i)', (seed) => {
    const { classes, features } = data(seed);
    const findings = labelKnowers(features, { classes, count: 2 });
    expect(named(findings).toSorted()).toEqual([
      'copy',
      'in the middle',
      'missing where positive',
      'nearly',
      'reversed',
    ]);
    for (const finding of findings) expect(finding).toMatchObject({ measure: 'ROC AUC', rows });
    expect(findings[0]).toMatchObject({ score: 1 });
    expect(findings[0]?.message).toMatch(/^“.+” alone predicts the label with ROC AUC 1\.0000/);
  });

  it('are found among several classes, and for numbers', () => {
    const random = uniformGenerator(4);
    const classes = Int32Array.from({ length: rows }, () => Math.floor(random() * 3));
    const features = [
      { name: 'code', values: Float32Array.from(classes, (label) => [7, -1, 3][label] as number) },
      { name: 'one class', values: Float32Array.from(classes, (label) => (label === 2 ? 1 : 0)) },
    ];
    expect(named(labelKnowers(features, { classes, count: 3 }))).toEqual(['code']);
    const numbers = Float64Array.from({ length: rows }, () => random() * 100);
    const related = [
      { name: 'cents', values: numbers.map((value) => value * 100) },
      { name: 'related', values: numbers.map((value) => value + 60 * random()) },
    ];
    expect(labelKnowers(related, { numbers })).toMatchObject([{ feature: 'cents', measure: 'R²' }]);
  });

  it('are not claimed of few rows, or of a label that does not vary', () => {
    const few = Int32Array.from({ length: 40 }, (_, row) => row % 2);
    expect(labelKnowers([{ name: 'x', values: Float64Array.from(few) }], { classes: few, count: 2 })).toEqual([]);
    const same = new Int32Array(rows);
    expect(labelKnowers([{ name: 'x', values: Float64Array.from(same) }], { classes: same, count: 2 })).toEqual([]);
    expect(labelKnowers([{ name: 'x', values: new Float64Array(rows) }], { numbers: new Float64Array(rows) })).toEqual(
      [],
    );
  });

  it('are looked for in rows spread over the table', () => {
    const { classes, features } = data(5);
    const findings = labelKnowers(features, { classes, count: 2 }, { maxRows: 1000 });
    expect(findings.length).toBeGreaterThan(0);
    for (const finding of findings) expect(finding.rows).toBe(1000);
  });
});

describe('times after the row', () => {
  it('are counted, missing ones left out', () => {
    const missing = -(2n ** 63n);
    const rowTimes = BigInt64Array.from([10n, 10n, 10n, missing, 10n]);
    const times = (...values: bigint[]) => BigInt64Array.from(values);
    expect(futureTimes('landed', times(10n, 11n, missing, 99n, 12n), rowTimes, missing)).toMatchObject({
      feature: 'landed',
      rows: 2,
      of: 3,
      firstRow: 1,
    });
    expect(futureTimes('booked', times(10n, 9n, missing, 99n, 1n), rowTimes, missing)).toBeUndefined();
  });
});

describe('rows in both tables', () => {
  it('are those with equal values, missing ones included', async () => {
    const train = `(SELECT * FROM (VALUES (1, 'a'), (1, 'a'), (2, NULL), (NULL, NULL)) v(x, y))`;
    const test = `(SELECT * FROM (VALUES (1, 'a'), (1, 'b'), (2, NULL), (2, NULL), (NULL, NULL), (3, 'a')) v(x, y))`;
    await withDuckDb({}, async (db) => {
      expect(await countSharedRows(db, test, train, ['x', 'y'])).toBe(4);
      expect(await countSharedRows(db, test, train, ['x'])).toBe(5);
    });
    expect(rowsInBoth(4, 6)).toMatchObject({ rows: 4, of: 6, message: expect.stringContaining('66.7 %') });
    expect(rowsInBoth(1, 1000)).toBeUndefined();
    expect(rowsInBoth(0, 0)).toBeUndefined();
  });
});
