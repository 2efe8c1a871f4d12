import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import { buildHnsw, hnswBytes, type HnswIndex, HnswSearch } from '../neighbours/hnsw.ts';
import { decodeWeights, encodeWeights } from '../nn/weights-file.ts';
import { type Candidate, type RecommendModel, tieStep } from './recommend-model.ts';

/** The nearest items of a recommendation, found by a graph instead of by looking at all of them. */
export interface NeighbourIndex {
  /** [items, width] row-major, each of length 1 (or 0). */
  embeddings: Float64Array;
  graph: HnswIndex;
  candidates: number;
  /** Items looked at per search, beside those that were liked. */
  effort: number;
}

const leastRecall = 0.95;
const recallAt = 10;
const probes = 200;
const mostEffort = 8;

export interface IndexFacts {
  /** Of the ten nearest items the share that is found, over items of the table. */
  recall: number;
  bytes: number;
}

/** Bytes that the index of a model takes in memory. */
export function neighbourIndexBytes({ items, width }: Pick<RecommendModel, 'items' | 'width'>): number {
  return hnswBytes(items, width) + Float64Array.BYTES_PER_ELEMENT * items * width;
}

/**
 * Builds the graph and raises the effort until it finds 95 % of the ten nearest. Errors: `params.invalid` where it
 * would take more than `memoryBytes`, `run.cancelled`.
 */
export function buildNeighbourIndex(
  { items, width, embeddings, candidates }: Pick<RecommendModel, 'items' | 'width' | 'embeddings' | 'candidates'>,
  { seed, memoryBytes, signal }: { seed: number; memoryBytes: number; signal: AbortSignal },
): { index: NeighbourIndex; facts: IndexFacts } {
  const bytes = neighbourIndexBytes({ items, width });
  if (bytes > memoryBytes) {
    throw new AppError(
      'params.invalid',
      `The index of ${items} items takes ${Math.ceil(bytes / 2 ** 20)} MiB, and the step has ${Math.floor(memoryBytes / 2 ** 20)}.`,
      { fix: 'Give the node more memory, or use fewer columns of the embedding.', details: { field: 'search' } },
    );
  }
  const graph = buildHnsw(Float32Array.from(embeddings), width, { seed, signal });
  const search = new HnswSearch(graph);
  for (let factor = 1; ; factor *= 2) {
    const index = { embeddings, graph, candidates, effort: factor * Math.max(64, candidates) };
    const recall = recallOf(index, search);
    if (recall >= leastRecall || factor >= mostEffort) return { index, facts: { recall, bytes } };
  }
}

function recallOf(index: NeighbourIndex, search: HnswSearch): number {
  const { embeddings, graph } = index;
  const { items, width } = graph;
  const count = Math.min(recallAt, index.candidates);
  let found = 0;
  let wanted = 0;
  for (let probe = 0; probe < Math.min(probes, items); probe++) {
    const item = Math.floor((probe * items) / Math.min(probes, items));
    const profile = embeddings.subarray(item * width, (item + 1) * width);
    const exact = exactly(index, profile, []).slice(0, count);
    // Items as near as the last of them are as good.
    const last = exact.at(-1)?.similarity ?? 0;
    const near = findNearest(index, search, profile, []).slice(0, count);
    found += near.filter(({ similarity }) => similarity >= last - 1e-6).length;
    wanted += exact.length;
  }
  return wanted === 0 ? 1 : found / wanted;
}

/** The candidates of one profile, nearest first; liked items are left out. */
export function findNearest(
  index: NeighbourIndex,
  search: HnswSearch,
  profile: Float64Array,
  liked: readonly number[],
): Candidate[] {
  const { candidates, effort, graph } = index;
  // To somebody without likes all are equally near, and a graph has no order among those.
  if (profile.every((value) => value === 0)) {
    const taken = new Set(liked);
    const first: Candidate[] = [];
    for (let item = 0; item < graph.items && first.length < candidates; item++) {
      if (!taken.has(item)) first.push({ item, similarity: -item * tieStep });
    }
    return first;
  }
  const found = search.nearest(Float32Array.from(profile), candidates + liked.length, effort + liked.length);
  const open = found.filter((item) => !liked.includes(item));
  if (open.length < candidates) return exactly(index, profile, liked);
  return ordered(open.map((item) => ({ item, similarity: similarityOf(index, profile, item) }))).slice(0, candidates);
}

function exactly(index: NeighbourIndex, profile: Float64Array, liked: readonly number[]): Candidate[] {
  const taken = new Set(liked);
  const all: Candidate[] = [];
  for (let item = 0; item < index.graph.items; item++) {
    if (!taken.has(item)) all.push({ item, similarity: similarityOf(index, profile, item) });
  }
  return ordered(all).slice(0, index.candidates);
}

function similarityOf({ embeddings, graph }: NeighbourIndex, profile: Float64Array, item: number): number {
  let sum = 0;
  for (let c = 0; c < graph.width; c++) sum += (profile[c] as number) * (embeddings[item * graph.width + c] as number);
  return sum - item * tieStep;
}

function ordered(candidates: Candidate[]): Candidate[] {
  return candidates.sort((a, b) => b.similarity - a.similarity || a.item - b.item);
}

const headerSchema = z.object({
  items: z.number().int().positive(),
  width: z.number().int().positive(),
  degree: z.number().int().positive(),
  entry: z.number().int().nonnegative(),
  candidates: z.number().int().positive(),
  effort: z.number().int().positive(),
});

export function encodeNeighbourIndex({ embeddings, graph, candidates, effort }: NeighbourIndex): Uint8Array {
  const { items, width, degree, entry, levels, base, upper } = graph;
  const arrays = { embeddings, levels, base, upper };
  return encodeWeights({
    header: { items, width, degree, entry, candidates, effort },
    arrays: Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, Float64Array.from(values)])),
  });
}

/** Errors: `artifact.corrupt`. */
export function decodeNeighbourIndex(bytes: Uint8Array): NeighbourIndex {
  const { header, arrays } = decodeWeights(bytes);
  const read = headerSchema.safeParse(header);
  if (!read.success) throw corrupt(read.error);
  const { candidates, effort, ...shape } = read.data;
  const { embeddings, levels, base, upper } = arrays;
  const fits =
    embeddings?.length === shape.items * shape.width &&
    levels?.length === shape.items &&
    base?.length === shape.items * 2 * shape.degree &&
    upper?.length === levels.reduce((sum, level) => sum + level, 0) * shape.degree &&
    shape.entry < shape.items;
  if (!fits || [base, upper].some((links) => links.some((item) => item < -1 || item >= shape.items))) {
    throw corrupt();
  }
  const graph = {
    ...shape,
    vectors: Float32Array.from(embeddings),
    levels: Uint8Array.from(levels),
    base: Int32Array.from(base),
    upper: Int32Array.from(upper),
  };
  return { embeddings, graph, candidates, effort };
}

function corrupt(cause?: unknown): AppError {
  return new AppError('artifact.corrupt', 'The index of neighbours does not fit its shape.', {
    fix: 'Run the step again with --force.',
    ...(cause === undefined ? {} : { cause }),
  });
}
