import { z } from 'zod';
import { uniformGenerator } from '../stats/random.ts';

/** Values of the top level; the error falls nearly as 1 / k. */
export const defaultKllSize = 512;

const smallestLevel = 8;
const shrink = 2 / 3;

export const kllSketchSchema = z.object({
  k: z.number().int().min(smallestLevel).max(65_536),
  count: z.number().int().min(0),
  /** Values of level h stand for 2^h each. */
  levels: z.array(z.array(z.number())).max(64),
});
export type KllSketchJson = z.infer<typeof kllSketchSchema>;

/**
 * Quantiles of any number of values in bounded memory: at most about 3 k numbers. Sketches of parts add up to a sketch of
 * the whole. Method: Karnin, Lang and Liberty, “Optimal quantile approximation in streams” (2016). Exact up to k values.
 */
export class KllSketch {
  readonly k: number;
  #count = 0;
  #levels: Level[] = [];
  #capacity = 0;
  #held = 0;
  /** One bit per compaction; a fixed seed makes equal streams give equal sketches. */
  readonly #random = uniformGenerator(0x5eed);

  constructor(k: number = defaultKllSize) {
    this.k = k;
    this.#grow();
  }

  get count(): number {
    return this.#count;
  }

  /** Whether every value is still held. */
  get isExact(): boolean {
    return this.#levels.length === 1;
  }

  /** Numbers in memory. */
  get held(): number {
    return this.#held;
  }

  /**
   * Largest error of a share of values below any point, with 99 % confidence; 0 while exact. The fit to measured errors
   * that Apache DataSketches publishes for this layout.
   */
  get rankError(): number {
    return this.isExact ? 0 : 2.446 / this.k ** 0.9433;
  }

  /** NaN is left out. */
  add(value: number): void {
    if (Number.isNaN(value)) return;
    (this.#levels[0] as Level).push(value);
    this.#count++;
    if (++this.#held >= this.#capacity) this.#compress();
  }

  merge(other: KllSketch): void {
    other.#levels.forEach((level, h) => {
      while (this.#levels.length <= h) this.#grow();
      const own = this.#levels[h] as Level;
      for (const value of level.values()) own.push(value);
      this.#held += level.length;
    });
    this.#count += other.#count;
    while (this.#held >= this.#capacity) this.#compress();
  }

  /** `points` values at evenly spaced ranks, ascending; all of them where the sketch is exact. Empty without values. */
  evenQuantiles(points: number): Float64Array {
    const weighted = this.#weighted();
    if (weighted.length === 0) return new Float64Array();
    if (this.isExact) return Float64Array.from(weighted, ([value]) => value);
    const total = weighted.reduce((sum, [, weight]) => sum + weight, 0);
    const found = new Float64Array(points);
    let at = 0;
    let below = 0;
    for (let i = 0; i < points; i++) {
      const rank = ((i + 0.5) / points) * total;
      while (at < weighted.length - 1 && below + (weighted[at] as Weighted)[1] < rank) {
        below += (weighted[at] as Weighted)[1];
        at++;
      }
      found[i] = (weighted[at] as Weighted)[0];
    }
    return found;
  }

  toJSON(): KllSketchJson {
    return { k: this.k, count: this.#count, levels: this.#levels.map((level) => [...level.values()]) };
  }

  static from({ k, count, levels }: KllSketchJson): KllSketch {
    const sketch = new KllSketch(k);
    levels.forEach((values, h) => {
      while (sketch.#levels.length <= h) sketch.#grow();
      const level = sketch.#levels[h] as Level;
      for (const value of values) level.push(value);
      sketch.#held += values.length;
    });
    sketch.#count = count;
    return sketch;
  }

  #grow(): void {
    this.#levels.push(new Level());
    this.#capacity = this.#levels.reduce((sum, _, h) => sum + this.#levelCapacity(h), 0);
  }

  #levelCapacity(h: number): number {
    const depth = this.#levels.length - h - 1;
    return Math.max(smallestLevel, Math.ceil(this.k * shrink ** depth));
  }

  /** Halves the lowest full level into the one above. */
  #compress(): void {
    let h = this.#levels.findIndex((level, at) => level.length >= this.#levelCapacity(at));
    if (h === -1) h = 0;
    if (h === this.#levels.length - 1) this.#grow();
    const level = this.#levels[h] as Level;
    const above = this.#levels[h + 1] as Level;
    const sorted = level.takeSorted();
    // An odd one stays: the weights must add up to the count.
    if (sorted.length % 2 === 1) level.push(sorted[sorted.length - 1] as number);
    const pairs = sorted.length >> 1;
    const offset = this.#random() < 0.5 ? 0 : 1;
    for (let i = 0; i < pairs; i++) above.push(sorted[2 * i + offset] as number);
    this.#held -= pairs;
  }

  #weighted(): Weighted[] {
    const all = this.#levels.flatMap((level, h) => Array.from(level.values(), (value): Weighted => [value, 2 ** h]));
    return all.sort((a, b) => a[0] - b[0]);
  }
}

type Weighted = [value: number, weight: number];

/** Growing buffer of numbers. */
class Level {
  #values = new Float64Array(64);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const grown = new Float64Array(2 * this.length);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.length++] = value;
  }

  values(): Float64Array {
    return this.#values.subarray(0, this.length);
  }

  /** All of them in ascending order; the level is empty afterwards. */
  takeSorted(): Float64Array {
    const sorted = this.#values.slice(0, this.length).sort();
    this.length = 0;
    return sorted;
  }
}
