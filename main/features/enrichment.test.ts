import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FeatureView } from '../../shared/features/feature-view.ts';
import type { JoinedView } from '../../shared/features/joined-view.ts';
import { Enrichment, type MissingFeatures } from './enrichment.ts';
import { OnlineStore } from './online-store.ts';
import { pushRows } from './push-rows.ts';

const view: FeatureView = {
  name: 'customers',
  keys: [{ name: 'customer', type: 'int64' }],
  eventTimestamp: 'at',
  createdTimestamp: 'known',
  ttlSeconds: 3600,
  features: [
    { name: 'spent', type: 'float64' },
    { name: 'orders', type: 'int64' },
    { name: 'segment', type: 'string' },
    { name: 'since', type: 'timestamp' },
    { name: 'taste', type: 'tensor', size: 2 },
    { name: 'active', type: 'bool' },
  ],
  description: '',
  owner: '',
};
const joined: JoinedView = {
  view,
  digest: 'a'.repeat(64),
  keyColumns: { customer: 'buyer' },
  columns: {
    spent: 'spent',
    segment: 'customers__segment',
    since: 'since',
    taste: 'taste',
    orders: 'orders',
    active: 'active',
  },
};
const spentOnly: JoinedView = { ...joined, columns: { spent: 'spent' } };
const noon = Date.UTC(2026, 0, 1, 12);
const us = (ms: number) => BigInt(ms) * 1000n;
const iso = (minutes: number) => new Date(noon + minutes * 60_000).toISOString();

let folder: string;
let store: OnlineStore;
let now = noon;
let logged: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'enrichment-'));
  store = OnlineStore.open(folder);
  now = noon;
  logged = [];
  store.create(view);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function enrichment(
  policy: MissingFeatures['policy'] = 'null',
  { views = [spentOnly], defaults = {} }: { views?: JoinedView[]; defaults?: MissingFeatures['defaults'] } = {},
) {
  return new Enrichment({
    joined: views,
    missing: { policy, defaults },
    store: () => store,
    log: (_level, text) => logged.push(text),
    nowUs: () => us(now),
  });
}

