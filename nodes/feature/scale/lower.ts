import {
  castTo,
  floatValue,
  type LoweredFeature,
  type SourceValue,
} from '../../../main/compute/onnx/feature-values.ts';
import { attribute, type GraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';
import { scaledFeature } from './definition.ts';

export type ScaleState =
  /** `spread` > 0. */
  | { form: 'linear'; centre: number; spread: number }
  /** Points of a curve: `from` are float32 values, ascending, at least two; `to` what they become. */
  | { form: 'curve'; from: readonly number[]; to: readonly number[] }
  /** Yeo–Johnson with λ, then (y − centre) / spread. */
  | { form: 'power'; lambda: number; centre: number; spread: number };

/** FP32 [N, 1]. */
export function lowerScale(builder: GraphBuilder, source: SourceValue, state: ScaleState): LoweredFeature[] {
  const x = floatValue(builder, source);
  return [{ feature: scaledFeature(source.source), value: scaled(builder, x, state) }];
}

function scaled(builder: GraphBuilder, x: string, state: ScaleState): string {
  switch (state.form) {
    case 'linear':
      return linear(builder, x, state);
    case 'curve':
      return curve(builder, x, state);
    case 'power':
      return power(builder, x, state);
  }
}

/**
 * (x − centre) / spread, all in float32. It is a division, never a product with 1 / spread: the two differ in the last
 * bit and would send rows down other branches (microsoft/onnxruntime#4130), which is also why ai.onnx.ml Scaler, whose
 * form depends on the runtime, is not used.
 */
function linear(builder: GraphBuilder, x: string, { centre, spread }: { centre: number; spread: number }): string {
  const centred = builder.node('Sub', [x, builder.float(centre)]);
  return builder.node('Div', [centred, builder.float(spread)]);
}

/** Straight between neighbouring points, flat outside; NaN stays NaN. */
function curve(builder: GraphBuilder, x: string, { from, to }: { from: readonly number[]; to: readonly number[] }) {
  const points = from.length;
  const first = builder.float(from[0] as number);
  const last = builder.float(from[points - 1] as number);
  const missing = builder.node('IsNaN', [x]);
  const present = builder.node('Where', [missing, first, x]);
  const within = builder.node('Min', [builder.node('Max', [present, first]), last]);
  // Number of inner points at or below x: the place of the stretch that x lies on.
  const place = castTo(builder, pointsBelow(builder, within, from.slice(1, -1)), 'INT64');
  const gather = (values: readonly number[]) =>
    builder.node('Gather', [builder.initializer('FP32', values, [values.length]), place]);
  const left = gather(from.slice(0, -1));
  const width = gather(from.slice(1).map((value, index) => Math.fround(value) - Math.fround(from[index] as number)));
  const rise = gather(to.slice(1).map((value, index) => Math.fround(value) - Math.fround(to[index] as number)));
  const share = builder.node('Div', [builder.node('Sub', [within, left]), width]);
  const value = builder.node('Add', [gather(to.slice(0, -1)), builder.node('Mul', [share, rise])]);
  // The end of the last stretch may round past the last point.
  const ended = builder.node('Where', [
    builder.node('Equal', [within, last]),
    builder.float(to[points - 1] as number),
    value,
  ]);
  return builder.node('Where', [missing, builder.float(Number.NaN), ended]);
}

function pointsBelow(builder: GraphBuilder, x: string, points: readonly number[]): string {
  if (points.length === 0) return builder.node('Mul', [x, builder.float(0)]);
  const all = builder.initializer('FP32', points, [1, points.length]);
  const above = castTo(builder, builder.node('GreaterOrEqual', [x, all]), 'FP32');
  return builder.node('ReduceSum', [above, builder.int64([1])], { keepdims: attribute.int(1) });
}

/**
 * In float64 and rounded to float32 at the end: the last bit of Pow and Log is not the same on every machine, and
 * rounding hides it.
 */
function power(
  builder: GraphBuilder,
  x: string,
  { lambda, centre, spread }: { lambda: number; centre: number; spread: number },
): string {
  const number = (value: number) => builder.initializer('FP64', [value], []);
  const wide = castTo(builder, x, 'FP64');
  const one = number(1);
  const magnitude = builder.node('Add', [builder.node('Abs', [wide]), one]);
  const branch = (exponent: number) =>
    exponent === 0
      ? builder.node('Log', [magnitude])
      : builder.node('Div', [
          builder.node('Sub', [builder.node('Pow', [magnitude, number(exponent)]), one]),
          number(exponent),
        ]);
  const negative = builder.node('Less', [wide, number(0)]);
  const y = builder.node('Where', [negative, builder.node('Neg', [branch(2 - lambda)]), branch(lambda)]);
  const value = builder.node('Div', [builder.node('Sub', [y, number(centre)]), number(spread)]);
  return castTo(builder, value, 'FP32');
}
