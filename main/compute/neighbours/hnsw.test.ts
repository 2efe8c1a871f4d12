import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildHnsw, hnswBytes, type HnswIndex, HnswSearch } from './hnsw.ts';

/** Directions around some centres, of length 1; of `copies` items one is the same as the one before. */
function directions({ items, width, centres, copies, seed }: Space): Float32Array {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32 - 0.5;
  };
  const middles = Array.from({ length: centres }, () => Array.from({ length: width }, next));
  const vectors = new Float32Array(items * width);
  for (let item = 0; item < items; item++) {
    if (item > 0 && copies > 0 && item % copies === 0) {
      vectors.copyWithin(item * width, (item - 1) * width, item * width);
      continue;
    }
    const middle = middles[item % Math.max(1, centres)];
    const raw = Array.from({ length: width }, (_, c) => (middle?.[c] ?? 0) + (centres > 0 ? 0.4 : 1) * next());
    const length = Math.hypot(...raw) || 1;
    vectors.set(
      raw.map((value) => value / length),
      item * width,
    );
  }
  return vectors;
}

interface Space {
  items: number;
  width: number;
  centres: number;
  copies: number;
  seed: number;
}

const spaces: fc.Arbitrary<Space> = fc.record({
  items: fc.integer({ min: 1, max: 900 }),
  width: fc.integer({ min: 2, max: 24 }),
  centres: fc.constantFrom(0, 0, 1, 5, 20),
  copies: fc.constantFrom(0, 0, 2, 3),
  seed: fc.integer(),
});

function productsOf(vectors: Float32Array, width: number, query: Float32Array): number[] {
  return Array.from({ length: vectors.length / width }, (_, item) => {
    let sum = 0;
    for (let c = 0; c < width; c++) sum += (query[c] as number) * (vectors[item * width + c] as number);
    return sum;
  });
}

/** Share of the ten nearest that is found; one as near as the tenth is as good. */
function recallOf(index: HnswIndex): number {
  const { vectors, width, items } = index;
  const search = new HnswSearch(index);
  let found = 0;
  let wanted = 0;
  for (let q = 0; q < 25; q++) {
    const from = ((q * 37) % items) * width;
    const query = vectors.slice(from, from + width).map((value, c) => value + (q % 2) * 0.1 * Math.sin(q + c));
    const products = productsOf(vectors, width, query);
    const tenth = products.toSorted((a, b) => b - a)[Math.min(10, items) - 1] as number;
    const near = search.nearest(query, 10, 100);
    expect(new Set(near).size).toBe(near.length);
    expect(near.map((item) => products[item])).toEqual(
      near.map((item) => products[item] as number).toSorted((a, b) => b - a),
    );
    found += near.filter((item) => (products[item] as number) >= tenth).length;
    wanted += Math.min(10, items);
  }
  return found / wanted;
}

describe('a graph of neighbours', () => {
  it('finds at least 95 % of the ten nearest, whatever the space', () => {
    fc.assert(
      fc.property(spaces, (space) => {
        expect(recallOf(buildHnsw(directions(space), space.width))).toBeGreaterThanOrEqual(0.95);
      }),
      { seed: 6, numRuns: 40 },
    );
  });

  it('is the same for the same vectors and seed, and another for another seed', () => {
    const vectors = directions({ items: 400, width: 8, centres: 4, copies: 0, seed: 1 });
    const build = (seed: number) => buildHnsw(vectors, 8, { seed });
    expect(build(7)).toEqual(build(7));
    expect(build(8).levels).not.toEqual(build(7).levels);
  });

  it('takes no more memory than it says', () => {
    fc.assert(
      fc.property(spaces, (space) => {
        const { vectors, levels, base, upper } = buildHnsw(directions(space), space.width);
        const bytes = vectors.byteLength + levels.byteLength + base.byteLength + upper.byteLength;
        expect(bytes).toBeLessThanOrEqual(hnswBytes(space.items, space.width));
      }),
      { seed: 6, numRuns: 15 },
    );
  });

  it('can be cancelled', () => {
    const vectors = directions({ items: 600, width: 4, centres: 0, copies: 0, seed: 1 });
    expect(() => buildHnsw(vectors, 4, { signal: AbortSignal.abort() })).toThrow('Cancelled');
  });
});
