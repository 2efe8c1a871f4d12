import type { FeatureSource } from '../../../shared/model/feature-sources.ts';
import { type FeatureColumn, MISSING_STRING } from '../../../shared/model/signature.ts';
import { attribute, type GraphBuilder } from './graph-builder.ts';
import { elementTypeCode } from './proto.ts';

/** A source of a feature step inside a graph. */
export interface SourceValue {
  source: FeatureSource;
  /** Raw encoding of a column (shared/model/signature.ts), or FP32 [N, width] / BYTES [N, 1] of a feature. */
  value: string;
}

/** A feature a step makes, FP32 [N, width], or BYTES [N, 1] where `feature.text`. */
export interface LoweredFeature {
  feature: FeatureColumn;
  value: string;
}

/**
 * A numeric source as FP32 [N, 1], NaN where missing. Raw numbers are FP64: those beyond float32 become ±Inf, those
 * below its subnormals 0. ±Inf passes through every feature step unchanged in sign; trees take it as the largest value.
 */
export function floatValue(builder: GraphBuilder, { source, value }: SourceValue): string {
  return source.kind === 'feature' ? value : castTo(builder, value, 'FP32');
}

export function castTo(builder: GraphBuilder, value: string, type: 'FP32' | 'FP64' | 'INT64' | 'BOOL'): string {
  // Trap: Cast of NaN or of numbers beyond INT64 to an integer is undefined in C++; replace them first.
  return builder.node('Cast', [value], { to: attribute.int(elementTypeCode(type)) });
}

/** BOOL [N, 1]: whether a text value is missing. The empty string is a value. */
export function isMissingText(builder: GraphBuilder, value: string): string {
  return builder.node('Equal', [value, builder.initializer('BYTES', [MISSING_STRING], [])]);
}
