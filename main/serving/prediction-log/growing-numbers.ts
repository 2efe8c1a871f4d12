/** Numbers that come one by one in growing places; places in between are not a number. */
export class GrowingNumbers {
  #values = new Float64Array(0);
  #length = 0;

  set(at: number, value: number): void {
    if (at >= this.#values.length) this.#grow(at + 1);
    this.#values[at] = value;
    if (at >= this.#length) this.#length = at + 1;
  }

  /** The first `length` of them, which are then forgotten; undefined where none was set. */
  take(length: number): Float64Array<ArrayBuffer> | undefined {
    if (this.#length === 0) return undefined;
    const taken = this.#values.length < length ? this.#grown(length) : this.#values.slice(0, length);
    // The next ones will be about as many.
    this.#values = new Float64Array(length).fill(Number.NaN);
    this.#length = 0;
    return taken;
  }

  #grow(atLeast: number): void {
    this.#values = this.#grown(Math.max(64, atLeast, 2 * this.#values.length));
  }

  #grown(length: number): Float64Array<ArrayBuffer> {
    const grown = new Float64Array(length).fill(Number.NaN, this.#values.length);
    grown.set(this.#values);
    return grown;
  }
}
