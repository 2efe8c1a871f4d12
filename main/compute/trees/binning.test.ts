import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binMatrix, findEdges } from './binning.ts';
import { KernelPool } from './kernels/pool.ts';

const number = fc.oneof(
  fc.float({ noNaN: true }),
  fc.constantFrom(0, -0, 1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3.4028234663852886e38),
);

describe('findEdges', () => {
  test('parts few distinct values between each other', () => {
    expect(findEdges(Float32Array.of(3, 1, Number.NaN, 2, 1), 255)).toEqual(Float32Array.of(1.5, 2.5));
    expect(findEdges(Float32Array.of(0, -0, 0), 255)).toEqual(new Float32Array(0));
    expect(findEdges(Float32Array.of(Number.NaN), 255)).toEqual(new Float32Array(0));
  });

  test('fills bins evenly and gives a frequent value its own', () => {
    const values = Float32Array.from({ length: 10_000 }, (_, i) => (i < 5000 ? 7 : i / 10_000));
    const edges = findEdges(values, 11);
    expect(edges.length).toBeLessThanOrEqual(10);
    expect(edges.length).toBeGreaterThanOrEqual(8);
    const low = [0.5, ...edges].filter((edge) => edge < 1);
    for (let i = 1; i < low.length; i++) expect((low[i] as number) - (low[i - 1] as number)).toBeLessThan(0.08);
    expect(edges.at(-1)).toBeGreaterThan(0.9);
    expect(edges.at(-1)).toBeLessThan(7);
  });

  test('a bin holds exactly the values above one edge up to the next', async () => {
    await using pool = await KernelPool.open(1);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(number, fc.constant(Number.NaN)), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 2, max: 255 }),
        async (list, maxBins) => {
          const values = Float32Array.from(list);
          const { features, addresses } = binMatrix(pool, {
            columns: [values],
            order: undefined,
            fitRows: values.length,
            features: [{ categories: undefined }],
            maxBins,
          });
          const [bins] = features;
          if (bins?.type !== 'numeric') throw new Error('not numeric');
          const { edges } = bins;
          expect(edges.length).toBeLessThan(maxBins);
          const distinct = new Set(list.map((value) => Math.fround(value) + 0).filter((value) => !Number.isNaN(value)));
          if (distinct.size <= maxBins) expect(bins.bins).toBe(Math.max(1, distinct.size));
          const bytes = pool.u8(addresses[0] as number, values.length * 4);
          values.forEach((value, row) => {
            const bin = bytes[row * 4] as number;
            if (Number.isNaN(value)) expect(bin).toBe(bins.missingBin);
            // The comparison that ONNX makes in float32, for every threshold a split can have.
            else edges.forEach((edge, i) => expect(value <= edge).toBe(bin <= i));
          });
        },
      ),
      { seed: 7, numRuns: 200 },
    );
  });
});

test('codes get bins by frequency; rare, unknown and missing ones share theirs', async () => {
  await using pool = await KernelPool.open(1);
  const values = Float32Array.of(5, 5, 5, 2, 2, 9, 1, 0.5, -1, 77, Number.NaN, Number.POSITIVE_INFINITY);
  const { features, addresses } = binMatrix(pool, {
    columns: [values],
    order: undefined,
    fitRows: values.length,
    features: [{ categories: 10 }],
    maxBins: 3,
  });
  expect(features[0]).toEqual({
    type: 'categorical',
    codes: Uint32Array.of(5, 2, 1),
    bins: 3,
    otherBin: 3,
    missingBin: 4,
  });
  const bytes = pool.u8(addresses[0] as number, values.length * 4);
  expect(Array.from(values, (_, row) => bytes[row * 4])).toEqual([0, 0, 0, 1, 1, 3, 2, 3, 3, 3, 4, 3]);
});

test('fits edges on the training rows, in the order asked for', async () => {
  await using pool = await KernelPool.open(1);
  const { features, addresses, blocks } = binMatrix(pool, {
    columns: Array.from({ length: 9 }, (_, f) => Float32Array.of(10 + f, 20 + f, 30 + f)),
    order: Uint32Array.of(2, 0, 1),
    fitRows: 2,
    features: Array.from({ length: 9 }, () => ({ categories: undefined })),
    maxBins: 255,
  });
  expect(blocks.map((block) => block.features)).toEqual([
    [0, 1, 2],
    [3, 4, 5],
    [6, 7, 8],
  ]);
  expect(features[4]).toMatchObject({ edges: Float32Array.of(24) });
  const bytes = pool.u8(addresses[4] as number, 12);
  expect([bytes[0], bytes[4], bytes[8]]).toEqual([1, 0, 0]);
});
