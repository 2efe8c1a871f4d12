import {
  castTo,
  isMissingText,
  type LoweredFeature,
  type SourceValue,
} from '../../../main/compute/onnx/feature-values.ts';
import { attribute, type GraphBuilder, runtimeDomain } from '../../../main/compute/onnx/graph-builder.ts';
import { type HashParams, hashedFeature } from './definition.ts';

/** Ordinal: bucket FP32 [N, 1]. One-hot: FP32 [N, buckets + 1] of 0 and 1. Missing comes last. */
export function lowerHash(builder: GraphBuilder, source: SourceValue, params: HashParams): LoweredFeature[] {
  const feature = hashedFeature(source.source, params);
  const bucket = bucketOf(builder, source, params);
  if (params.output === 'ordinal') return [{ feature, value: castTo(builder, bucket, 'FP32') }];
  const offAndOn = builder.initializer('FP32', [0, 1], [2]);
  // [N, 1] → [N, 1, K]
  const spread = builder.node('OneHot', [bucket, builder.int64([feature.width]), offAndOn]);
  return [{ feature, value: builder.node('Squeeze', [spread, builder.int64([1])]) }];
}

/** INT64 [N, 1] */
function bucketOf(builder: GraphBuilder, { source, value }: SourceValue, { buckets, seed }: HashParams): string {
  const isText = source.kind === 'column' ? source.column.type === 'string' : source.feature.text === true;
  let hashed = value;
  if (!isText) {
    const number = source.kind === 'feature' ? castTo(builder, value, 'FP64') : value;
    const zero = builder.initializer('FP64', [0], []);
    // The bytes of -0 differ from those of 0. Trap: x + 0 would make them equal, but ONNX Runtime drops it as no operation.
    hashed = builder.node('Where', [builder.node('Equal', [number, zero]), zero, number]);
  }
  const hash = builder.node(
    'MurmurHash3',
    [hashed],
    { seed: attribute.int(seed), positive: attribute.int(1) },
    { domain: runtimeDomain },
  );
  const bucket = builder.node('Mod', [castTo(builder, hash, 'INT64'), builder.int64(buckets)]);
  const missing = isText ? isMissingText(builder, value) : builder.node('IsNaN', [hashed]);
  return builder.node('Where', [missing, builder.int64(buckets), bucket]);
}
