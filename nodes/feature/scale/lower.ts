import { floatValue, type LoweredFeature, type SourceValue } from '../../../main/compute/onnx/feature-values.ts';
import type { GraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';
import { scaledFeature } from './definition.ts';

/** `spread` > 0. */
export interface ScaleState {
  centre: number;
  spread: number;
}

/**
 * (x − centre) / spread, all in float32. It is a division, never a product with 1 / spread: the two differ in the last
 * bit and would send rows down other branches (microsoft/onnxruntime#4130), which is also why ai.onnx.ml Scaler, whose
 * form depends on the runtime, is not used.
 */
export function lowerScale(builder: GraphBuilder, source: SourceValue, state: ScaleState): LoweredFeature[] {
  const centred = builder.node('Sub', [floatValue(builder, source), builder.float(state.centre)]);
  const value = builder.node('Div', [centred, builder.float(state.spread)]);
  return [{ feature: scaledFeature(source.source), value }];
}
