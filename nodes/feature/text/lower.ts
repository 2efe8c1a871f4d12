import {
  castTo,
  isMissingText,
  type LoweredFeature,
  type SourceValue,
} from '../../../main/compute/onnx/feature-values.ts';
import { attribute, type GraphBuilder, runtimeDomain } from '../../../main/compute/onnx/graph-builder.ts';
import { wordsFeature } from './definition.ts';

export type TextState =
  /** `terms` by number of words, each a list of words; weights in the order of the terms. */
  | { method: 'tf-idf'; terms: readonly (readonly string[])[]; weights: readonly number[] }
  | { method: 'hashing'; buckets: number };

/** FP32 [N, terms] or [N, buckets]. */
export function lowerText(builder: GraphBuilder, { source, value }: SourceValue, state: TextState): LoweredFeature[] {
  const words = wordsOf(builder, value);
  if (state.method === 'hashing') {
    const counts = hashedCounts(builder, words, state.buckets);
    return [{ feature: wordsFeature(source, state.buckets), value: counts }];
  }
  const weighted = termWeights(builder, words, state);
  const labels = state.terms.map((words) => words.join(' '));
  return [{ feature: { ...wordsFeature(source, labels.length), labels }, value: unitLength(builder, weighted) }];
}

/** BYTES [N, W] with W ≥ 3; rows with fewer words end with empty texts. */
function wordsOf(builder: GraphBuilder, value: string): string {
  const empty = builder.initializer('BYTES', [''], []);
  const present = builder.node('Where', [isMissingText(builder, value), empty, value]);
  const flat = builder.node('Reshape', [present, builder.int64([-1])]);
  const [split = ''] = builder.nodeOutputs('StringSplit', [flat], 2);
  const rows = builder.node('Shape', [split], { start: attribute.int(0), end: attribute.int(1) });
  const padShape = builder.node('Concat', [rows, builder.int64([3])], { axis: attribute.int(0) });
  const pad = builder.node('Expand', [builder.initializer('BYTES', [''], [1, 1]), padShape]);
  return builder.node('Concat', [split, pad], { axis: attribute.int(1) });
}

function termWeights(
  builder: GraphBuilder,
  words: string,
  { terms, weights }: Extract<TextState, { method: 'tf-idf' }>,
): string {
  const longest = terms.at(-1)?.length ?? 1;
  const pool = terms.flat();
  // Where the terms of one, two, … words begin in the pool.
  const starts = Array.from({ length: longest }, (_, index) =>
    terms.filter((term) => term.length <= index).reduce((sum, term) => sum + term.length, 0),
  );
  return builder.node('TfIdfVectorizer', [words], {
    mode: attribute.string('TFIDF'),
    min_gram_length: attribute.int(terms[0]?.length ?? 1),
    max_gram_length: attribute.int(longest),
    max_skip_count: attribute.int(0),
    ngram_counts: attribute.ints(starts),
    ngram_indexes: attribute.ints(terms.map((_, index) => index)),
    pool_strings: attribute.strings(pool),
    weights: attribute.floats(weights),
  });
}

/** In float64 and rounded at the end: the order in which a machine adds up squares must not show. */
function unitLength(builder: GraphBuilder, value: string): string {
  const wide = castTo(builder, value, 'FP64');
  const squares = builder.node('ReduceSum', [builder.node('Mul', [wide, wide]), builder.int64([1])], {
    keepdims: attribute.int(1),
  });
  const one = builder.initializer('FP64', [1], []);
  const none = builder.node('Equal', [squares, builder.initializer('FP64', [0], [])]);
  const length = builder.node('Sqrt', [builder.node('Where', [none, one, squares])]);
  return castTo(builder, builder.node('Div', [wide, length]), 'FP32');
}

function hashedCounts(builder: GraphBuilder, words: string, buckets: number): string {
  const hash = builder.node(
    'MurmurHash3',
    [words],
    { seed: attribute.int(0), positive: attribute.int(1) },
    { domain: runtimeDomain },
  );
  const bucket = builder.node('Mod', [castTo(builder, hash, 'INT64'), builder.int64(buckets)]);
  const isWord = builder.node('Not', [builder.node('Equal', [words, builder.initializer('BYTES', [''], [])])]);
  const rows = builder.node('Shape', [words], { start: attribute.int(0), end: attribute.int(1) });
  const shape = builder.node('Concat', [rows, builder.int64([buckets])], { axis: attribute.int(0) });
  const zeros = builder.node('Expand', [builder.initializer('FP32', [0], [1, 1]), shape]);
  return builder.node('ScatterElements', [zeros, bucket, castTo(builder, isWord, 'FP32')], {
    axis: attribute.int(1),
    reduction: attribute.string('add'),
  });
}
