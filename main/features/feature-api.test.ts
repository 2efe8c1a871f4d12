import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FeatureView } from '../../shared/features/feature-view.ts';
import { parseJsonBody } from '../serving/json-body.ts';
import { cellJson, isoTime, readCell } from './cell-json.ts';
import { FeatureApi } from './feature-api.ts';
import { OnlineStore } from './online-store.ts';

let folder: string;
let store: OnlineStore;
let api: FeatureApi;
let now = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'feature-api-'));
  store = OnlineStore.open(folder);
  now = Date.UTC(2026, 0, 2);
  api = new FeatureApi(store, () => BigInt(now) * 1000n);
  store.create(airports);
  store.create(rates);
  api.push({
    push_source_name: 'airports',
    df: {
      origin: ['SFO', 'JFK', 'OLD'],
      day: ['2026-01-01T10:00:00Z', '2026-01-01T11:00:00.000001+00:00', '2025-12-01'],
      delay: [12.5, null, 3],
      flights: [1, 2, 3],
    },
  });
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const airports: FeatureView = {
  name: 'airports',
  keys: [{ name: 'origin', type: 'string' }],
  eventTimestamp: 'day',
  createdTimestamp: null,
  ttlSeconds: 86_400,
  features: [
    { name: 'delay', type: 'float64' },
    { name: 'flights', type: 'int64' },
  ],
  description: '',
  owner: '',
};
const rates: FeatureView = {
  ...airports,
  name: 'rates',
  keys: [],
  createdTimestamp: 'known_at',
  ttlSeconds: 0,
  features: [
    { name: 'rate', type: 'int64' },
    { name: 'delay', type: 'timestamp' },
  ],
};

const get = (body: unknown): unknown => JSON.parse(api.getOnlineFeatures(body));

function problem(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    const { code, message, fix } = error as { code: string; message: string; fix?: string };
    return `${code}: ${message}${fix === undefined ? '' : ` ${fix}`}`;
  }
  return 'no problem';
}

