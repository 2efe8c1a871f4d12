import { chunkRows } from './kernels/operations.ts';
import type { KernelPool } from './kernels/pool.ts';
import { uniformAt } from './random.ts';

/** Rows looked at to place the edges of a numeric feature. */
const sampleRows = 200_000;
const sampleSeed = 1;
/** A bin is one byte; one is for missing values, one for categories without a bin of their own. */
const maxCategoryBins = 254;

export interface FeatureInput {
  /** Number of category codes (0 … n − 1) of a feature that is split as a set; undefined for numbers. */
  categories: number | undefined;
  /** 1: the score never falls as the number grows; −1: it never rises. Not for categories. */
  monotone?: 1 | -1 | undefined;
}

/** How the values of a feature become bins 0 … `missingBin`. */
export type FeatureBins =
  | {
      type: 'numeric';
      /** Bin i holds edges[i − 1] < x <= edges[i]; the last of `bins` has no upper edge. */
      edges: Float32Array;
      bins: number;
      missingBin: number;
    }
  | {
      type: 'categorical';
      /** Bin → code, most frequent first. */
      codes: Uint32Array;
      bins: number;
      /** Codes without a bin. */
      otherBin: number;
      missingBin: number;
    };

/** Bins of up to 4 features in one u32 per row. */
export interface FeatureBlock {
  /** Address of row 0. */
  address: number;
  features: number[];
}

export interface BinnedMatrix {
  rows: number;
  features: FeatureBins[];
  blocks: FeatureBlock[];
  /** Per feature: address of its byte of row 0; rows are 4 bytes apart. */
  addresses: number[];
}

export interface BinMatrixOptions {
  /** One per feature, all of the same length. */
  columns: readonly Float32Array[];
  /** Source row that becomes row i; undefined keeps the order. */
  order: Uint32Array | undefined;
  /** Edges are placed by the first `fitRows` rows only. */
  fitRows: number;
  features: readonly FeatureInput[];
  maxBins: number;
}

/** Bins a feature matrix into the memory of the pool. */
export function binMatrix(pool: KernelPool, options: BinMatrixOptions): BinnedMatrix {
  const { columns, order, fitRows, features, maxBins } = options;
  const rows = columns[0]?.length ?? 0;
  const valuesAddress = pool.allocate(rows * 4);
  const largestTable = Math.max(256 * 4, ...features.map((feature) => feature.categories ?? 0));
  const tableAddress = pool.allocate(largestTable);
  const blocks = blocksOf(features.length).map((members) => ({
    address: pool.allocate(rows * 4),
    features: members,
  }));
  const addresses: number[] = [];
  for (const block of blocks) {
    block.features.forEach((feature, lane) => {
      addresses[feature] = block.address + lane;
    });
  }
  const chunks = Math.ceil(rows / chunkRows);
  const sampled = sampleOrdinals(fitRows);
  const bins = features.map((feature, index): FeatureBins => {
    const values = pool.f32(valuesAddress, rows);
    const column = columns[index] as Float32Array;
    if (order === undefined) values.set(column);
    else for (let row = 0; row < rows; row++) values[row] = column[order[row] as number] as number;
    const out = addresses[index] as number;
    if (feature.categories === undefined) {
      const edges = findEdges(sample(values, fitRows, sampled), maxBins);
      const count = edges.length + 1;
      pool.f32(tableAddress, 256).fill(Number.POSITIVE_INFINITY).set(edges);
      pool.run('binNumbers', [valuesAddress, rows, tableAddress, count, out], chunks);
      return { type: 'numeric', edges, bins: count, missingBin: count };
    }
    const codes = frequentCodes(values.subarray(0, fitRows), feature.categories, Math.min(maxBins, maxCategoryBins));
    const otherBin = codes.length;
    const missingBin = otherBin + 1;
    const table = pool.u8(tableAddress, feature.categories).fill(otherBin);
    codes.forEach((code, bin) => {
      table[code] = bin;
    });
    pool.run('binCodes', [valuesAddress, rows, tableAddress, feature.categories, otherBin, missingBin, out], chunks);
    return { type: 'categorical', codes, bins: codes.length, otherBin, missingBin };
  });
  return { rows, features: bins, blocks, addresses };
}

/** Feature indices by block: as few blocks of at most 4 as possible, of even size. */
function blocksOf(features: number): number[][] {
  const count = Math.ceil(features / 4);
  return Array.from({ length: count }, (_, block) => {
    const start = Math.floor((block * features) / count);
    const end = Math.floor(((block + 1) * features) / count);
    return Array.from({ length: end - start }, (_, lane) => start + lane);
  });
}

