import { AppError } from '../../../shared/errors/app-error.ts';
import { NearestHeap } from './nearest-heap.ts';

/**
 * A hierarchical navigable small world graph (Malkov and Yashunin 2016) over vectors, by inner product: the nearest items
 * of a vector without looking at all of them. Equal vectors, parameters and seed give an equal graph.
 */
export interface HnswIndex {
  items: number;
  width: number;
  /** [items, width] row-major. */
  vectors: Float32Array;
  /** Neighbours of an item on a level above 0; twice as many on level 0. */
  degree: number;
  /** Top level of each item. */
  levels: Uint8Array;
  /** Where the search begins. */
  entry: number;
  /** [items, 2 · degree] on level 0, -1 where there are fewer. */
  base: Int32Array;
  /** Levels above 0, items with one in order: [Σ levels, degree], -1 where there are fewer. */
  upper: Int32Array;
}

export interface HnswOptions {
  /** Neighbours of an item on a level above 0: 4 to 64. */
  degree?: number;
  /** Candidates looked at to place an item. */
  effort?: number;
  seed?: number;
  signal?: AbortSignal;
}

const highestLevel = 12;
const defaultDegree = 16;
const defaultEffort = 100;

/** Bytes that an index takes at most, in memory and on the disk. */
export function hnswBytes(items: number, width: number, degree: number = defaultDegree): number {
  // A share of 1 / degree of the items is on each level above the one below.
  const above = Math.ceil(items / (degree - 1)) + highestLevel;
  return 4 * items * width + items + 4 * degree * (2 * items + 2 * above);
}

/** Uniform in (0, 1) from a seed and a number (splitmix32): the level of an item depends on nothing else. */
function chance(seed: number, i: number): number {
  let state = (seed + Math.imul(i + 1, 0x9e3779b9)) | 0;
  state = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
  state = Math.imul(state ^ (state >>> 15), 0x735a2d97);
  return ((state ^ (state >>> 15)) >>> 0) / 2 ** 32 + 2 ** -33;
}

/** Builds the graph item by item. Errors: `run.cancelled`. */
export function buildHnsw(vectors: Float32Array, width: number, options: HnswOptions = {}): HnswIndex {
  const { degree = defaultDegree, effort = defaultEffort, seed = 1, signal } = options;
  const items = vectors.length / width;
  const levels = Uint8Array.from({ length: items }, (_, i) =>
    Math.min(highestLevel, Math.floor(-Math.log(chance(seed, i)) / Math.log(degree))),
  );
  const above = levels.reduce((sum, level) => sum + level, 0);
  const index: HnswIndex = {
    items,
    width,
    vectors,
    degree,
    levels,
    entry: 0,
    base: new Int32Array(items * 2 * degree).fill(-1),
    upper: new Int32Array(above * degree).fill(-1),
  };
  const search = new HnswSearch(index);
  for (let item = 1; item < items; item++) {
    if (item % 256 === 0 && signal?.aborted) throw new AppError('run.cancelled', 'Cancelled.');
    search.insert(item, effort);
  }
  return index;
}

/** Looks through an index; keeps the memory it needs from one search to the next. */
export class HnswSearch {
  readonly #index: HnswIndex;
  /** Where the upper levels of an item begin. */
  readonly #upperAt: Int32Array;
  /** Number of the search that saw an item last. */
  readonly #seen: Uint32Array;
  #search = 0;
  readonly #open = new NearestHeap(false);
  readonly #found = new NearestHeap(true);

  constructor(index: HnswIndex) {
    this.#index = index;
    this.#seen = new Uint32Array(index.items);
    this.#upperAt = new Int32Array(index.items);
    let at = 0;
    index.levels.forEach((level, item) => {
      this.#upperAt[item] = at;
      at += level * index.degree;
    });
  }

  /** At most `count` items by falling inner product, equal ones by position. `effort`: candidates looked at, ≥ count. */
  nearest(query: Float32Array, count: number, effort: number): number[] {
    const { levels, entry, items } = this.#index;
    if (items === 0) return [];
    let at = entry;
    for (let level = levels[entry] as number; level > 0; level--) at = this.#walk(query, at, level);
    this.#searchLevel(query, at, 0, Math.max(count, effort));
    return this.#found
      .takeSorted()
      .slice(0, count)
      .map(({ item }) => item);
  }

