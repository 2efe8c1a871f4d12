/** Upper bounds of request durations in seconds; finer below 5 ms than OpenTelemetry's for HTTP. */
export const durationBuckets = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
] as const;

/** Upper bounds of the rows of one run. */
export const batchSizeBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] as const;

/** Upper bounds of response times in milliseconds, as dashboards made for Triton know them. */
export const responseMsBuckets = [100, 500, 2_000, 5_000] as const;

/** A traced observation of a bucket: where to look for what such a value was made of. */
export interface Exemplar {
  traceId: string;
  value: number;
  /** Milliseconds since the epoch. */
  timeMs: number;
}

/** Counts of observations per bucket, the last one unbounded, and their sum. */
export class Histogram {
  readonly bounds: readonly number[];
  readonly counts: number[];
  sum = 0;
  /** The newest of each bucket. */
  readonly exemplars: (Exemplar | undefined)[] = [];

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  /** `traceId`: of the trace that it belongs to. */
  observe(value: number, traceId?: string): void {
    let bucket = 0;
    while (bucket < this.bounds.length && value > (this.bounds[bucket] as number)) bucket++;
    this.counts[bucket] = (this.counts[bucket] as number) + 1;
    this.sum += value;
    if (traceId !== undefined) this.exemplars[bucket] = { traceId, value, timeMs: Date.now() };
  }
}
