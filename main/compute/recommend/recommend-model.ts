import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import { decodeWeights, encodeWeights } from '../nn/weights-file.ts';
import { attribute, type GraphBuilder } from '../onnx/graph-builder.ts';

/** Recommends items to somebody by the items they liked lately: nearest neighbours, a ranking, and a cap per group. */
export interface RecommendModel {
  items: number;
  /** Columns of the embedding. */
  width: number;
  /** [items, width] row-major, each of length 1 (or 0). */
  embeddings: Float64Array;
  /** Group of each item, from 0. */
  groups: Float64Array;
  /** What the ranking adds for an item whoever asks. */
  itemScores: Float64Array;
  /** What the ranking gives per unit of similarity. */
  similarityWeight: number;
  /** Per feature: category code → item, or `items` for none. */
  slots: Float64Array[];
  /** Neighbours that are ranked. */
  candidates: number;
  /** Items recommended at most. */
  count: number;
  /** Items of one group recommended at most. */
  perGroup: number;
}

/** Similarities are lowered by this times the position of the item: equal ones then have one order everywhere. */
export const tieStep = 1e-9;
/** Below every cosine: what was liked is not recommended again. */
const excluded = -4;

/** The liked items of a row; those that are none are left out. `features` is column-major [rows, slots]. */
export function likedItems(model: RecommendModel, features: Float32Array, rows: number, row: number): number[] {
  return model.slots.flatMap((slot, s) => {
    const item = slot[features[s * rows + row] as number] ?? model.items;
    return item === model.items ? [] : [item];
  });
}

/** Mean cosine to the liked items, 0 without any; liked items are `excluded`. Exact, over all items. */
function similarities(model: RecommendModel, liked: readonly number[]): Float64Array {
  const { items, width, embeddings } = model;
  const profile = new Float64Array(width);
  for (const item of liked) {
    for (let c = 0; c < width; c++) profile[c] = (profile[c] as number) + (embeddings[item * width + c] as number);
  }
  const scale = Math.max(liked.length, 1);
  const result = Float64Array.from({ length: items }, (_, item) => {
    let sum = 0;
    for (let c = 0; c < width; c++) sum += ((profile[c] as number) / scale) * (embeddings[item * width + c] as number);
    return sum - item * tieStep;
  });
  for (const item of liked) result[item] = excluded;
  return result;
}

export interface Candidate {
  item: number;
  similarity: number;
}

/** The nearest items, nearest first. */
export function nearestItems(model: RecommendModel, liked: readonly number[]): Candidate[] {
  const all = similarities(model, liked);
  const order = Array.from(all, (similarity, item) => ({ item, similarity }));
  return order.sort((a, b) => b.similarity - a.similarity || a.item - b.item).slice(0, model.candidates);
}

/**
 * Row-major [rows, items]: the share that the ranking gives a recommended item among the candidates (softmax), 0 for
 * items that are not recommended.
 */
export function scoreRecommendations(model: RecommendModel, features: Float32Array, rows: number): Float32Array {
  const { items, itemScores, similarityWeight, groups, count, perGroup } = model;
  const scores = new Float32Array(rows * items);
  for (let row = 0; row < rows; row++) {
    const candidates = nearestItems(model, likedItems(model, features, rows, row));
    const ranked = candidates
      .map(({ item, similarity }) => ({ item, score: similarityWeight * similarity + (itemScores[item] as number) }))
      .sort((a, b) => b.score - a.score);
    const highest = ranked[0]?.score ?? 0;
    const total = ranked.reduce((sum, { score }) => sum + Math.exp(score - highest), 0);
    const taken = new Map<number, number>();
    let recommended = 0;
    for (const { item, score } of ranked) {
      const group = groups[item] as number;
      const ofGroup = taken.get(group) ?? 0;
      if (ofGroup >= perGroup || recommended >= count) continue;
      taken.set(group, ofGroup + 1);
      recommended++;
      scores[row * items + item] = Math.exp(score - highest) / total;
    }
  }
  return scores;
}