function push(row: Record<string, unknown>): number {
  const nothing = { spent: null, orders: null, segment: null, since: null, taste: null, active: null };
  return pushRows(store, 'customers', [{ ...nothing, ...row }], us(now)).stored;
}

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code}: ${message}`;
  }
  return 'no problem';
}

describe('enrichment', () => {
  it('adds the features of the entity, of every type, and leaves the rest of the row', () => {
    const values = {
      spent: 12.5,
      orders: 7,
      segment: 'gold',
      since: '2020-02-29T00:00:00.000001Z',
      taste: [1, 2],
      active: true,
    };
    push({ customer: 1, at: iso(-10), known: iso(-10), ...values });
    const { rows, uses } = enrichment('null', { views: [joined] }).rows([{ buyer: 1, price: 3, note: null }]);
    const { segment, taste, ...same } = values;
    expect(rows).toEqual([
      {
        buyer: 1,
        price: 3,
        note: null,
        ...same,
        orders: 7n,
        customers__segment: segment,
        taste: Float32Array.from(taste),
      },
    ]);
    expect(uses).toEqual([{ view: 'customers', version: 'pushed', rows: 1, missing: 0 }]);
  });

  it('looks up only what a request lacks', () => {
    push({ customer: 1, at: iso(-10), known: iso(-10), spent: 5, orders: 9 });
    const both: JoinedView = { ...joined, columns: { spent: 'spent', orders: 'orders' } };
    const { rows, uses } = enrichment('null', { views: [both] }).rows([
      { spent: 1, orders: null },
      { buyer: 1, spent: 2 },
      { buyer: 2 },
    ]);
    expect(rows).toEqual([
      { spent: 1, orders: null },
      { buyer: 1, spent: 2, orders: 9n },
      { buyer: 2, spent: null, orders: null },
    ]);
    expect(uses).toEqual([{ view: 'customers', version: 'pushed', rows: 2, missing: 1 }]);
    expect(enrichment('fail', { views: [both] }).rows([{ spent: 1, orders: 2 }]).uses).toEqual([]);
  });

  it('treats unknown, expired and missing values as the policy says', () => {
    push({ customer: 1, at: iso(-61), known: iso(-61), spent: 5 });
    push({ customer: 2, at: iso(-60), known: iso(-60), spent: null });
    const rows = [{ buyer: 1 }, { buyer: 2 }, { buyer: 3 }, { buyer: null }];
    const spent = (policy: MissingFeatures['policy'], defaults = {}) =>
      enrichment(policy, { defaults })
        .rows(rows)
        .rows.map((row) => row['spent']);
    expect(spent('null')).toEqual([null, null, null, null]);
    expect(spent('default', { spent: 1.5 })).toEqual([1.5, null, 1.5, 1.5]);
    expect(spent('default')).toEqual([null, null, null, null]);
    const fail = enrichment('fail');
    expect(codeOf(() => fail.rows([{ buyer: 1 }]))).toMatch(/^features.stale: The features of customer 1 .*too old/);
    expect(codeOf(() => fail.rows([{ buyer: 3 }]))).toBe(
      'features.not-found: “customers” has no features of customer 3.',
    );
    expect(fail.rows([{ buyer: 2 }]).rows).toEqual([{ buyer: 2, spent: null }]);
    expect(Object.fromEntries(fail.counts.get('customers') ?? [])).toEqual({
      found: 1,
      not_found: 1,
      outside_max_age: 1,
    });
  });

  it('keeps to the time to live that was trained with, also when that of the view has changed', () => {
    push({ customer: 1, at: iso(-61), known: iso(-61), spent: 5 });
    const longer: JoinedView = { ...spentOnly, view: { ...view, ttlSeconds: 7200 } };
    expect(enrichment('null', { views: [longer] }).rows([{ buyer: 1 }]).rows[0]?.['spent']).toBe(5);
    expect(enrichment('null').rows([{ buyer: 1 }]).rows[0]?.['spent']).toBeNull();
  });

  it('ignores late and repeated events, and uses a row only once it is known', () => {
    const spent = () => enrichment().rows([{ buyer: 1 }]).rows[0]?.['spent'];
    expect(push({ customer: 1, at: iso(-10), known: iso(-10), spent: 5 })).toBe(1);
    expect(push({ customer: 1, at: iso(-20), known: iso(-1), spent: 4 })).toBe(0);
    expect(push({ customer: 1, at: iso(-10), known: iso(-10), spent: 5 })).toBe(1);
    expect(spent()).toBe(5);
    push({ customer: 1, at: iso(-5), known: iso(30), spent: 6 });
    expect(spent()).toBe(5);
    now = noon + 30 * 60_000;
    expect(spent()).toBe(6);
    // A clock ahead of ours: the event lies in the future and counts from then on.
    push({ customer: 1, at: iso(40), known: iso(40), spent: 7 });
    expect(spent()).toBe(6);
    now = noon + 40 * 60_000;
    expect(spent()).toBe(7);
  });

  it('case 15: names a key that is absent or has another type, whatever the policy', () => {
    for (const policy of ['null', 'default', 'fail'] as const) {
      const rows = (...list: Record<string, unknown>[]) => codeOf(() => enrichment(policy).rows(list));
      expect(rows({ buyer: 1, spent: 1 }, { byuer: 1 })).toBe(
        'request.invalid: Row 1 has no column “buyer”, by which the features of “customers” are looked up.',
      );
      expect(rows({ buyer: '1' })).toBe(
        'request.invalid: Row 0, column “buyer”: expected a whole number, got the text "1".',
      );
      expect(rows({ buyer: 1.5 })).toMatch(/^request.invalid: Row 0, column “buyer”/);
    }
  });

  it('says when the store cannot be read or holds another view by now', () => {
    const changed = (more: Partial<FeatureView>): JoinedView => ({ ...spentOnly, view: { ...view, ...more } });
    const cases: [JoinedView, RegExp][] = [
      [changed({ name: 'nobody' }), /no feature view “nobody”/],
      [changed({ keys: [{ name: 'customer', type: 'string' }] }), /it has other keys/],
      [changed({ features: [{ name: 'spent', type: 'int64' }] }), /its feature “spent” is float64 and was int64/],
      [
        { ...spentOnly, view: { ...view, features: [{ name: 'gone', type: 'int64' }] }, columns: { gone: 'spent' } },
        /it has no feature “gone” any more/,
      ],
    ];
    for (const [one, problem] of cases) {
      logged = [];
      const key = one.view.keys[0]?.type === 'string' ? 'x' : 1;
      const { rows, uses } = enrichment('default', { views: [one], defaults: { spent: 3 } }).rows([{ buyer: key }]);
      expect([rows[0]?.['spent'], uses[0]?.version]).toEqual([3, null]);
      expect(logged).toEqual([expect.stringMatching(problem)]);
      const message = codeOf(() => enrichment('fail', { views: [one] }).rows([{ buyer: key }]));
      expect(message).toMatch(/^features.unavailable: /);
      expect(message).toMatch(problem);
    }
  });

  it('logs a store that stays away only now and then', () => {
    const broken = new Enrichment({
      joined: [spentOnly],
      missing: { policy: 'null', defaults: {} },
      store: () => {
        throw new Error('disk on fire');
      },
      log: (_level, text) => logged.push(text),
    });
    for (let i = 0; i < 5; i++) expect(broken.rows([{ buyer: i }]).rows[0]).toEqual({ buyer: i, spent: null });
    expect(logged).toEqual([expect.stringContaining('disk on fire')]);
    expect(broken.counts.get('customers')?.get('unavailable')).toBe(5);
  });
});
