import type { Tensor } from './tensor.ts';

/** Rows of one request that are looked at. */
const maxRows = 100;
/** Further classes count together. */
const maxClasses = 1_000;
/** Numbers are counted in buckets that differ by 9 %, on both sides of zero. */
const perOctave = 8;
/** A difference is taken for chance unless it is beyond what one of 1,000 looks shows without any. */
const alpha = 0.001;

/** How often a model version predicted what: classes, or numbers in buckets. */
export class PredictionShares {
  readonly #counts = new Map<string | number, number>();
  #total = 0;
  #ordered = true;

  get total(): number {
    return this.#total;
  }

  /** Counts the predictions in the outputs of a request: the most probable class, else the first output with one value per row. */
  add(outputs: readonly Tensor[]): void {
    const probabilities = outputs.find(({ name, shape }) => name === 'probabilities' && shape.length === 2);
    const chosen = probabilities ?? outputs.find(({ shape }) => shape.slice(1).every((extent) => extent === 1));
    const rows = Math.min(maxRows, chosen?.shape[0] ?? 0);
    for (let row = 0; row < rows; row++) {
      const value = chosen === probabilities ? likeliest(chosen as Tensor, row) : chosen?.data[row];
      if (value === undefined) continue;
      if (typeof value === 'string' || chosen === probabilities) this.#ordered = false;
      this.#count(typeof value === 'string' || chosen === probabilities ? String(value) : bucketOf(Number(value)));
    }
  }

  #count(key: string | number): void {
    const known = this.#counts.has(key) || this.#counts.size < maxClasses ? key : '';
    this.#counts.set(known, (this.#counts.get(known) ?? 0) + 1);
    this.#total++;
  }

  /**
   * How far two distributions are apart, less what chance explains; 0 to 1. Of classes the largest difference of their shares,
   * of numbers the largest difference of the distribution functions (Kolmogorov and Smirnov), both with a bound after Hoeffding.
   */
  distanceTo(other: PredictionShares): number {
    if (this.#total === 0 || other.#total === 0) return 0;
    const keys = [...new Set([...this.#counts.keys(), ...other.#counts.keys()])];
    const difference = (key: string | number) =>
      (this.#counts.get(key) ?? 0) / this.#total - (other.#counts.get(key) ?? 0) / other.#total;
    let largest = 0;
    if (this.#ordered && other.#ordered) {
      let sum = 0;
      for (const key of keys.toSorted((a, b) => Number(a) - Number(b))) {
        sum += difference(key);
        largest = Math.max(largest, Math.abs(sum));
      }
    } else {
      for (const key of keys) largest = Math.max(largest, Math.abs(difference(key)));
    }
    const compared = this.#ordered && other.#ordered ? 1 : keys.length;
    const chance = Math.sqrt((Math.log((2 * compared) / alpha) / 2) * (1 / this.#total + 1 / other.#total));
    return Math.max(0, largest - chance);
  }
}

function likeliest({ data, shape }: Tensor, row: number): number {
  const width = shape[1] ?? 0;
  let best = 0;
  for (let i = 1; i < width; i++) {
    if (Number(data[row * width + i]) > Number(data[row * width + best])) best = i;
  }
  return best;
}

function bucketOf(value: number): number {
  if (Number.isNaN(value)) return Number.NEGATIVE_INFINITY;
  if (!Number.isFinite(value)) return value;
  // Values next to zero are one bucket; those beyond it count from there on.
  const octaves = Math.log2(Math.abs(value) / 1e-6);
  return octaves <= 0 ? 0 : Math.sign(value) * Math.ceil(octaves * perOctave);
}