const axis = attribute.int(1);

function double(builder: GraphBuilder, data: ArrayLike<number>, dims: number[]): string {
  return builder.initializer('FP64', data, dims);
}

function asDouble(builder: GraphBuilder, value: string): string {
  return builder.node('Cast', [value], { to: attribute.int(11) });
}

/** Values of a graph that say what somebody liked. */
export interface LikedValues {
  /** INT64 [N, slots]: items, the number of items for none. */
  liked: string;
  /** FP64 [N, width]: mean of the directions of the liked items, zeros without any. */
  profile: string;
}

/** `features`: FP32 [N, slots], the category codes. */
export function addLiked(builder: GraphBuilder, features: string, model: RecommendModel): LikedValues {
  const { items, width, embeddings, slots } = model;
  // [N, slots]: position in the table of items, `items` (a row of zeros) for none
  const codes = builder.node('Cast', [features], { to: attribute.int(7) });
  const looked = slots.map((slot, s) => {
    const code = builder.node('Slice', [codes, builder.int64([s]), builder.int64([s + 1]), builder.int64([1])]);
    return builder.node('Gather', [builder.initializer('INT64', slot, [slot.length]), code]);
  });
  const liked = looked.length === 1 ? (looked[0] as string) : builder.node('Concat', looked, { axis });

  const padded = new Float64Array((items + 1) * width);
  padded.set(embeddings);
  const table = double(builder, padded, [items + 1, width]);
  const summed = builder.node('ReduceSum', [builder.node('Gather', [table, liked]), builder.int64([1])], {
    keepdims: attribute.int(0),
  });
  const isItem = asDouble(builder, builder.node('Less', [liked, builder.int64(items)]));
  const number = builder.node('ReduceSum', [isItem, builder.int64([1])], { keepdims: attribute.int(1) });
  return { liked, profile: builder.node('Div', [summed, builder.node('Max', [number, double(builder, [1], [])])]) };
}

/** The candidates of each row, nearest first: INT64 and FP64 [N, candidates]. */
export interface NearestValues {
  nearest: string;
  nearness: string;
}

/** Exact: over all items. */
export function addNearest(
  builder: GraphBuilder,
  { liked, profile }: LikedValues,
  model: RecommendModel,
): NearestValues {
  const { items, width, embeddings, candidates: k } = model;
  // One column more, for "none", so that leaving out what was liked never hits an item that was not.
  const transposed = new Float64Array(width * (items + 1));
  for (let item = 0; item < items; item++) {
    for (let c = 0; c < width; c++) transposed[c * (items + 1) + item] = embeddings[item * width + c] as number;
  }
  const products = builder.node('MatMul', [profile, double(builder, transposed, [width, items + 1])]);
  const ties = Float64Array.from({ length: items + 1 }, (_, item) => item * tieStep);
  const cosines = builder.node('Sub', [products, double(builder, ties, [items + 1])]);
  const isItem = asDouble(builder, builder.node('Less', [liked, builder.int64(items)]));
  const never = builder.node('Add', [
    builder.node('Mul', [isItem, double(builder, [0], [])]),
    double(builder, [excluded], []),
  ]);
  const open = builder.node('ScatterElements', [cosines, liked, never], { axis });
  const similarity = builder.node('Slice', [open, builder.int64([0]), builder.int64([items]), builder.int64([1])]);
  const [nearness, nearest] = builder.nodeOutputs('TopK', [similarity, builder.int64([k])], 2, { axis }) as [
    string,
    string,
  ];
  return { nearest, nearness };
}

/**
 * FP32 [N, items]: shares of the recommended items. A candidate is kept when fewer than `perGroup` of its group rank
 * before it, which is what going down the list and counting does.
 */
