import type { ScalingOptions } from './scaling-options.ts';

/** What a model version did since the last look. */
export interface LoadSample {
  nowMs: number;
  replicas: number;
  /** Mean wait of the requests that left the queue; of a queue nothing leaves, its age. */
  queueMs: number;
  /** Time in runs, of all replicas together, per time that passed: 0 to `replicas`. */
  busy: number;
}

/** A wait above the target must last this long before a replica is added, */
const upAfterMs = 750;
/** and one far below it this long before one is taken away. */
const downAfterMs = 15_000;
/** Part of the target below which the wait counts as far below. */
const lowShare = 0.25;
/** Most that each of the replicas left may have to do after one is taken away. */
const maxBusyAfterDown = 0.7;

/**
 * Wanted change of a model's replicas from queue time. Up and down have different thresholds and both must last, so that
 * a load at the edge does not make replicas come and go; a new replica is given time to show in the queue.
 */
export class ReplicaScaler {
  readonly #options: Pick<ScalingOptions, 'minReplicas' | 'maxReplicas' | 'targetQueueMs'>;
  #highSinceMs: number | undefined;
  #lowSinceMs: number | undefined;

  constructor(options: Pick<ScalingOptions, 'minReplicas' | 'maxReplicas' | 'targetQueueMs'>) {
    this.#options = options;
  }

  /** 1: one more; −1: one less; the caller may leave it at that, and is then asked again. */
  observe({ nowMs, replicas, queueMs, busy }: LoadSample): -1 | 0 | 1 {
    const { minReplicas, maxReplicas, targetQueueMs } = this.#options;
    const isHigh = queueMs > targetQueueMs;
    const isLow = queueMs < targetQueueMs * lowShare && busy < (replicas - 1) * maxBusyAfterDown;
    this.#highSinceMs = isHigh ? (this.#highSinceMs ?? nowMs) : undefined;
    this.#lowSinceMs = isLow ? (this.#lowSinceMs ?? nowMs) : undefined;
    if (this.#highSinceMs !== undefined && nowMs - this.#highSinceMs >= upAfterMs && replicas < maxReplicas) return 1;
    const least = Math.max(1, minReplicas);
    if (this.#lowSinceMs !== undefined && nowMs - this.#lowSinceMs >= downAfterMs && replicas > least) return -1;
    return 0;
  }

  /** The number of replicas changed: what was seen before says nothing about the new one. */
  changed(): void {
    this.#highSinceMs = undefined;
    this.#lowSinceMs = undefined;
  }
}
