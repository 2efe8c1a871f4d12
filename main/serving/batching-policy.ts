/** How long the requests of one priority level may wait, and how many. */
export interface LevelPolicy {
  /** Rows of the level that may wait; 0: only the queue as a whole is bounded. */
  maxQueueRows: number;
  /** Longest wait in the queue; null: that of the endpoint. */
  timeoutMs: number | null;
  /** `delay`: what waited longer goes behind the others of its level instead of being refused. */
  onTimeout: 'reject' | 'delay';
  /** Whether a request may ask for a shorter wait. */
  allowOverride: boolean;
}

/** How the batches of a model are put together. */
export interface BatchingPolicy {
  /** Longest time that a request waits for others to share its run with; 0: it never does. */
  maxDelayMs: number;
  /** Batch sizes that are run without waiting for more, and preferred to larger ones, in rows. */
  preferredRows: readonly number[];
  /** From the highest priority down; at least one. */
  levels: readonly LevelPolicy[];
  /** Level of requests that name none, from 0. */
  defaultLevel: number;
}

/** What a level does where nothing else is said. */
export const plainLevel: LevelPolicy = { maxQueueRows: 0, timeoutMs: null, onTimeout: 'reject', allowOverride: true };

/** Most priority levels of one model. */
export const maxPriorityLevels = 100;

/** Level of a request from 0; `priority` counts from 1, and one that the model does not know means its default. */
export function levelOf(policy: BatchingPolicy | undefined, priority: number | undefined): number {
  if (policy === undefined) return 0;
  const known = priority !== undefined && priority >= 1 && priority <= policy.levels.length;
  return known ? priority - 1 : policy.defaultLevel;
}

/** Longest wait of a request at a level that asked for `wantedMs`, ms; infinite where neither bounds it. */
export function timeoutOf(policy: BatchingPolicy | undefined, level: number, wantedMs: number | undefined): number {
  const { timeoutMs, allowOverride } = policy?.levels[level] ?? plainLevel;
  const wanted = allowOverride ? (wantedMs ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
  return Math.min(wanted, timeoutMs ?? Number.POSITIVE_INFINITY);
}
