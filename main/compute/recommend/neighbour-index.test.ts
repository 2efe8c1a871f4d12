import { expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import { HnswSearch } from '../neighbours/hnsw.ts';
import { decodeWeights, encodeWeights } from '../nn/weights-file.ts';
import { buildNeighbourIndex, decodeNeighbourIndex, encodeNeighbourIndex, findNearest } from './neighbour-index.ts';

const items = 400;
const width = 4;

function unitVectors(): Float64Array {
  const embeddings = new Float64Array(items * width);
  for (let item = 0; item < items; item++) {
    const row = embeddings.subarray(item * width, (item + 1) * width);
    for (let c = 0; c < width; c++) row[c] = Math.sin((item + 1) * (c + 1) * 1.7);
    const length = Math.hypot(...row);
    for (let c = 0; c < width; c++) row[c] = (row[c] as number) / length;
  }
  return embeddings;
}

const setting = { seed: 1, memoryBytes: 2 ** 26, signal: new AbortController().signal };
const model = { items, width, embeddings: unitVectors(), candidates: 10 };

it('answers the same after it was written and read', () => {
  const { index, facts } = buildNeighbourIndex(model, setting);
  expect(facts.recall).toBeGreaterThanOrEqual(0.95);
  const read = decodeNeighbourIndex(encodeNeighbourIndex(index));
  const profile = model.embeddings.subarray(7 * width, 8 * width);
  const found = findNearest(read, new HnswSearch(read.graph), profile, [7]);
  expect(found).toEqual(findNearest(index, new HnswSearch(index.graph), profile, [7]));
  expect(found).toHaveLength(10);
  expect(found.map(({ item }) => item)).not.toContain(7);
});

it('refuses what does not fit its shape, and more than there is memory for', () => {
  const { header, arrays } = decodeWeights(encodeNeighbourIndex(buildNeighbourIndex(model, setting).index));
  const shape = header as Record<string, unknown>;
  const { base, upper, ...rest } = arrays as Record<'base' | 'upper', Float64Array>;
  const broken = [
    { header: { ...shape, items: 'many' }, arrays },
    { header: { ...shape, entry: items }, arrays },
    { header: shape, arrays: { ...rest, base: base.map(() => items), upper } },
    { header: shape, arrays: { ...rest, base, upper: upper.subarray(1) } },
    { header: shape, arrays: { ...rest, base } },
  ];
  for (const parts of broken) {
    expect(() => decodeNeighbourIndex(encodeWeights(parts))).toThrow(
      expect.objectContaining({ code: 'artifact.corrupt' }),
    );
  }
  expect(() => buildNeighbourIndex(model, { ...setting, memoryBytes: 1000 })).toThrow(AppError);
});