/** Ordinals of the sampled rows: one from each of 200,000 equal strips; undefined for all rows. */
function sampleOrdinals(rows: number): Uint32Array | undefined {
  if (rows <= sampleRows) return undefined;
  const strip = rows / sampleRows;
  return Uint32Array.from({ length: sampleRows }, (_, i) =>
    Math.min(rows - 1, Math.floor((i + uniformAt(sampleSeed, 0, i)) * strip)),
  );
}

function sample(values: Float32Array, rows: number, ordinals: Uint32Array | undefined): Float32Array {
  if (ordinals === undefined) return values.slice(0, rows);
  const taken = new Float32Array(ordinals.length);
  for (let i = 0; i < ordinals.length; i++) taken[i] = values[ordinals[i] as number] as number;
  return taken;
}

/**
 * Upper edges of at most `maxBins` bins, ascending: one bin per distinct value if they fit; else values that alone make
 * up a bin get one, and the others fill bins of equal size. NaN is ignored; `values` are sorted in place.
 */
export function findEdges(values: Float32Array, maxBins: number): Float32Array {
  const sorted = values.sort();
  let total = sorted.length;
  while (total > 0 && Number.isNaN(sorted[total - 1])) total--;
  const starts = new Uint32Array(total + 1);
  let distinct = 0;
  for (let i = 0; i < total; i++) {
    // −0 and 0 are one value.
    if (i === 0 || sorted[i] !== sorted[i - 1]) starts[distinct++] = i;
  }
  starts[distinct] = total;
  const groups: ValueGroups = { sorted, starts, distinct };
  if (distinct > maxBins) return equalSizeEdges(groups, total, maxBins);
  return Float32Array.from({ length: Math.max(0, distinct - 1) }, (_, group) => edgeAfter(groups, group));
}

/** Distinct value i is `sorted[starts[i]]`, repeated up to `sorted[starts[i + 1] − 1]`. */
interface ValueGroups {
  sorted: Float32Array;
  starts: Uint32Array;
  distinct: number;
}

function countOf({ starts }: ValueGroups, group: number): number {
  return (starts[group + 1] as number) - (starts[group] as number);
}

function equalSizeEdges(groups: ValueGroups, total: number, maxBins: number): Float32Array {
  const { distinct } = groups;
  const share = total / maxBins;
  let binsLeft = maxBins;
  let rowsLeft = total;
  for (let group = 0; group < distinct; group++) {
    const count = countOf(groups, group);
    if (count < share) continue;
    binsLeft--;
    rowsLeft -= count;
  }
  let target = rowsLeft / Math.max(1, binsLeft);
  const edges: number[] = [];
  let size = 0;
  for (let group = 0; group + 1 < distinct && edges.length < maxBins - 1; group++) {
    const count = countOf(groups, group);
    const isLarge = count >= share;
    size += count;
    if (!isLarge) rowsLeft -= count;
    const nextIsLarge = countOf(groups, group + 1) >= share;
    if (!isLarge && size < target && !(nextIsLarge && size >= target / 2)) continue;
    edges.push(edgeAfter(groups, group));
    size = 0;
    if (isLarge) continue;
    binsLeft--;
    target = rowsLeft / Math.max(1, binsLeft);
  }
  return Float32Array.from(edges);
}

/**
 * A float32 e with a <= e < b for a distinct value a and the next one b, so that `x <= e` in float32 parts them exactly;
 * near the middle where there is one.
 */
function edgeAfter({ sorted, starts }: ValueGroups, group: number): number {
  const a = sorted[starts[group] as number] as number;
  const b = sorted[starts[group + 1] as number] as number;
  const middle = Math.fround(a + (b - a) / 2);
  return middle >= a && middle < b ? middle : a;
}

/** The `limit` most frequent codes, most frequent first; values that are no code are ignored. */
function frequentCodes(values: Float32Array, categories: number, limit: number): Uint32Array {
  const counts = new Float64Array(categories);
  for (const value of values) {
    if (value >= 0 && value < categories && Number.isInteger(value)) counts[value] = (counts[value] as number) + 1;
  }
  const present = Array.from(counts.keys()).filter((code) => (counts[code] as number) > 0);
  present.sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);
  return Uint32Array.from(present.slice(0, limit));
}
