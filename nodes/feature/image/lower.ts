import type { LoweredFeature, SourceValue } from '../../../main/compute/onnx/feature-values.ts';
import { attribute, type GraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';
import { type ImageParams, imageFeature, imageSizes } from './definition.ts';

/** Resized, then (x / divideBy − mean) / std in float32; steps that change nothing are left out. */
export function lowerImage(builder: GraphBuilder, source: SourceValue, params: ImageParams): LoweredFeature[] {
  const feature = imageFeature(source.source, params);
  let value = resized(builder, source, params, feature.width);
  if (params.divideBy !== 1) value = builder.node('Div', [value, builder.float(params.divideBy)]);
  if (params.mean !== 0) value = builder.node('Sub', [value, builder.float(params.mean)]);
  if (params.std !== 1) value = builder.node('Div', [value, builder.float(params.std)]);
  return [{ feature, value }];
}

function resized(builder: GraphBuilder, source: SourceValue, params: ImageParams, width: number): string {
  if (params.height === 0 && params.width === 0) return source.value;
  const before = source.source.kind === 'feature' ? source.source.feature.width : (source.source.column.size ?? 1);
  const sizes = imageSizes(before, params);
  if (sizes === undefined) return source.value;
  const { from, to } = sizes;
  if (from.height === to.height && from.width === to.width) return source.value;
  const planes = builder.node('Reshape', [source.value, builder.int64([-1, params.channels, from.height, from.width])]);
  const scaled = builder.node('Resize', [planes, '', '', builder.int64([to.height, to.width])], {
    mode: attribute.string('linear'),
    coordinate_transformation_mode: attribute.string('half_pixel'),
    antialias: attribute.int(1),
    exclude_outside: attribute.int(1),
    axes: attribute.ints([2, 3]),
  });
  return builder.node('Reshape', [scaled, builder.int64([-1, width])]);
}