describe('get-online-features', () => {
  it('answers in columns, keys first, with a status for each value', () => {
    expect(
      get({
        features: ['airports:flights', 'airports:delay'],
        entities: { origin: ['SFO', 'JFK', 'OLD', 'LAX', null] },
      }),
    ).toEqual({
      metadata: { feature_names: ['origin', 'flights', 'delay'] },
      results: [
        {
          values: ['SFO', 'JFK', 'OLD', 'LAX', null],
          statuses: ['PRESENT', 'PRESENT', 'PRESENT', 'PRESENT', 'NULL_VALUE'],
          event_timestamps: new Array(5).fill('1970-01-01T00:00:00Z'),
        },
        {
          values: [1, 2, null, null, null],
          statuses: ['PRESENT', 'PRESENT', 'OUTSIDE_MAX_AGE', 'NOT_FOUND', 'NOT_FOUND'],
          event_timestamps: [
            '2026-01-01T10:00:00Z',
            '2026-01-01T11:00:00.000001Z',
            '2025-12-01T00:00:00Z',
            '1970-01-01T00:00:00Z',
            '1970-01-01T00:00:00Z',
          ],
        },
        {
          values: [12.5, null, null, null, null],
          statuses: ['PRESENT', 'NULL_VALUE', 'OUTSIDE_MAX_AGE', 'NOT_FOUND', 'NOT_FOUND'],
          event_timestamps: expect.anything(),
        },
      ],
    });
  });

  it('keeps 64-bit integers whole from body to body', () => {
    const push = `{"push_source_name":"rates","df":{"day":[0],"rate":[-9223372036854775808],"delay":[null]}}`;
    expect(api.answer('push', Buffer.from(push))).toBe('{"rows":1,"stored":1}');
    expect(api.answer('get-online-features', Buffer.from('{"features":["rates:rate"]}'))).toBe(
      '{"metadata":{"feature_names":["rate"]},"results":[{"values":[-9223372036854775808],"statuses":["PRESENT"],"event_timestamps":["1970-01-01T00:00:00Z"]}]}',
    );
    expect(problem(() => api.answer('push', Buffer.from('{')))).toMatch(
      /^request\.invalid: The request body is not valid JSON/,
    );
  });

  it('reads several views at once, with full names where they collide', () => {
    const rate = 2n ** 60n + 1n;
    api.push({ push_source_name: 'rates', df: { day: [0], rate: [rate], delay: ['2026-01-01'] } });
    const features = ['airports:delay', 'rates:rate', 'rates:delay'];
    expect(problem(() => get({ features, entities: { origin: ['SFO'] } }))).toBe(
      'request.invalid: Two columns of the answer would be called “delay”. Ask for each feature once, and send "full_feature_names": true.',
    );
    const text = api.getOnlineFeatures({ features, entities: { origin: ['SFO'] }, full_feature_names: true });
    const answer = parseJsonBody(Buffer.from(text), () => true);
    expect(answer).toMatchObject({
      metadata: { feature_names: ['origin', 'airports__delay', 'rates__rate', 'rates__delay'] },
      results: [{}, { values: [12.5] }, { values: [rate] }, { values: ['2026-01-01T00:00:00Z'] }],
    });
    expect(get({ features: ['rates:rate'] })).toMatchObject({ results: [{ statuses: ['PRESENT'] }] });
  });

  it('names what is wrong with a request', () => {
    const entities = { origin: ['SFO'] };
    const of = (body: unknown) => problem(() => get(body));
    expect(of([])).toMatch(/^request\.invalid: The request is no object/);
    expect(of({ entities })).toMatch(/neither a list "features"/);
    expect(of({ features: ['delay'], entities })).toBe(
      'request.invalid: "delay" names no feature. Write VIEW:FEATURE.',
    );
    expect(of({ features: ['x:delay'], entities })).toBe(
      'features.not-found: There is no feature view “x” in the online store. It has “airports”, “rates”.',
    );
    expect(of({ features: ['airports:dely'], entities })).toBe(
      'request.invalid: The view airports has no feature “dely”. Did you mean delay?',
    );
    expect(of({ features: ['airports:delay'], entities: {} })).toBe(
      'request.invalid: "entities" has no “origin”. Send a list of values: the features are looked up by origin.',
    );
    expect(of({ features: ['airports:delay'], entities: { orgin: ['SFO'] } })).toBe(
      'request.invalid: No view that is asked for has a key “orgin”. Did you mean origin?',
    );
    expect(of({ features: ['airports:delay'], entities: { origin: ['SFO', 1] } })).toBe(
      'request.invalid: Entity 1, “origin”: expected text, got 1.',
    );
    expect(of({ features: ['airports:delay'], entities: { origin: 'SFO' } })).toMatch(
      /"entities" is no object of lists/,
    );
    expect(of({ features: ['airports:delay'], entities: { origin: new Array(10_001).fill('a') } })).toMatch(
      /^request\.too-large/,
    );
    expect(of({ features: ['airports:delay'], feature_service: 's', entities })).toMatch(/"feature_service"/);
  });

  it('names the entity key whose type differs', () => {
    store.create({ ...airports, name: 'drivers', keys: [{ name: 'driver', type: 'int64' }] });
    const of = (driver: unknown) => problem(() => get({ features: ['drivers:delay'], entities: { driver: [driver] } }));
    expect(of(1)).toBe('no problem');
    expect(of('1')).toBe('request.invalid: Entity 0, “driver”: expected a whole number, got the text "1".');
    expect(of(1.5)).toMatch(/expected a whole number, got 1.5/);
    expect(of(2n ** 63n)).toMatch(/expected a whole number/);
    expect(of(true)).toMatch(/expected a whole number, got true/);
  });
});

