import type { EndpointStats } from '../../shared/rpc/engine-contract.ts';

/** Points of the rate charts, a mean over this many ms each, so that 15 minutes stay a readable line. */
const binMs = 5000;

interface RateSeries {
  /** Middle of each bin, Unix ms. */
  x: number[];
  /** Per second. */
  requests: number[];
  failed: number[];
  /** Median over the bin's seconds with requests; null without any. */
  p50: (number | null)[];
  p99: (number | null)[];
}

function middle(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

/** Counts per second and percentiles in bins of 5 s; under a minute of history every second is a point. */
export function perSecond(series: EndpointStats['series']): RateSeries {
  const width = series.length <= 60 ? 1000 : binMs;
  const bins = new Map<number, EndpointStats['series']>();
  for (const point of series) {
    const bin = Math.floor(point.timeMs / width);
    bins.set(bin, [...(bins.get(bin) ?? []), point]);
  }
  const result: RateSeries = { x: [], requests: [], failed: [], p50: [], p99: [] };
  for (const [bin, points] of bins) {
    const sum = (pick: (point: EndpointStats['series'][number]) => number) =>
      points.reduce((total, point) => total + pick(point), 0) / points.length;
    result.x.push(bin * width + width / 2);
    result.requests.push(sum((point) => point.requests));
    result.failed.push(sum((point) => point.failed));
    result.p50.push(middle(points.flatMap((point) => (point.p50 === null ? [] : [point.p50]))));
    // The worst second stays visible: a tail is what p99 is looked at for.
    const tails = points.flatMap((point) => (point.p99 === null ? [] : [point.p99]));
    result.p99.push(tails.length === 0 ? null : Math.max(...tails));
  }
  return result;
}

/** Rows per call of the model: rows answered over calls made. */
export function meanBatch(stats: EndpointStats): number {
  const calls = stats.batchSizes.reduce((sum, batch) => sum + batch.count, 0);
  return calls === 0 ? 0 : stats.rows / calls;
}

/** Share of calls by batch size: buckets up to the largest used, the open one as `32+`. */
export function batchShares(stats: Pick<EndpointStats, 'batchSizes'>): { label: string; share: number }[] {
  const { batchSizes } = stats;
  const calls = batchSizes.reduce((sum, batch) => sum + batch.count, 0);
  let end = batchSizes.length;
  while (end > 4 && batchSizes[end - 1]?.count === 0) end--;
  return batchSizes.slice(0, end).map((batch, i) => ({
    label: batch.upTo >= Number.MAX_SAFE_INTEGER ? `${batchSizes[i - 1]?.upTo ?? 0}+` : String(batch.upTo),
    share: calls === 0 ? 0 : batch.count / calls,
  }));
}
