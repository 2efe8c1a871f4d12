import { z } from 'zod';

/** Names counted one by one; beyond, rare ones are forgotten. */
export const defaultNames = 2_000;

/** Buckets that names are hashed into: their counts stay exact however many names there are. */
export const countBuckets = 512;

export const countSketchSchema = z.object({
  capacity: z.number().int().min(1).max(100_000),
  count: z.number().int().min(0),
  error: z.number().min(0),
  names: z.array(z.tuple([z.string(), z.number()])).max(200_000),
  buckets: z.array(z.number().min(0)).length(countBuckets),
});
export type CountSketchJson = z.infer<typeof countSketchSchema>;

/**
 * Counts of names in bounded memory; sketches of parts add up. Frequent names are counted to within `error` (Misra and
 * Gries, merged as Agarwal et al., “Mergeable summaries”, 2012), and the counts of hash buckets are exact: two samples
 * can be tested on them whatever the number of names.
 */
export class CountSketch {
  readonly #capacity: number;
  #names = new Map<string, number>();
  readonly #buckets = new Float64Array(countBuckets);
  #count = 0;
  #error = 0;

  constructor(capacity: number = defaultNames) {
    this.#capacity = capacity;
  }

  get count(): number {
    return this.#count;
  }

  /** A name occurred at most so many times more often than its count says; 0 while all names are held. */
  get error(): number {
    return this.#error;
  }

  add(name: string, times = 1): void {
    this.#count += times;
    const bucket = bucketOf(name);
    this.#buckets[bucket] = (this.#buckets[bucket] as number) + times;
    this.#names.set(name, (this.#names.get(name) ?? 0) + times);
    if (this.#names.size > 2 * this.#capacity) this.#forget();
  }

  merge(other: CountSketch): void {
    this.#count += other.#count;
    this.#error += other.#error;
    for (let i = 0; i < countBuckets; i++) {
      this.#buckets[i] = (this.#buckets[i] as number) + (other.#buckets[i] as number);
    }
    for (const [name, times] of other.#names) this.#names.set(name, (this.#names.get(name) ?? 0) + times);
    if (this.#names.size > 2 * this.#capacity) this.#forget();
  }

  /** Counts of the names that are held. */
  names(): ReadonlyMap<string, number> {
    return this.#names;
  }

  /** Exact counts of all names by hash bucket. */
  buckets(): Float64Array {
    return this.#buckets;
  }

  toJSON(): CountSketchJson {
    return {
      capacity: this.#capacity,
      count: this.#count,
      error: this.#error,
      names: [...this.#names],
      buckets: [...this.#buckets],
    };
  }

  static from({ capacity, count, error, names, buckets }: CountSketchJson): CountSketch {
    const sketch = new CountSketch(capacity);
    sketch.#count = count;
    sketch.#error = error;
    sketch.#names = new Map(names);
    sketch.#buckets.set(buckets);
    return sketch;
  }

  /** Takes the count of the first name beyond the capacity off all of them; those that are used up go. */
  #forget(): void {
    const counts = Float64Array.from(this.#names.values()).sort().reverse();
    const least = counts[this.#capacity] ?? 0;
    this.#error += least;
    const kept = new Map<string, number>();
    for (const [name, times] of this.#names) if (times > least) kept.set(name, times - least);
    this.#names = kept;
  }
}

/** FNV-1a over UTF-16 units, mixed: equal on every machine. */
export function bucketOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  return (hash >>> 0) % countBuckets;
}
