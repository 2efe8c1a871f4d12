import { tableFile } from '../../../main/compute/duckdb/write-table.ts';
import { forecastFeatures } from '../../../main/compute/forecast/forecast-features.ts';
import { addForecast, encodeForecast, type ForecastModel } from '../../../main/compute/forecast/forecast-model.ts';
import type { StepAxis } from '../../../main/compute/forecast/step-axis.ts';
import { appendModel } from '../../../main/compute/onnx/append-model.ts';
import type { Categories } from '../../../main/compute/onnx/category-position.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type InputColumn, intervalOutputs, type ModelManifest } from '../../../shared/model/signature.ts';
import type { ArtifactDraft, InputArtifact, StepContext } from '../../../shared/node/runner.ts';
import type { Column } from '../../../shared/table/schema.ts';
import { writeModel } from '../../lib/write-model.ts';

/** Forecasts of series by their order, [series, horizon] each. */
export interface ForecastTable {
  horizon: number;
  /** Empty for rows without one. */
  names: readonly string[];
  /** Number of the step behind the end of each series. */
  firstSteps: readonly number[];
  forecast: Float64Array;
  /** NaN where untried. */
  lower: Float64Array;
  upper: Float64Array;
}

export interface ForecastModelParts {
  /** The table with the series. */
  input: InputArtifact;
  /** Values that the series were made of. */
  rows: number;
  time: Column & { type: InputColumn['type'] };
  target: Column;
  series: (Column & { type: InputColumn['type'] }) | undefined;
  axis: StepAxis;
  /** Table of the rows that the model answers. */
  reached: ArtifactDraft;
  forecasts: ForecastTable;
  trainer: ModelManifest['trainer'];
  level: number;
}

/**
 * The forecasts as a model: series and time in, the forecast of that time out, with its interval as the outputs `lower`
 * and `upper`. Errors: `data.column-type`.
 */
export async function writeForecastModel(
  ctx: Pick<StepContext, 'workDir' | 'signal' | 'memoryBytes'>,
  parts: ForecastModelParts,
): Promise<ArtifactDraft> {
  const { time, series, target, forecasts } = parts;
  const order = positions(forecasts.names);
  const { horizon } = forecasts;
  const table = (values: Float64Array) =>
    Float32Array.from(
      { length: values.length },
      (_, i) => values[(order[Math.floor(i / horizon)] as number) * horizon + (i % horizon)] as number,
    );
  const model: ForecastModel = {
    series: order.length,
    horizon,
    named: series !== undefined,
    forecast: table(forecasts.forecast),
    lower: table(forecasts.lower),
    upper: table(forecasts.upper),
  };
  const pipeline = forecastFeatures({
    table: parts.input.digest,
    time: { name: time.name, type: time.type },
    axis: parts.axis,
    ...(series === undefined ? {} : { series: { column: series, ...codesOf(series, forecasts.names, order) } }),
    firstSteps: order.map((s) => forecasts.firstSteps[s] as number),
  });
  let values: ReturnType<typeof addForecast> | undefined;
  const fused = await appendModel({
    pipeline,
    build(builder, features) {
      values = addForecast(builder, features, model);
      return values.forecast;
    },
    addOutputs(builder) {
      for (const name of intervalOutputs) builder.output(name, values?.[name] ?? '', 'FP32', ['N', 1]);
    },
  });
  const { reached } = parts;
  return writeModel({
    ctx,
    // Views that columns were joined from are left out: what an endpoint would look up belongs to times that have passed.
    table: {
      ...parts.input,
      manifest: {
        ...parts.input.manifest,
        meta: {},
        ...(reached.schema === undefined ? {} : { schema: reached.schema }),
      },
      path: () => reached.files[tableFile] ?? '',
    },
    inputs: fused.inputs,
    pipeline,
    labels: {
      task: 'regression',
      label: { column: target.name, type: target.type === 'int64' ? 'int64' : 'float64' },
      classes: [],
      values: new Float64Array(parts.rows),
      rows: undefined,
    },
    model: {
      onnx: fused.bytes,
      native: encodeForecast(model),
      trainer: parts.trainer,
      curve: { metric: 'scaledError', train: [], valid: [] },
      importance: new Float64Array(pipeline.width),
      forecast: { horizon, level: parts.level },
    },
  });
}

/** Series by position: that of rows without a name, which is no category, comes last. */
function positions(names: readonly string[]): number[] {
  const all = [...names.keys()];
  return [...all.filter((s) => names[s] !== ''), ...all.filter((s) => names[s] === '')];
}

/** Errors: `data.column-type` for names that are one number in float64. */
function codesOf(
  { name, type, sqlType }: Column,
  names: readonly string[],
  order: readonly number[],
): { categories: Categories; missing: number } {
  const named = order.map((s) => names[s] as string).filter((each) => each !== '');
  const missing = named.length === names.length ? -1 : named.length;
  if (type === 'string') return { categories: { values: missing < 0 ? named : [...named, ''] }, missing };
  const values = named.map((each) => (type === 'bool' ? Number(each === 'true') : Number(each)));
  if (new Set(values).size < values.length) {
    throw new AppError(
      'data.column-type',
      `Values of “${name}” (${sqlType}) are too large to be told apart as numbers.`,
      {
        fix: `Cast it to text in an SQL step, e.g. CAST("${name}" AS VARCHAR) AS ${name}.`,
        details: { field: 'series' },
      },
    );
  }
  return { categories: { values, names: named }, missing };
}
