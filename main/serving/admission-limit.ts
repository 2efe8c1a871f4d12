/** Part of the objective that waiting and running may take; the rest is for reading, answering and the network. */
const budgetShare = 0.6;
/** Part of the objective by which a run must have ended for its answers to be in time. */
const answerShare = 0.75;
/** Runs, as the average takes them, that a request may always wait for: one, and what runs differ by. */
const oneRunShare = 1.25;
/** Longest and shortest time between two looks at the queue. */
const minIntervalMs = 20;
const maxIntervalMs = 200;
const growth = 1.05;
/** How long after a refusal the model still counts as overloaded. */
const overloadMs = 250;
/** Weight of the newest run in the moving averages. */
const smoothing = 0.1;
/** Mean absolute deviations above the average that a run may well take (as in the retransmission timer of TCP, RFC 6298). */
const deviations = 2;

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
 * While requests are refused anyway, those go first that would be answered too late: because they were read late, or
 * because the process or its machine stood still. A model whose single run is slower than the objective still gets one
 * batch waiting.
 */
export class AdmissionLimit {
  readonly #bounds: AdmissionBounds;
  readonly #intervalMs: number;
  #rows: number;
  #lookMs = 0;
  #shortestWaitMs = Number.POSITIVE_INFINITY;
  #longestWaitMs = 0;
  #mostQueuedRows = 0;
  #refusedSinceLook = false;
  #refusedSinceRun = false;
  #refusedMs = Number.NEGATIVE_INFINITY;
  #overloaded = false;
  #heldMs = 0;
  #heldDeviationMs = 0;
  #runMs = 0;

  constructor(bounds: AdmissionBounds) {
    this.#bounds = bounds;
    this.#rows = bounds.maxQueueRows;
    this.#intervalMs = Math.min(maxIntervalMs, Math.max(minIntervalMs, (bounds.objectiveMs ?? maxIntervalMs) / 2));
  }

  get rows(): number {
    return this.#rows;
  }

  /** Time that a run takes by itself, averaged over the last ones, ms; 0 before the first. */
  get runMs(): number {
    return this.#runMs;
  }

  /** Whether a request that arrived `lateMs` ago may join this queue; one that finds it empty always may. */
  admits(queuedRows: number, rows: number, lateMs = 0): boolean {
    if (queuedRows === 0) return true;
    const fits = queuedRows + rows <= this.#rows;
    const startMs = lateMs + (queuedRows / this.#bounds.maxBatchRows) * this.#runMs;
    if (fits && !(this.#overloaded && startMs > this.#latestStartMs())) return true;
    this.#refusedSinceLook = true;
    this.#refusedSinceRun = true;
    return false;
  }

  /** Whether the next run is better without a request that arrived `waitedMs` ago: others are refused for its place. */
  isTooLate(nowMs: number, waitedMs: number): boolean {
    if (this.#bounds.objectiveMs === null) return false;
    const overloaded = this.#refusedSinceRun || nowMs - this.#refusedMs < overloadMs;
    return overloaded && waitedMs > this.#latestStartMs();
  }

  /** A run starts: `queuedRows` waited, those it takes included, the first of them for `longestWaitMs`. */
  started(nowMs: number, longestWaitMs: number, queuedRows: number): void {
    if (this.#bounds.objectiveMs === null) return;
    if (this.#refusedSinceRun) this.#refusedMs = nowMs;
    this.#refusedSinceRun = false;
    this.#overloaded = nowMs - this.#refusedMs < overloadMs;
    this.#shortestWaitMs = Math.min(this.#shortestWaitMs, longestWaitMs);
    this.#longestWaitMs = Math.max(this.#longestWaitMs, longestWaitMs);
    this.#mostQueuedRows = Math.max(this.#mostQueuedRows, queuedRows);
    if (this.#lookMs === 0) this.#lookMs = nowMs;
    if (nowMs - this.#lookMs < this.#intervalMs) return;
    this.#adapt(this.#bounds.objectiveMs);
    this.#lookMs = nowMs;
    this.#shortestWaitMs = Number.POSITIVE_INFINITY;
    this.#longestWaitMs = 0;
    this.#mostQueuedRows = 0;
    this.#refusedSinceLook = false;
  }

  /** A run ended `heldMs` after it was handed over; `runMs` of that were its own, not behind another run. */
  ended(heldMs: number, runMs: number): void {
    const weight = this.#runMs === 0 ? 1 : smoothing;
    const deviationMs = this.#runMs === 0 ? 0 : Math.abs(heldMs - this.#heldMs);
    this.#heldDeviationMs += (deviationMs - this.#heldDeviationMs) * weight;
    this.#heldMs += (heldMs - this.#heldMs) * weight;
    this.#runMs += (runMs - this.#runMs) * weight;
  }

  /** What a run may well take, handed over ahead of its turn included. */
  #slowHeldMs(): number {
    return this.#heldMs + deviations * this.#heldDeviationMs;
  }

  /** Longest time after its arrival that a request may start to run. What waits for one run always may. */
  #latestStartMs(): number {
    const objectiveMs = this.#bounds.objectiveMs ?? Number.POSITIVE_INFINITY;
    return Math.max(objectiveMs * answerShare - this.#slowHeldMs(), oneRunShare * this.#heldMs);
  }

  #adapt(objectiveMs: number): void {
    const { maxBatchRows, maxQueueRows } = this.#bounds;
    const budgetMs = Math.max(objectiveMs * budgetShare - this.#slowHeldMs(), this.#heldMs);
    const stands = this.#shortestWaitMs > this.#runMs / 2 && this.#shortestWaitMs > objectiveMs / 20;
    if (stands && this.#longestWaitMs > budgetMs) {
      const cut = Math.min(this.#rows, this.#mostQueuedRows) * (budgetMs / this.#longestWaitMs);
      this.#rows = Math.max(Math.min(maxBatchRows, maxQueueRows), Math.floor(cut));
    } else if (this.#rows < maxQueueRows) {
      // A pause of whoever sends is not the end of an overload.
      const faster = this.#overloaded || this.#refusedSinceLook ? growth : 2;
      this.#rows = Math.min(maxQueueRows, Math.ceil(this.#rows * faster));
    }
  }
}
