import { floatValue, type LoweredFeature, type SourceValue } from '../../../main/compute/onnx/feature-values.ts';
import type { GraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';
import { type PolynomialParams, productFeature, productsOf } from './definition.ts';

/** Each product FP32 [N, 1]. */
export function lowerPolynomial(
  builder: GraphBuilder,
  sources: readonly SourceValue[],
  params: PolynomialParams,
): LoweredFeature[] {
  const numbers = sources.map((source) => floatValue(builder, source));
  return productsOf(sources.length, params).map((places) => ({
    feature: productFeature(places.flatMap((place) => sources[place]?.source ?? [])),
    value: places
      .flatMap((place) => numbers[place] ?? [])
      .reduce((product, factor) => builder.node('Mul', [product, factor])),
  }));
}
