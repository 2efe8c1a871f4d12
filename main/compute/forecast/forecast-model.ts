import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { IntervalOutput } from '../../../shared/model/signature.ts';
import { decodeWeights, encodeWeights } from '../nn/weights-file.ts';
import { castTo } from '../onnx/feature-values.ts';
import { attribute, type GraphBuilder } from '../onnx/graph-builder.ts';

/** Forecasts as a model looks them up, float32 [series, horizon] each: series by their position, steps ahead from 1. */
export interface ForecastModel {
  series: number;
  horizon: number;
  /** Whether rows name their series: the first feature is its position then, -1 for an unknown one. */
  named: boolean;
  forecast: Float32Array;
  lower: Float32Array;
  upper: Float32Array;
}

/** Forecasts that a model holds at most: positions are exact in the float32 of a feature. */
export const mostForecasts = 2 ** 24;

const headerSchema = z.object({
  series: z.number().int().positive(),
  horizon: z.number().int().positive(),
  named: z.boolean(),
});

/** `native.bin` of a forecast. */
export function encodeForecast({ series, horizon, named, forecast, lower, upper }: ForecastModel): Uint8Array {
  const arrays = Object.fromEntries(
    Object.entries({ forecast, lower, upper }).map(([name, values]) => [name, Float64Array.from(values)]),
  );
  return encodeWeights({ header: { series, horizon, named }, arrays });
}

/** Errors: `artifact.corrupt`. */
export function decodeForecast(bytes: Uint8Array): ForecastModel {
  const { header, arrays } = decodeWeights(bytes);
  const shape = headerSchema.safeParse(header);
  const { forecast, lower, upper } = arrays;
  const size = (shape.data?.series ?? 0) * (shape.data?.horizon ?? 0);
  if (!shape.success || [forecast, lower, upper].some((values) => values?.length !== size)) {
    throw new AppError('artifact.corrupt', 'The native parameters of the forecast do not fit its shape.', {
      fix: 'Run the step again with --force.',
    });
  }
  const table = (values: Float64Array | undefined) => Float32Array.from(values ?? []);
  return { ...shape.data, forecast: table(forecast), lower: table(lower), upper: table(upper) };
}

/**
 * The forecast of each row, NaN where its series is not known or its time is not one of the steps ahead.
 * @param features column-major: position of the series where they are named, steps ahead
 */
export function scoreForecast(model: ForecastModel, features: Float32Array, rows: number): Float32Array {
  const { series, horizon, named, forecast } = model;
  return Float32Array.from({ length: rows }, (_, row) => {
    const position = named ? (features[row] as number) : 0;
    const ahead = features[(named ? rows : 0) + row] as number;
    const isKnown = position >= 0 && position < series && ahead >= 1 && ahead <= horizon;
    return isKnown ? (forecast[position * horizon + ahead - 1] as number) : Number.NaN;
  });
}

/** The same as a graph, with the interval: values FP32 [N, 1] of `features` FP32 [N, width]. */
export function addForecast(
  builder: GraphBuilder,
  features: string,
  model: ForecastModel,
): Record<'forecast' | IntervalOutput, string> {
  const { series, horizon, named } = model;
  const column = (index: number) =>
    builder.node('Gather', [features, builder.int64([index])], { axis: attribute.int(1) });
  const between = (value: string, first: number, last: number) =>
    builder.node('And', [
      builder.node('GreaterOrEqual', [value, builder.float(first)]),
      builder.node('LessOrEqual', [value, builder.float(last)]),
    ]);
  /** A whole number, 0 where it is not to be used: Cast of NaN is undefined. */
  const whole = (known: string, value: string) =>
    castTo(builder, builder.node('Where', [known, value, builder.float(0)]), 'INT64');
  const ahead = column(named ? 1 : 0);
  const inHorizon = between(ahead, 1, horizon);
  let known = inHorizon;
  let place = builder.node('Sub', [whole(inHorizon, ahead), builder.int64(1)]);
  if (named) {
    const position = column(0);
    const isSeries = between(position, 0, series - 1);
    known = builder.node('And', [inHorizon, isSeries]);
    const start = builder.node('Mul', [whole(isSeries, position), builder.int64(horizon)]);
    place = builder.node('Add', [start, place]);
  }
  const size = series * horizon;
  const index = builder.node('Where', [known, place, builder.int64(size)]);
  const lookUp = (values: Float32Array) => {
    const table = new Float32Array(size + 1).fill(Number.NaN);
    table.set(values);
    return builder.node('Gather', [builder.initializer('FP32', table, [size + 1]), index]);
  };
  return { forecast: lookUp(model.forecast), lower: lookUp(model.lower), upper: lookUp(model.upper) };
}
