import { expect, it } from 'vitest';
import type { EndpointStats } from '../../shared/rpc/engine-contract.ts';
import { batchShares, meanBatch, perSecond } from './endpoint-series.ts';

const point = (second: number, requests: number, p99: number | null) => ({
  timeMs: second * 1000,
  requests,
  failed: 0,
  p50: p99,
  p99,
});

it('keeps every second of a short history', () => {
  const { x, requests } = perSecond([point(0, 3, 1), point(1, 5, 2)]);
  expect(x).toEqual([500, 1500]);
  expect(requests).toEqual([3, 5]);
});

it('bins a long one by 5 s: mean rate, middle p50, worst p99, gaps where nothing was asked', () => {
  const series = Array.from({ length: 100 }, (_, i) => point(i, i < 5 ? i : 0, i < 5 ? i + 1 : null));
  const { x, requests, p50, p99 } = perSecond(series);
  expect(x).toHaveLength(20);
  expect([requests[0], p50[0], p99[0]]).toEqual([2, 3, 5]);
  expect([requests[1], p50[1], p99[1]]).toEqual([0, null, null]);
});

it('has a mean batch of 0 before the first call', () => {
  expect(meanBatch({ rows: 0, batchSizes: [] } as unknown as EndpointStats)).toBe(0);
  expect(meanBatch({ rows: 12, batchSizes: [{ upTo: 4, count: 4 }] } as unknown as EndpointStats)).toBe(3);
});

it('names batch sizes, leaves unused large ones out', () => {
  const sizes = (...counts: number[]) =>
    counts.map((count, i) => ({ upTo: i === counts.length - 1 ? Number.MAX_SAFE_INTEGER : 2 ** i, count }));
  expect(batchShares({ batchSizes: sizes(3, 1, 0, 0, 0, 0) }).map((bar) => bar.label)).toEqual(['1', '2', '4', '8']);
  expect(batchShares({ batchSizes: sizes(3, 0, 0, 0, 0, 1) }).at(-1)).toEqual({ label: '16+', share: 0.25 });
  expect(batchShares({ batchSizes: [] })).toEqual([]);
});
