import { type Categories, categoryPosition } from '../../../main/compute/onnx/category-position.ts';
import { castTo, type LoweredFeature, type SourceValue } from '../../../main/compute/onnx/feature-values.ts';
import type { GraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';
import { targetFeature } from './definition.ts';

export interface TargetState {
  /** At least one. */
  categories: Categories;
  /** Per category, then for other values, then for missing ones: one value per label. */
  means: readonly (readonly number[])[];
  /** Classes with a column each; empty for one column. */
  labels: readonly string[];
}

/** FP32 [N, 1], or [N, classes]. */
export function lowerTarget(builder: GraphBuilder, source: SourceValue, state: TargetState): LoweredFeature[] {
  const count = state.categories.values.length;
  const feature = targetFeature(source.source, state.labels);
  const at = castTo(builder, categoryPosition(builder, source, state.categories, count, count + 1), 'INT64');
  const { width } = feature;
  if (width === 1) {
    const means = builder.initializer('FP32', state.means.flat(), [count + 2]);
    return [{ feature, value: builder.node('Gather', [means, at]) }];
  }
  const means = builder.initializer('FP32', state.means.flat(), [count + 2, width]);
  // [N, 1] → [N, 1, classes]
  const spread = builder.node('Gather', [means, at]);
  return [{ feature, value: builder.node('Squeeze', [spread, builder.int64([1])]) }];
}
