import type { InputColumn } from '../../../shared/model/signature.ts';
import type { Column } from '../../../shared/table/schema.ts';
import { type Categories, categoryPosition } from '../onnx/category-position.ts';
import { castTo } from '../onnx/feature-values.ts';
import { createGraphBuilder } from '../onnx/graph-builder.ts';
import { declareInputs, featureTensorName, type MergedPipeline } from '../onnx/merge-pipelines.ts';
import { mostForecasts } from './forecast-model.ts';
import { addStepOf, type StepAxis } from './step-axis.ts';

export interface ForecastRows {
  /** Digest of the table with the series. */
  table: string;
  time: InputColumn;
  axis: StepAxis;
  /** The column that tells series apart, and their values in order; rows without one are of series `missing`, or -1. */
  series?: { column: Column & { type: InputColumn['type'] }; categories: Categories; missing: number };
  /** By series: the number of the first step behind its end. */
  firstSteps: readonly number[];
}

/** From a row's series and time to the features of `ForecastModel`: position of the series, -1 for an unknown one, and steps ahead, NaN for no time. */
export function forecastFeatures({ table, time, axis, series, firstSteps }: ForecastRows): MergedPipeline {
  const inputs = series === undefined ? [time] : [{ name: series.column.name, type: series.column.type }, time];
  const builder = createGraphBuilder('features');
  declareInputs(builder, inputs);
  const inner = builder.scope('forecast');
  const { step, missing } = addStepOf(inner, axis, time.name);
  const behind = inner.initializer('INT64', firstSteps.map(BigInt), [firstSteps.length]);
  const features: MergedPipeline['features'] = [];
  let position = inner.int64(0);
  if (series !== undefined) {
    const { column, categories } = series;
    const source = { source: { kind: 'column' as const, name: column.name, column }, value: column.name };
    const code = castTo(inner, categoryPosition(inner, source, categories, -1, series.missing), 'INT64');
    builder.output(featureTensorName(column.name), castTo(inner, code, 'FP32'), 'FP32', ['N', 1]);
    features.push({ name: column.name, width: 1, sources: [column.name] });
    position = inner.node('Max', [code, inner.int64(0)]);
  }
  const ahead = inner.node('Add', [
    inner.node('Sub', [step, inner.node('Gather', [behind, position])]),
    inner.int64(1),
  ]);
  const near = inner.node('Clip', [ahead, inner.int64(-mostForecasts), inner.int64(mostForecasts)]);
  const value = inner.node('Where', [missing, inner.float(Number.NaN), castTo(inner, near, 'FP32')]);
  const name = `${time.name}_ahead`;
  builder.output(featureTensorName(name), value, 'FP32', ['N', 1]);
  features.push({ name, width: 1, sources: inputs.map((input) => input.name) });
  return { table, inputs, features, width: features.length, model: builder.toModel() };
}
