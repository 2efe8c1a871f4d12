import { DuckDBTimestampValue, TIMESTAMP, VARCHAR } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPipeline } from '../../../main/compute/onnx/merge-pipelines.ts';
import { FeatureSteps, featuresOfRows, featuresOfTable } from '../../../test/support/feature-steps.ts';
import { type DatePart, dateParts, datetimeNode } from './definition.ts';
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
          { columns: ['t'], parts: [...dateParts], cyclic: false, holidays: [], timeZone: 'UTC' },
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
      {
        columns: ['t'],
        parts: ['year', 'month', 'weekday', 'dayofyear', 'hour'],
        cyclic: true,
        holidays: [],
        timeZone: 'UTC',
      },
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
    const features = await steps.fit(
      runner,
      { columns: ['t'], parts: ['hour'], cyclic: false, holidays: days, timeZone: 'UTC' },
      table,
    );
    const rows = times.map((t) => ({ t }));
    expect((await featuresOfRows([features], rows, 6))['t_holiday']?.[0]).toEqual([1, 1, 0, 0, 1, Number.NaN]);
  });

  it('refuses what is no time', async () => {
    const table = await steps.table([{ name: 't', type: VARCHAR, values: ['2001-01-01'] }]);
    await expect(
      steps.fit(runner, { columns: ['t'], parts: ['hour'], cyclic: false, holidays: [], timeZone: 'UTC' }, table),
    ).rejects.toMatchObject({
      code: 'data.column-type',
      message: 'Column “t” is VARCHAR, not a date or time.',
      fix: 'Cast it in an SQL step, e.g. CAST("t" AS TIMESTAMP).',
    });
  });
});

describe('time zones and daylight saving time', () => {
  /** Local clocks by Intl, one format per moment. */
  function localParts(millis: number, timeZone: string): string {
    const format = new Intl.DateTimeFormat('sv-SE', {
      timeZone,
      dateStyle: 'short',
      timeStyle: 'short',
    });
    return format.format(millis);
  }
  const asText = (result: Record<string, number[][]>, row: number) => {
    const part = (name: DatePart) => String(result[`t_${name}`]?.[0]?.[row]).padStart(2, '0');
    return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}`;
  };
  const localFeatures = async (timeZone: string, holidays: string[] = []) => {
    const table = await steps.table([{ name: 't', type: TIMESTAMP, values: [null] }]);
    return steps.fit(runner, { columns: ['t'], parts: [...dateParts], cyclic: false, holidays, timeZone }, table);
  };

  it('reads clocks that go forward and back, also by half an hour or over a whole day', async () => {
    const moments: [string, string, string][] = [
      ['Europe/Berlin', '2026-03-29T00:59:59Z', '2026-03-29 01:59'],
      ['Europe/Berlin', '2026-03-29T01:00:00Z', '2026-03-29 03:00'],
      ['Europe/Berlin', '2026-03-29T03:30:00+02:00', '2026-03-29 03:30'],
      ['Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-25 02:30'],
      ['Europe/Berlin', '2026-10-25T01:30:00Z', '2026-10-25 02:30'],
      ['Europe/Berlin', '2026-12-31T23:30:00Z', '2027-01-01 00:30'],
      ['America/New_York', '2001-04-01T06:59:59Z', '2001-04-01 01:59'],
      ['America/New_York', '2001-04-01T07:00:00Z', '2001-04-01 03:00'],
      ['Australia/Lord_Howe', '2026-04-04T15:15:00Z', '2026-04-05 01:45'],
      ['Pacific/Apia', '2011-12-30T09:59:00Z', '2011-12-29 23:59'],
      ['Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-31 00:00'],
      ['Asia/Kathmandu', '2026-01-01T00:00:00Z', '2026-01-01 05:45'],
      ['America/St_Johns', '1950-07-01T12:00:00Z', '1950-07-01 09:30'],
    ];
    for (const [zone, t, clock] of moments) {
      const features = await localFeatures(zone);
      expect([zone, asText(await featuresOfRows([features], [{ t }], 1), 0)]).toEqual([zone, clock]);
    }
  });

  it('agrees with the clocks of the runtime at any moment, in training and serving', async () => {
    for (const zone of ['Europe/Berlin', 'America/New_York', 'Africa/Casablanca', 'UTC', 'Asia/Tokyo']) {
      const millis = fc
        .sample(fc.integer({ min: Date.UTC(1960, 0, 1), max: Date.UTC(2099, 11, 1) }), { seed: 3, numRuns: 300 })
        .map((at) => at - (at % 1000));
      const features = await localFeatures(zone);
      const values = millis.map((at) => new DuckDBTimestampValue(BigInt(at) * 1000n));
      const trained = await featuresOfTable([features], await steps.table([{ name: 't', type: TIMESTAMP, values }]));
      const rows = millis.map((t) => ({ t }));
      expect(await featuresOfRows([features], rows, 300)).toEqual(trained);
      millis.forEach((at, row) => expect(asText(trained, row)).toBe(localParts(at, zone)));
    }
  });

  it('takes one moment for one, however a request writes its offset, and holidays by the local day', async () => {
    const features = await localFeatures('Europe/Berlin', ['2026-03-29']);
    const rows = [
      '2026-03-29T01:30:00Z',
      '2026-03-29T03:30:00+02:00',
      '2026-03-28T21:30:00-04:00',
      '2026-03-28T23:00:00Z',
      '2026-03-28T22:59:59Z',
      '2026-03-29T22:00:00Z',
      null,
    ].map((t) => ({ t }));
    const result = await featuresOfRows([features], rows, 7);
    expect(result['t_hour']?.[0]).toEqual([3, 3, 3, 0, 23, 0, Number.NaN]);
    expect(result['t_holiday']?.[0]).toEqual([1, 1, 1, 1, 0, 0, Number.NaN]);
  });

  it('refuses a zone that there is not', () => {
    expect(datetimeNode.params.safeParse({ timeZone: 'Europe/Berln' }).success).toBe(false);
    expect(datetimeNode.params.parse({}).timeZone).toBe('UTC');
  });
});
