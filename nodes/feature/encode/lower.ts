import { type Categories, categoryPosition } from '../../../main/compute/onnx/category-position.ts';
import { castTo, type LoweredFeature, type SourceValue } from '../../../main/compute/onnx/feature-values.ts';
import type { GraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';
import { encodedFeature } from './definition.ts';

/** `categories` has at least one entry: texts, or numbers (bool as 0 and 1). */
export interface EncodeState {
  method: 'ordinal' | 'one-hot' | 'frequency';
  categories: Categories;
  /** Training rows of each category in their order, without a value, and in all. */
  rows: { each: number[]; missing: number; all: number };
  /** Training rows had values outside the kept categories. */
  others: boolean;
  /** Training rows had missing values. */
  missing: boolean;
}

const otherName = '(other)';
const missingName = '(missing)';

/** Ordinal: code FP32 [N, 1]. One-hot: FP32 [N, K] of 0 and 1. Frequency: share FP32 [N, 1]. */
export function lowerEncode(builder: GraphBuilder, source: SourceValue, state: EncodeState): LoweredFeature[] {
  const names = 'names' in state.categories ? state.categories.names : state.categories.values;
  const feature = encodedFeature(source.source);
  const count = names.length;
  if (state.method === 'ordinal') {
    const code = categoryPosition(builder, source, state.categories, count, count + 1);
    const categories = [...names, otherName, missingName];
    return [{ feature: { ...feature, categories }, value: castTo(builder, code, 'FP32') }];
  }
  if (state.method === 'frequency') {
    const { each, missing, all } = state.rows;
    const shares = [...each, 0, missing].map((rows) => rows / all);
    const code = castTo(builder, categoryPosition(builder, source, state.categories, count, count + 1), 'INT64');
    return [{ feature, value: builder.node('Gather', [builder.initializer('FP32', shares, [shares.length]), code]) }];
  }
  const labels = [...names, ...(state.others ? [otherName] : []), ...(state.missing ? [missingName] : [])];
  const width = labels.length;
  // Trap: OneHot counts a negative index from the end; one at or beyond the depth gives zeros everywhere.
  const nowhere = width;
  const other = state.others ? count : nowhere;
  const missing = state.missing ? width - 1 : nowhere;
  const index = castTo(builder, categoryPosition(builder, source, state.categories, other, missing), 'INT64');
  const offAndOn = builder.initializer('FP32', [0, 1], [2]);
  // [N, 1] → [N, 1, K]
  const spread = builder.node('OneHot', [index, builder.int64([width]), offAndOn]);
  const value = builder.node('Squeeze', [spread, builder.int64([1])]);
  return [{ feature: { ...feature, width, labels }, value }];
}
