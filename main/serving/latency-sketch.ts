/** Buckets per factor of 2: neighbouring bounds differ by 4.4 %. */
const perOctave = 16;
const lowestMs = 0.01;
/** Up to about 84 s; longer ones count in the last bucket. */
const buckets = 23 * perOctave;

/** Durations in log-spaced buckets: quantiles within 2.2 %, and sketches add up. */
export class LatencySketch {
  readonly #counts = new Uint32Array(buckets);
  #total = 0;

  add(durationMs: number): void {
    const bucket = Math.floor(Math.log2(Math.max(durationMs, lowestMs) / lowestMs) * perOctave);
    const index = Math.min(buckets - 1, bucket);
    this.#counts[index] = (this.#counts[index] as number) + 1;
    this.#total++;
  }

  merge(other: LatencySketch): void {
    for (let i = 0; i < buckets; i++) {
      this.#counts[i] = (this.#counts[i] as number) + (other.#counts[i] as number);
    }
    this.#total += other.#total;
  }

  /** Counts of durations up to 0.02 ms, and of each further bucket up to twice as much; without empty ones at the end. */
  octaves(): number[] {
    if (this.#total === 0) return [];
    const counts: number[] = [];
    for (let i = 0; i < buckets; i++) {
      const octave = Math.floor(i / perOctave);
      counts[octave] = (counts[octave] ?? 0) + (this.#counts[i] as number);
    }
    while (counts.at(-1) === 0) counts.pop();
    return counts;
  }

  /** Milliseconds at quantile `q` in [0, 1] (geometric middle of its bucket); null without any duration. */
  quantileMs(q: number): number | null {
    if (this.#total === 0) return null;
    const rank = Math.max(1, Math.ceil(q * this.#total));
    let seen = 0;
    for (let i = 0; i < buckets; i++) {
      seen += this.#counts[i] as number;
      if (seen >= rank) return lowestMs * 2 ** ((i + 0.5) / perOctave);
    }
    return null;
  }
}
