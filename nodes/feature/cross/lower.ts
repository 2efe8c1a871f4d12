import {
  castTo,
  isMissingText,
  type LoweredFeature,
  type SourceValue,
} from '../../../main/compute/onnx/feature-values.ts';
import { attribute, type GraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';
import { elementTypeCode } from '../../../main/compute/onnx/proto.ts';
import { MISSING_STRING } from '../../../shared/model/signature.ts';
import { crossedFeature, crossSign } from './definition.ts';

/** BYTES [N, 1]. */
export function lowerCross(builder: GraphBuilder, sources: readonly SourceValue[]): LoweredFeature[] {
  const texts = sources.map((source) => textOf(builder, source));
  const sign = builder.initializer('BYTES', [crossSign], []);
  const joined = texts
    .map(({ text }) => text)
    .reduce((left, right) => builder.node('StringConcat', [builder.node('StringConcat', [left, sign]), right]));
  const missing = texts.map((text) => text.missing).reduce((left, right) => builder.node('Or', [left, right]));
  const value = builder.node('Where', [missing, builder.initializer('BYTES', [MISSING_STRING], []), joined]);
  return [{ feature: crossedFeature(sources.map(({ source }) => source)), value }];
}

function textOf(builder: GraphBuilder, { source, value }: SourceValue): { text: string; missing: string } {
  const isText = source.kind === 'feature' || source.column.type === 'string';
  if (isText) return { text: value, missing: isMissingText(builder, value) };
  const missing = builder.node('IsNaN', [value]);
  const present = builder.node('Where', [missing, builder.initializer('FP64', [0], []), value]);
  const text = builder.node('Cast', [castTo(builder, present, 'INT64')], {
    to: attribute.int(elementTypeCode('BYTES')),
  });
  return { text, missing };
}