export function addRanking(builder: GraphBuilder, { nearest, nearness }: NearestValues, model: RecommendModel): string {
  const { items, candidates: k } = model;
  const own = builder.node('Gather', [double(builder, model.itemScores, [items]), nearest]);
  const weighed = builder.node('Mul', [nearness, double(builder, [model.similarityWeight], [])]);
  const rating = builder.node('Add', [weighed, own]);
  const [ranked, order] = builder.nodeOutputs('TopK', [rating, builder.int64([k])], 2, { axis }) as [string, string];
  const item = builder.node('GatherElements', [nearest, order], { axis });
  const shares = builder.node('Softmax', [ranked], { axis });

  // [N, k, k]: 1 where the second candidate ranks before the first and is of its group
  const group = builder.node('Gather', [builder.initializer('INT64', model.groups, [items]), item]);
  const same = builder.node('Equal', [
    builder.node('Unsqueeze', [group, builder.int64([2])]),
    builder.node('Unsqueeze', [group, builder.int64([1])]),
  ]);
  const before = Float64Array.from({ length: k * k }, (_, i) => (i % k < Math.floor(i / k) ? 1 : 0));
  const counted = builder.node('Mul', [asDouble(builder, same), double(builder, before, [k, k])]);
  const ahead = builder.node('ReduceSum', [counted, builder.int64([2])], { keepdims: attribute.int(0) });
  const allowed = asDouble(builder, builder.node('Less', [ahead, double(builder, [model.perGroup], [])]));
  const place = builder.node('CumSum', [allowed, builder.int64(1)]);
  const within = asDouble(builder, builder.node('LessOrEqual', [place, double(builder, [model.count], [])]));
  const kept = builder.node('Mul', [shares, builder.node('Mul', [allowed, within])]);

  const rows = builder.node('Slice', [builder.node('Shape', [nearest]), builder.int64([0]), builder.int64([1])]);
  const extents = builder.node('Concat', [rows, builder.int64([items])], { axis: attribute.int(0) });
  const zeros = builder.node('Expand', [double(builder, [0], []), extents]);
  const scores = builder.node('ScatterElements', [zeros, item, kept], { axis });
  return builder.node('Cast', [scores], { to: attribute.int(1) });
}

/** All of it in ONNX, in float64, with the nearest items found exactly. */
export function addRecommendations(builder: GraphBuilder, features: string, model: RecommendModel): string {
  return addRanking(builder, addNearest(builder, addLiked(builder, features, model), model), model);
}

const headerSchema = z.object({
  items: z.number().int().positive(),
  width: z.number().int().positive(),
  similarityWeight: z.number(),
  candidates: z.number().int().positive(),
  count: z.number().int().positive(),
  perGroup: z.number().int().positive(),
  slots: z.number().int().positive(),
});

/** `native.bin` of a recommendation. */
export function encodeRecommend(model: RecommendModel): Uint8Array {
  const { embeddings, groups, itemScores, slots, ...header } = model;
  const tables = Object.fromEntries(slots.map((slot, s) => [`slot${s}`, slot]));
  return encodeWeights({
    header: { ...header, slots: slots.length },
    arrays: { embeddings, groups, itemScores, ...tables },
  });
}

/** Errors: `artifact.corrupt`. */
export function decodeRecommend(bytes: Uint8Array): RecommendModel {
  const { header, arrays } = decodeWeights(bytes);
  const shape = headerSchema.parse(header);
  const { embeddings, groups, itemScores } = arrays;
  const slots = Array.from({ length: shape.slots }, (_, s) => arrays[`slot${s}`]).filter((slot) => slot !== undefined);
  if (
    embeddings?.length !== shape.items * shape.width ||
    groups?.length !== shape.items ||
    itemScores?.length !== shape.items ||
    slots.length !== shape.slots
  ) {
    throw new AppError('artifact.corrupt', 'The native parameters of the recommendation do not fit its shape.', {
      fix: 'Run the step again with --force.',
    });
  }
  return { ...shape, embeddings, groups, itemScores, slots };
}
