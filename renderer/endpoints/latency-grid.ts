import type { EndpointStats } from '../../shared/rpc/engine-contract.ts';

export interface HeatGrid {
  /** Begin of each column, Unix ms, oldest first. */
  times: number[];
  /** Upper bound of each row, ms, lowest first. */
  bounds: number[];
  /** Requests by column and row. */
  counts: number[][];
}

/** Upper bound of the first latency bucket; each further one is twice as high. */
const firstBoundMs = 0.02;
const mostColumns = 90;

/** Columns of equal time and the latency buckets that have requests, without empty ones below and above. */
export function latencyGrid(series: EndpointStats['series']): HeatGrid {
  const width = Math.max(1, Math.ceil(series.length / mostColumns));
  const columns: { time: number; counts: number[] }[] = [];
  for (let i = 0; i < series.length; i += width) {
    const part = series.slice(i, i + width);
    const counts: number[] = [];
    for (const { latencies } of part) {
      latencies.forEach((count, bucket) => {
        counts[bucket] = (counts[bucket] ?? 0) + count;
      });
    }
    columns.push({ time: part[0]?.timeMs ?? 0, counts });
  }
  const used = columns.flatMap(({ counts }) => counts.flatMap((count, bucket) => (count > 0 ? [bucket] : [])));
  const low = used.length === 0 ? 0 : Math.min(...used);
  const high = used.length === 0 ? -1 : Math.max(...used);
  const rows = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  return {
    times: columns.map(({ time }) => time),
    bounds: rows.map((bucket) => Number((firstBoundMs * 2 ** bucket).toPrecision(3))),
    counts: columns.map(({ counts }) => rows.map((bucket) => counts[bucket] ?? 0)),
  };
}
