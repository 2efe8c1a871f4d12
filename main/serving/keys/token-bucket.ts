/** Lets `ratePerSecond` through on average and up to a second's worth, at least one, at once. */
export class TokenBucket {
  readonly #ratePerSecond: number;
  readonly #capacity: number;
  #tokens: number;
  #filledMs: number | undefined;

  constructor(ratePerSecond: number) {
    this.#ratePerSecond = ratePerSecond;
    this.#capacity = Math.max(1, ratePerSecond);
    this.#tokens = this.#capacity;
  }

  take(nowMs: number): boolean {
    // A clock that was set back fills nothing.
    const passedMs = Math.max(0, nowMs - (this.#filledMs ?? nowMs));
    this.#tokens = Math.min(this.#capacity, this.#tokens + (passedMs / 1000) * this.#ratePerSecond);
    this.#filledMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
