import type { RunDurations } from './batcher.ts';

interface Duration {
  count: number;
  ms: number;
}

/** Why a request failed, in Triton's words. */
export type FailureReason = 'REJECTED' | 'CANCELED' | 'BACKEND' | 'OTHER';

/** Counts and durations of one model version, as Triton's statistics extension and metrics have them. */
export class ModelStatistics {
  /** Milliseconds since the epoch; 0 before the first. */
  lastInferenceMs = 0;
  /** Rows. */
  inferenceCount = 0;
  executionCount = 0;
  /** Time in runs of the model, ms. */
  busyMs = 0;
  readonly failures: Record<FailureReason, number> = { REJECTED: 0, CANCELED: 0, BACKEND: 0, OTHER: 0 };
  readonly success = duration();
  readonly fail = duration();
  readonly queue = duration();
  readonly computeInput = duration();
  readonly computeInfer = duration();
  readonly computeOutput = duration();
  readonly cacheHits = duration();
  readonly cacheMisses = duration();
  readonly #batches = new Map<number, { input: Duration; infer: Duration; output: Duration }>();

  queued(waitedMs: number): void {
    add(this.queue, 1, waitedMs);
  }

  /** Every request of a run took the whole run's time. */
  ran(rows: number, requests: number, { inputMs, inferMs, outputMs }: RunDurations): void {
    this.lastInferenceMs = Date.now();
    this.inferenceCount += rows;
    this.executionCount++;
    this.busyMs += inferMs;
    add(this.computeInput, requests, inputMs);
    add(this.computeInfer, requests, inferMs);
    add(this.computeOutput, requests, outputMs);
    let batch = this.#batches.get(rows);
    if (batch === undefined) {
      batch = { input: duration(), infer: duration(), output: duration() };
      this.#batches.set(rows, batch);
    }
    add(batch.input, 1, inputMs);
    add(batch.infer, 1, inferMs);
    add(batch.output, 1, outputMs);
  }

  /** An answer was in the response cache; `ms`: looking it up. */
  cacheHit(ms: number): void {
    add(this.cacheHits, 1, ms);
  }

  /** It was not; `ms`: looking it up and keeping it. */
  cacheMiss(ms: number): void {
    add(this.cacheMisses, 1, ms);
  }

  /** A request was answered; `failure` is undefined for a good one. */
  answered(durationMs: number, failure: FailureReason | undefined): void {
    if (failure === undefined) {
      add(this.success, 1, durationMs);
    } else {
      add(this.fail, 1, durationMs);
      this.failures[failure]++;
    }
  }

  /** An entry of `model_stats`. */
  toJson(name: string, version: string) {
    return {
      name,
      version,
      last_inference: this.lastInferenceMs,
      inference_count: this.inferenceCount,
      execution_count: this.executionCount,
      inference_stats: {
        success: nanoseconds(this.success),
        fail: nanoseconds(this.fail),
        queue: nanoseconds(this.queue),
        compute_input: nanoseconds(this.computeInput),
        compute_infer: nanoseconds(this.computeInfer),
        compute_output: nanoseconds(this.computeOutput),
        cache_hit: nanoseconds(this.cacheHits),
        cache_miss: nanoseconds(this.cacheMisses),
      },
      batch_stats: [...this.#batches]
        .sort(([a], [b]) => a - b)
        .map(([rows, batch]) => ({
          batch_size: rows,
          compute_input: nanoseconds(batch.input),
          compute_infer: nanoseconds(batch.infer),
          compute_output: nanoseconds(batch.output),
        })),
    };
  }
}

function duration(): Duration {
  return { count: 0, ms: 0 };
}

function add(target: Duration, count: number, ms: number): void {
  target.count += count;
  target.ms += count * ms;
}

function nanoseconds({ count, ms }: Duration): { count: number; ns: number } {
  return { count, ns: Math.max(0, Math.round(ms * 1e6)) };
}
