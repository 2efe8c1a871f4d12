/** Part of the objective that waiting and running may take; the rest is for reading, answering and the network. */
const budgetShare = 0.6;
/** Longest and shortest time between two looks at the queue. */
const minIntervalMs = 20;
const maxIntervalMs = 200;
const growth = 1.05;

export interface AdmissionBounds {
  /** Rows of one run: as many may always wait. */
  maxBatchRows: number;
  maxQueueRows: number;
  /** Latency to keep; null: only `maxQueueRows` bounds the queue. */
  objectiveMs: number | null;
}

/**
 * Rows that may wait for a model. Without an objective that is a fixed number. With one, a queue that stands (one that
 * never empties between two looks, as in overload; a burst does) and makes requests wait longer than the objective leaves
 * time for is cut in proportion; while requests are refused it grows slowly, and once none are, back to the fixed number.
 * Nothing is predicted: a model whose single run is slower than the objective still gets one batch waiting.
 */
export class AdmissionLimit {
  readonly #bounds: AdmissionBounds;
  readonly #intervalMs: number;
  #rows: number;
  #lookMs = 0;
  #shortestWaitMs = Number.POSITIVE_INFINITY;
  #longestWaitMs = 0;
  #longestRunMs = 0;
  #mostQueuedRows = 0;
  #refused = 0;

  constructor(bounds: AdmissionBounds) {
    this.#bounds = bounds;
    this.#rows = bounds.maxQueueRows;
    this.#intervalMs = Math.min(maxIntervalMs, Math.max(minIntervalMs, (bounds.objectiveMs ?? maxIntervalMs) / 2));
  }

  get rows(): number {
    return this.#rows;
  }

  /** Whether a request may join this queue; one that finds it empty always may. */
  admits(queuedRows: number, rows: number): boolean {
    if (queuedRows === 0 || queuedRows + rows <= this.#rows) return true;
    this.#refused++;
    return false;
  }

  /** A run starts: `queuedRows` waited, those it takes included, the first of them for `longestWaitMs`. */
  started(nowMs: number, longestWaitMs: number, queuedRows: number): void {
    if (this.#bounds.objectiveMs === null) return;
    this.#shortestWaitMs = Math.min(this.#shortestWaitMs, longestWaitMs);
    this.#longestWaitMs = Math.max(this.#longestWaitMs, longestWaitMs);
    this.#mostQueuedRows = Math.max(this.#mostQueuedRows, queuedRows);
    if (this.#lookMs === 0) this.#lookMs = nowMs;
    if (nowMs - this.#lookMs < this.#intervalMs) return;
    this.#adapt(this.#bounds.objectiveMs);
    this.#lookMs = nowMs;
    this.#shortestWaitMs = Number.POSITIVE_INFINITY;
    this.#longestWaitMs = 0;
    this.#longestRunMs = 0;
    this.#mostQueuedRows = 0;
    this.#refused = 0;
  }

  ended(runMs: number): void {
    this.#longestRunMs = Math.max(this.#longestRunMs, runMs);
  }

  #adapt(objectiveMs: number): void {
    const { maxBatchRows, maxQueueRows } = this.#bounds;
    const budgetMs = Math.max(objectiveMs * budgetShare - this.#longestRunMs, this.#longestRunMs);
    const stands = this.#shortestWaitMs > this.#longestRunMs / 2 && this.#shortestWaitMs > objectiveMs / 20;
    if (stands && this.#longestWaitMs > budgetMs) {
      const cut = Math.min(this.#rows, this.#mostQueuedRows) * (budgetMs / this.#longestWaitMs);
      this.#rows = Math.max(Math.min(maxBatchRows, maxQueueRows), Math.floor(cut));
    } else if (this.#rows < maxQueueRows) {
      const faster = this.#refused === 0 ? 2 : growth;
      this.#rows = Math.min(maxQueueRows, Math.ceil(this.#rows * faster));
    }
  }
}
