import {
  castTo,
  floatValue,
  type LoweredFeature,
  type SourceValue,
} from '../../../main/compute/onnx/feature-values.ts';
import { attribute, type GraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';
import { bucketFeature } from './definition.ts';

/** `edges` are float32 values, ascending, perhaps none. */
export interface BucketizeState {
  output: 'ordinal' | 'one-hot';
  edges: readonly number[];
}

/** Ordinal: number of edges at or below the value, FP32 [N, 1]. One-hot: FP32 [N, K] of 0 and 1. Missing comes last. */
export function lowerBucketize(builder: GraphBuilder, source: SourceValue, state: BucketizeState): LoweredFeature[] {
  const { edges, output } = state;
  const feature = bucketFeature(source.source);
  const value = floatValue(builder, source);
  const missing = edges.length + 1;
  const bucket = builder.node('Where', [
    builder.node('IsNaN', [value]),
    builder.float(missing),
    edgesBelow(builder, value, edges),
  ]);
  if (output === 'ordinal') return [{ feature, value: bucket }];
  const labels = bucketNames(edges);
  const offAndOn = builder.initializer('FP32', [0, 1], [2]);
  // [N, 1] → [N, 1, K]
  const spread = builder.node('OneHot', [castTo(builder, bucket, 'INT64'), builder.int64([labels.length]), offAndOn]);
  return [
    {
      feature: { ...feature, width: labels.length, labels },
      value: builder.node('Squeeze', [spread, builder.int64([1])]),
    },
  ];
}

function edgesBelow(builder: GraphBuilder, value: string, edges: readonly number[]): string {
  if (edges.length === 0) return builder.float(0);
  const all = builder.initializer('FP32', edges, [1, edges.length]);
  // [N, 1] against [1, E]; a missing value is at or above no edge.
  const above = castTo(builder, builder.node('GreaterOrEqual', [value, all]), 'FP32');
  return builder.node('ReduceSum', [above, builder.int64([1])], { keepdims: attribute.int(1) });
}

/** `< 10`, `10 – 20`, `≥ 20`, and the bucket of missing values. */
function bucketNames(edges: readonly number[]): string[] {
  const first = edges[0];
  const last = edges.at(-1);
  if (first === undefined || last === undefined) return ['(any)', missingName];
  const inner = edges.slice(1).map((edge, index) => `${readable(edges[index] ?? edge)} – ${readable(edge)}`);
  return [`< ${readable(first)}`, ...inner, `≥ ${readable(last)}`, missingName];
}

const missingName = '(missing)';

/** Shortest decimal that is this float32. */
function readable(edge: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = edge.toPrecision(digits);
    if (Math.fround(Number(text)) === edge) return String(Number(text));
  }
  return String(edge);
}
