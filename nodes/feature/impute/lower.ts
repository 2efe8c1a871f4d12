import {
  castTo,
  floatValue,
  isMissingText,
  type LoweredFeature,
  type SourceValue,
} from '../../../main/compute/onnx/feature-values.ts';
import type { GraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';
import { imputedFeatures } from './definition.ts';

/** `fill`: the learnt or given value; undefined keeps missing values. */
export interface ImputeState {
  fill: number | string | undefined;
  indicator: boolean;
  /** Infinite numbers count as missing. */
  dropInfinite: boolean;
}

/** x where present, else the fill value; the indicator is 1 where missing. */
export function lowerImpute(builder: GraphBuilder, source: SourceValue, state: ImputeState): LoweredFeature[] {
  const [filled, indicator] = imputedFeatures(source.source, state.indicator);
  if (filled === undefined) return [];
  const text = filled.text === true;
  const x = text ? source.value : floatValue(builder, source);
  const missing = text ? isMissingText(builder, x) : isMissingNumber(builder, x, state.dropInfinite);
  const { fill } = state;
  const value =
    fill === undefined
      ? text || !state.dropInfinite
        ? x
        : builder.node('Where', [missing, builder.float(Number.NaN), x])
      : builder.node('Where', [
          missing,
          typeof fill === 'string' ? builder.initializer('BYTES', [fill], []) : builder.float(fill),
          x,
        ]);
  return [
    { feature: filled, value },
    ...(indicator === undefined ? [] : [{ feature: indicator, value: castTo(builder, missing, 'FP32') }]),
  ];
}

function isMissingNumber(builder: GraphBuilder, x: string, dropInfinite: boolean): string {
  const none = builder.node('IsNaN', [x]);
  return dropInfinite ? builder.node('Or', [none, builder.node('IsInf', [x])]) : none;
}