  /** Places the next item; all before it are in the graph. */
  insert(item: number, effort: number): void {
    const { levels, entry, vectors, width, degree } = this.#index;
    const query = vectors.subarray(item * width, (item + 1) * width);
    const own = levels[item] as number;
    const top = levels[entry] as number;
    let at = entry;
    for (let level = top; level > own; level--) at = this.#walk(query, at, level);
    for (let level = Math.min(own, top); level >= 0; level--) {
      this.#searchLevel(query, at, level, effort);
      const found = this.#found.takeSorted();
      at = found[0]?.item ?? at;
      const most = level === 0 ? 2 * degree : degree;
      const chosen = this.#spread(found, degree);
      this.#link(item, level, chosen);
      for (const neighbour of chosen) this.#addLink(neighbour, item, level, most);
    }
    if (own > top) this.#index.entry = item;
  }

  /** The links of an item on a level, -1 where there are fewer. */
  #links(item: number, level: number): Int32Array {
    const { base, upper, degree } = this.#index;
    if (level === 0) return base.subarray(item * 2 * degree, (item + 1) * 2 * degree);
    const from = (this.#upperAt[item] as number) + (level - 1) * degree;
    return upper.subarray(from, from + degree);
  }

  #product(query: Float32Array, item: number): number {
    const { vectors, width } = this.#index;
    const from = item * width;
    let sum = 0;
    for (let c = 0; c < width; c++) sum += (query[c] as number) * (vectors[from + c] as number);
    return sum;
  }

  /** From neighbour to neighbour while that comes nearer. */
  #walk(query: Float32Array, from: number, level: number): number {
    let at = from;
    let best = this.#product(query, at);
    for (let moved = true; moved; ) {
      moved = false;
      for (const next of this.#links(at, level)) {
        if (next < 0) break;
        const product = this.#product(query, next);
        if (product > best) {
          best = product;
          at = next;
          moved = true;
        }
      }
    }
    return at;
  }

  /** Fills `#found` with the `effort` nearest that can be reached. */
  #searchLevel(query: Float32Array, from: number, level: number, effort: number): void {
    this.#search++;
    this.#open.clear();
    this.#found.clear();
    this.#seen[from] = this.#search;
    const first = this.#product(query, from);
    this.#open.push(first, from);
    this.#found.push(first, from);
    for (let next = this.#open.pop(); next !== undefined; next = this.#open.pop()) {
      if (this.#found.size >= effort && next.product < this.#found.topProduct) return;
      for (const neighbour of this.#links(next.item, level)) {
        if (neighbour < 0) break;
        if (this.#seen[neighbour] === this.#search) continue;
        this.#seen[neighbour] = this.#search;
        const product = this.#product(query, neighbour);
        if (this.#found.size >= effort && product <= this.#found.topProduct) continue;
        this.#open.push(product, neighbour);
        this.#found.push(product, neighbour);
        if (this.#found.size > effort) this.#found.pop();
      }
    }
  }

  /**
   * Neighbours in different directions (algorithm 4): one that is nearer to a chosen neighbour than to the item itself can
   * be reached over that one. Fills up with the nearest of those left out.
   */
  #spread(found: readonly { item: number; product: number }[], most: number): number[] {
    const { vectors, width } = this.#index;
    const chosen: number[] = [];
    const left: number[] = [];
    for (const { item, product } of found) {
      if (chosen.length >= most) break;
      const own = vectors.subarray(item * width, (item + 1) * width);
      if (chosen.every((other) => this.#product(own, other) < product)) chosen.push(item);
      else left.push(item);
    }
    return [...chosen, ...left.slice(0, most - chosen.length)];
  }

  #link(item: number, level: number, chosen: readonly number[]): void {
    const links = this.#links(item, level);
    links.fill(-1);
    links.set(chosen);
  }

  #addLink(item: number, added: number, level: number, most: number): void {
    const links = this.#links(item, level);
    const free = links.indexOf(-1);
    if (free >= 0 && free < most) {
      links[free] = added;
      return;
    }
    const { vectors, width } = this.#index;
    const own = vectors.subarray(item * width, (item + 1) * width);
    const found = [...links, added].map((other) => ({ item: other, product: this.#product(own, other) }));
    found.sort((a, b) => b.product - a.product || a.item - b.item);
    this.#link(item, level, this.#spread(found, most));
  }
}
