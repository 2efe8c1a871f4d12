/** Keeps every row up to a rate, and above it an even share of them, by the rate of the second before. */
export class EvenSampler {
  readonly #rowsPerSecond: number;
  #secondStartMs = 0;
  #rowsThisSecond = 0;
  #share = 1;
  #credit = 0;

  constructor(rowsPerSecond: number) {
    this.#rowsPerSecond = rowsPerSecond;
  }

  /** Rows have come; `keep` is then asked about each. */
  arrive(rows: number, nowMs: number): void {
    const elapsedMs = nowMs - this.#secondStartMs;
    // A clock that was set back starts a new second.
    if (elapsedMs >= 1_000 || elapsedMs < 0) {
      const full = this.#rowsThisSecond <= this.#rowsPerSecond;
      this.#share = full || elapsedMs >= 2_000 ? 1 : this.#rowsPerSecond / this.#rowsThisSecond;
      this.#secondStartMs = nowMs;
      this.#rowsThisSecond = 0;
    }
    this.#rowsThisSecond += rows;
  }

  keep(): boolean {
    this.#credit += this.#share;
    if (this.#credit < 1) return false;
    this.#credit -= 1;
    return true;
  }
}