describe('push', () => {
  it('tells how many rows are an answer, and never replaces a newer event', () => {
    const push = (day: string, delay: number) =>
      JSON.parse(
        api.push({ push_source_name: 'airports', df: { origin: ['SFO'], day: [day], delay: [delay], flights: [9] } }),
      ) as unknown;
    expect(push('2026-01-01T09:00:00Z', 1)).toEqual({ rows: 1, stored: 0 });
    expect(push('2026-01-01T10:00:00+01:00', 1)).toEqual({ rows: 1, stored: 0 });
    expect(push('2026-01-01T12:00:00Z', 2)).toEqual({ rows: 1, stored: 1 });
    expect(get({ features: ['airports:delay'], entities: { origin: ['SFO'] } })).toMatchObject({
      results: [{}, { values: [2] }],
    });
  });

  it('knows a row from now on where its created time is not given', () => {
    const rate = (asOf: number) => {
      now = asOf;
      return get({ features: ['rates:rate'] });
    };
    api.push({ push_source_name: 'rates', df: { day: [0], rate: [5], delay: [null] } });
    expect(rate(now)).toMatchObject({ results: [{ values: [5] }] });
    const known = now + 1000;
    api.push({
      push_source_name: 'rates',
      df: { day: [1], known_at: [known], rate: [6], delay: [null] },
    });
    expect(rate(known - 1)).toMatchObject({ results: [{ values: [5] }] });
    expect(rate(known)).toMatchObject({ results: [{ values: [6] }] });
  });

  it('takes all rows or none, and names the row and column that is wrong', () => {
    const whole = { origin: ['A', 'B'], day: [0, 1], delay: [1, 2], flights: [1, 2] };
    const of = (df: unknown, more = {}) => problem(() => api.push({ push_source_name: 'airports', df, ...more }));
    expect(of({ ...whole, delay: [1, '2'] })).toBe(
      'request.invalid: Row 1, “delay”: expected a number, got the text "2".',
    );
    expect(of({ ...whole, dely: [1, 2] })).toBe(
      'request.invalid: Row 0: the view airports has no column “dely”. Did you mean delay or day?',
    );
    expect(of({ ...whole, origin: ['A', null] })).toMatch(/Row 1: “origin” is missing/);
    const { delay: _delay, ...without } = whole;
    expect(of(without)).toMatch(/Row 0 has no “delay”.*null for a feature without a value/);
    expect(of({ ...whole, day: [0] })).toMatch(/"df" has 2 values of “origin” and 1 of “day”/);
    expect(of(whole, { to: 'offline' })).toMatch(/"to" is "offline"/);
    expect(problem(() => api.push({ push_source_name: 'nope', df: whole }))).toMatch(/^features\.not-found/);
    expect(problem(() => api.push({}))).toMatch(/push_source_name/);
    expect(get({ features: ['airports:delay'], entities: { origin: ['A'] } })).toMatchObject({
      results: [{}, { statuses: ['NOT_FOUND'] }],
    });
  });
});

describe('cells as JSON', () => {
  it('come back as they were', () => {
    const exact = fc.oneof(
      fc.record({ type: fc.constant('int64' as const), cell: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }),
      fc.record({ type: fc.constant('float64' as const), cell: fc.double() }),
      fc.record({ type: fc.constant('string' as const), cell: fc.string({ unit: 'grapheme' }) }),
      fc.record({ type: fc.constant('bool' as const), cell: fc.boolean() }),
      // The years that ISO 8601 writes with four digits.
      fc.record({
        type: fc.constant('timestamp' as const),
        cell: fc.bigInt({ min: -62_135_596_800_000_000n, max: 253_402_300_799_999_999n }),
      }),
    );
    fc.assert(
      fc.property(exact, ({ type, cell }) => {
        const [value] = parseJsonBody(Buffer.from(`[${cellJson(cell, type)}]`), () => true) as unknown[];
        const back = readCell(value, { name: 'x', type }, 'here');
        // JSON has one zero.
        expect(back).toEqual(Object.is(cell, -0) ? 0 : cell);
      }),
      { seed: 3, numRuns: 1000 },
    );
    expect(cellJson(Float32Array.from([1.5, Number.NaN]), 'tensor')).toBe('[1.5,null]');
    expect(isoTime(-1n)).toBe('1969-12-31T23:59:59.999999Z');
  });
});
