import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniformGenerator } from '../stats/random.ts';
import { bucketOf, CountSketch } from './count-sketch.ts';
import { KllSketch, kllSketchSchema } from './kll-sketch.ts';

const seed = 20_011;

/** Largest difference between the cumulative shares of a sketch and of all its values. */
function largestError(sketch: KllSketch, values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const ranks = sketch.evenQuantiles(300);
  let worst = 0;
  for (let i = 0; i < ranks.length; i++) {
    const value = ranks[i] as number;
    const below = sorted.findLastIndex((other) => other <= value) + 1;
    const under = sorted.findIndex((other) => other >= value);
    // With ties any rank of the value is right.
    const rank = (i + 0.5) / ranks.length;
    const gap = Math.max(under / sorted.length - rank, rank - below / sorted.length, 0);
    worst = Math.max(worst, gap);
  }
  return worst;
}

describe('KLL sketch', () => {
  it('holds the error it promises, in bounded memory, for streams in any order and with ties', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 31 }),
        fc.constantFrom('random', 'rising', 'falling', 'ties'),
        (seedOf, order) => {
          const random = uniformGenerator(seedOf);
          const values = Array.from({ length: 8_000 }, (_, i) => {
            if (order === 'rising') return i;
            if (order === 'falling') return -i;
            return order === 'ties' ? Math.floor(random() * 20) : random() ** 3;
          });
          const sketch = new KllSketch(200);
          for (const value of values) sketch.add(value);
          expect(sketch.count).toBe(values.length);
          expect(sketch.held).toBeLessThan(3 * 200 + 100);
          expect(largestError(sketch, values)).toBeLessThanOrEqual(sketch.rankError + 1 / 600);
        },
      ),
      { numRuns: 25, seed },
    );
  });

  it('adds up: sketches of parts hold the same error as one of the whole', () => {
    const random = uniformGenerator(4);
    const values = Array.from({ length: 30_000 }, () => random() + (random() > 0.7 ? 2 : 0));
    const whole = new KllSketch(256);
    for (let part = 0; part < 30; part++) {
      const own = new KllSketch(256);
      for (const value of values.slice(part * 1_000, (part + 1) * 1_000)) own.add(value);
      whole.merge(KllSketch.from(kllSketchSchema.parse(JSON.parse(JSON.stringify(own)))));
    }
    expect(whole.count).toBe(values.length);
    expect(whole.held).toBeLessThan(3 * 256 + 100);
    expect(largestError(whole, values)).toBeLessThanOrEqual(whole.rankError + 1 / 600);
  });

  it('is exact while all values fit, and leaves NaN out', () => {
    const sketch = new KllSketch(64);
    for (const value of [3, Number.NaN, 1, 2]) sketch.add(value);
    expect([...sketch.evenQuantiles(10)]).toEqual([1, 2, 3]);
    expect([sketch.count, sketch.rankError, sketch.isExact]).toEqual([3, 0, true]);
    expect(new KllSketch().evenQuantiles(5)).toHaveLength(0);
  });
});

describe('count sketch', () => {
  it('never counts a name too often, and too seldom by at most its error', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 0, max: 400 }),
        (names, cut) => {
          const parts = [new CountSketch(8), new CountSketch(8)] as const;
          names.forEach((name, i) => parts[i < cut ? 0 : 1].add(`n${name}`));
          const [whole, other] = parts;
          whole.merge(CountSketch.from(JSON.parse(JSON.stringify(other)) as ReturnType<CountSketch['toJSON']>));
          expect(whole.count).toBe(names.length);
          const buckets = new Map<number, number>();
          for (const name of new Set(names)) {
            const times = names.filter((candidate) => candidate === name).length;
            const counted = whole.names().get(`n${name}`) ?? 0;
            expect(counted).toBeLessThanOrEqual(times);
            expect(counted + whole.error).toBeGreaterThanOrEqual(times);
            const bucket = bucketOf(`n${name}`);
            buckets.set(bucket, (buckets.get(bucket) ?? 0) + times);
          }
          for (const [bucket, times] of buckets) expect(whole.buckets()[bucket]).toBe(times);
        },
      ),
      { numRuns: 200, seed },
    );
  });
});
