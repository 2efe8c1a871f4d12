import type { EndpointStats } from '../../shared/rpc/engine-contract.ts';
import { LatencySketch } from './latency-sketch.ts';

/** What an endpoint did in one second, and where it stands after it. */
export interface ActivityPoint {
  timeMs: number;
  /** In this second. */
  requests: number;
  failed: number;
  /** Of them those that were not the caller's fault. */
  errors: number;
  p50: number | null;
  p99: number | null;
  /** Requests by latency, as `LatencySketch.octaves` has them. */
  latencies: number[];
  /** Since the start. */
  totals: { requests: number; rows: number; failed: number };
  /** Over the last 10 s. */
  recent: { requestsPerSecond: number; p50: number | null; p90: number | null; p99: number | null };
  /** Rows waiting now. */
  queued: number;
  batchSizes: { upTo: number; count: number }[];
}

/** An activity point with where the models stand. */
export type EndpointPoint = ActivityPoint &
  Pick<EndpointStats, 'versions' | 'cost' | 'failures' | 'queueLimit' | 'memoryBytes' | 'freshness'>;

const windowSeconds = 10;

/** Hours over which the highest rate is kept. */
const peakHours = 24;

/** Counts inference requests second by second. */
export class ActivityRecorder {
  readonly #totals = { requests: 0, rows: 0, failed: 0 };
  #second = { requests: 0, failed: 0, errors: 0, latency: new LatencySketch() };
  #window: { requests: number; latency: LatencySketch }[] = [];
  #idle = true;
  #counted = 0;
  /** Highest second of each of the last hours, the present one last. */
  #peaks: { hour: number; requests: number }[] = [];

  /** Most requests of one second within the last 24 hours, those of load tests left out. */
  get peakPerSecond(): number {
    return this.#peaks.reduce((peak, { requests }) => Math.max(peak, requests), 0);
  }

  /** `rows` is 0 for a request that failed; `isTest`: a load test or a try, which makes no peak; `isError`: not its fault. */
  record(durationMs: number, rows: number, failed: boolean, isTest = false, isError = failed): void {
    if (!isTest) this.#counted++;
    this.#totals.requests++;
    this.#totals.rows += rows;
    this.#second.requests++;
    if (failed) {
      this.#totals.failed++;
      this.#second.failed++;
    }
    if (isError) this.#second.errors++;
    this.#second.latency.add(durationMs);
    this.#idle = false;
  }

  /** Ends the second. */
  tick(timeMs: number, queued: number, batchSizes: ActivityPoint['batchSizes']): ActivityPoint {
    const { requests, failed, errors, latency } = this.#second;
    this.#keepPeak(Math.floor(timeMs / 3_600_000));
    const point = {
      timeMs,
      requests,
      failed,
      errors,
      p50: latency.quantileMs(0.5),
      p99: latency.quantileMs(0.99),
      latencies: latency.octaves(),
    };
    if (this.#idle) {
      const recent = { requestsPerSecond: 0, p50: null, p90: null, p99: null };
      return { ...point, totals: { ...this.#totals }, recent, queued, batchSizes };
    }
    this.#window.push({ requests, latency });
    if (this.#window.length > windowSeconds) this.#window.shift();
    this.#second = { requests: 0, failed: 0, errors: 0, latency: new LatencySketch() };
    const merged = new LatencySketch();
    let total = 0;
    for (const second of this.#window) {
      merged.merge(second.latency);
      total += second.requests;
    }
    this.#idle = total === 0;
    const recent = {
      requestsPerSecond: total / this.#window.length,
      p50: merged.quantileMs(0.5),
      p90: merged.quantileMs(0.9),
      p99: merged.quantileMs(0.99),
    };
    if (this.#idle) this.#window = [];
    return { ...point, totals: { ...this.#totals }, recent, queued, batchSizes };
  }

  #keepPeak(hour: number): void {
    const requests = this.#counted;
    this.#counted = 0;
    const last = this.#peaks.at(-1);
    if (last?.hour === hour) last.requests = Math.max(last.requests, requests);
    else this.#peaks.push({ hour, requests });
    // A clock that was set back leaves hours of the future: they count as the present one.
    this.#peaks = this.#peaks.filter((peak) => Math.abs(hour - peak.hour) < peakHours);
  }
}
