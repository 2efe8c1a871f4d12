import type { LoweredFeature, SourceValue } from '../../../main/compute/onnx/feature-values.ts';
import type { GraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';
import { imageFeature } from './definition.ts';

export interface ImageState {
  divideBy: number;
  mean: number;
  std: number;
}

/** (x / divideBy − mean) / std in float32; steps that change nothing are left out. */
export function lowerImage(builder: GraphBuilder, source: SourceValue, state: ImageState): LoweredFeature[] {
  let { value } = source;
  if (state.divideBy !== 1) value = builder.node('Div', [value, builder.float(state.divideBy)]);
  if (state.mean !== 0) value = builder.node('Sub', [value, builder.float(state.mean)]);
  if (state.std !== 1) value = builder.node('Div', [value, builder.float(state.std)]);
  return [{ feature: imageFeature(source.source), value }];
}
