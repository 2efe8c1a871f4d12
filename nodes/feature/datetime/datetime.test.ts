import { DuckDBTimestampValue, TIMESTAMP, VARCHAR } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPipeline } from '../../../main/compute/onnx/merge-pipelines.ts';
import { FeatureSteps, featuresOfRows, featuresOfTable } from '../../../test/support/feature-steps.ts';
import { type DatePart, dateParts } from './definition.ts';
import { runner } from './run.ts';

let steps: FeatureSteps;
beforeAll(async () => {
  steps = await FeatureSteps.create();
});
afterAll(() => steps[Symbol.asyncDispose]());

/** Parts by JavaScript's own calendar. */
function partsOf(micros: bigint | null): Record<DatePart, number> {
  const millis = micros === null ? Number.NaN : Number((micros - (((micros % 1000n) + 1000n) % 1000n)) / 1000n);
  const date = new Date(millis);
  const start = new Date(0);
  start.setUTCFullYear(date.getUTCFullYear(), 0, 1);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: (date.getUTCDay() + 6) % 7,
    dayofyear: Math.floor((millis - start.getTime()) / 86_400_000) + 1,
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
  };
}

const micros = (text: string) => BigInt(Date.parse(text)) * 1000n;
const edges = [
  '1900-01-01T00:00:00Z',
  '1900-02-28T23:59:59Z',
  '1900-03-01T00:00:00Z',
  '1969-12-31T23:59:59Z',
  '1970-01-01T00:00:00Z',
  '2000-02-29T12:00:00Z',
  '2000-12-31T23:59:59Z',
  '2001-05-01T06:07:08Z',
  '2024-02-29T00:00:00Z',
  '2100-02-28T23:00:00Z',
  '2100-03-01T00:00:00Z',
  '2100-12-31T23:59:59Z',
  '0001-01-01T00:00:00Z',
].map(micros);

describe('date and time', () => {
  it('agrees with the calendar of JavaScript, in training and serving', async () => {
    const time = fc.oneof(
      fc.constantFrom(null, -1n, 0n, 1n, ...edges),
      fc.bigInt({ min: micros('1900-01-01'), max: micros('2101-01-01') }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(time, { minLength: 1, maxLength: 300 }), async (times) => {
        const values = times.map((value) => (value === null ? null : new DuckDBTimestampValue(value)));
        const table = await steps.table([{ name: 't', type: TIMESTAMP, values }]);
        const features = await steps.fit(
          runner,
          { columns: ['t'], parts: [...dateParts], cyclic: false, holidays: [] },
          table,
        );
        const expected = Object.fromEntries(
          dateParts.map((part) => [`t_${part}`, [times.map((value) => partsOf(value)[part])]]),
        );
        expect(await featuresOfTable([features], table)).toEqual(expected);
        // JSON carries milliseconds; whole ones are exact.
        const rows = times.map((value) => ({ t: value === null ? null : Number(value / 1000n) }));
        const served = rows.map(({ t }) => partsOf(t === null ? null : BigInt(t) * 1000n));
        const whole = await featuresOfRows([features], rows, rows.length);
        expect(whole).toEqual(
          Object.fromEntries(dateParts.map((part) => [`t_${part}`, [served.map((parts) => parts[part])]])),
        );
        expect(await featuresOfRows([features], rows.slice(0, 5), 1)).toEqual(
          Object.fromEntries(Object.entries(whole).map(([name, [column]]) => [name, [column?.slice(0, 5)]])),
        );
      }),
      { seed: 9, numRuns: 15 },
    );
  });

  it('gives sine and cosine of the parts that repeat', async () => {
    const values = [null, ...edges].map((value) => (value === null ? null : new DuckDBTimestampValue(value)));
    const table = await steps.table([{ name: 't', type: TIMESTAMP, values }]);
    const features = await steps.fit(
      runner,
      { columns: ['t'], parts: ['year', 'month', 'weekday', 'dayofyear', 'hour'], cyclic: true, holidays: [] },
      table,
    );
    expect((await readPipeline(features)).manifest.outputs.map(({ name }) => name)).toEqual([
      't_year',
      't_month_sin',
      't_month_cos',
      't_weekday_sin',
      't_weekday_cos',
      't_dayofyear_sin',
      't_dayofyear_cos',
      't_hour_sin',
      't_hour_cos',
    ]);
    const result = await featuresOfTable([features], table);
    [null, ...edges].forEach((value, row) => {
      const parts = partsOf(value);
      const turns = {
        month: (parts.month - 1) / 12,
        weekday: parts.weekday / 7,
        dayofyear: (parts.dayofyear - 1) / 366,
        hour: parts.hour / 24,
      };
      for (const [part, turn] of Object.entries(turns)) {
        expect(result[`t_${part}_sin`]?.[0]?.[row]).toBe(Math.fround(Math.sin(2 * Math.PI * turn)));
        expect(result[`t_${part}_cos`]?.[0]?.[row]).toBe(Math.fround(Math.cos(2 * Math.PI * turn)));
      }
    });
  });

  it('marks holidays of a list', async () => {
    const days = ['2001-07-04', '1969-12-25', '2001-07-04'];
    const times = [
      '2001-07-04T00:00:00Z',
      '2001-07-04T23:59:59.999999Z',
      '2001-07-05T00:00:00Z',
      '2001-07-03T23:59:59.999999Z',
      '1969-12-25T12:00:00Z',
      null,
    ];
    const table = await steps.table([{ name: 't', type: TIMESTAMP, values: [null] }]);
    const features = await steps.fit(runner, { columns: ['t'], parts: ['hour'], cyclic: false, holidays: days }, table);
    const rows = times.map((t) => ({ t }));
    expect((await featuresOfRows([features], rows, 6))['t_holiday']?.[0]).toEqual([1, 1, 0, 0, 1, Number.NaN]);
  });

  it('refuses what is no time', async () => {
    const table = await steps.table([{ name: 't', type: VARCHAR, values: ['2001-01-01'] }]);
    await expect(
      steps.fit(runner, { columns: ['t'], parts: ['hour'], cyclic: false, holidays: [] }, table),
    ).rejects.toMatchObject({
      code: 'data.column-type',
      message: 'Column “t” is VARCHAR, not a date or time.',
      fix: 'Cast it in an SQL step, e.g. CAST("t" AS TIMESTAMP).',
    });
  });
});
