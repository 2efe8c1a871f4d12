/** Longest time between two looks that says something about requests that came in between. */
const maxGapMs = 1_000;

interface ArrivalSources {
  nowMs(): number;
  /** Time that the event loop has waited for events since it began, ms. */
  idleMs(): number;
  /** Calls back once the events of this turn of the loop are handled. */
  atEndOfTurn(callback: () => void): void;
}

const processSources: ArrivalSources = {
  nowMs: () => performance.now(),
  idleMs: () => performance.nodeTiming.idleTime,
  atEndOfTurn: (callback) => void setImmediate(callback),
};

/**
 * How long a request may have been in the kernel before this thread read it. Nothing says when bytes arrived, but they
 * waited at most as long as the thread has been busy since it last read others: what it then spends waiting for events
 * ends with the first of them.
 */
export class ArrivalClock {
  readonly #sources: ArrivalSources;
  #readMs = Number.NEGATIVE_INFINITY;
  #idleMs = 0;
  #lateMs = 0;
  #sameTurn = false;

  constructor(sources = processSources) {
    this.#sources = sources;
  }

  /** An upper bound for a request that is being read now, ms; the same for all of one turn of the event loop. */
  lateMs(): number {
    if (this.#sameTurn) return this.#lateMs;
    const nowMs = this.#sources.nowMs();
    const idleMs = this.#sources.idleMs();
    const gapMs = nowMs - this.#readMs;
    this.#lateMs = gapMs > maxGapMs ? 0 : Math.max(0, gapMs - (idleMs - this.#idleMs));
    this.#readMs = nowMs;
    this.#idleMs = idleMs;
    this.#sameTurn = true;
    this.#sources.atEndOfTurn(() => {
      this.#sameTurn = false;
    });
    return this.#lateMs;
  }
}
