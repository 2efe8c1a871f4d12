import { AppError } from '../../../shared/errors/app-error.ts';
import type { InputColumn } from '../../../shared/model/signature.ts';
import type { ColumnValues } from '../duckdb/read-columns.ts';
import { featureTensorName, type MergedPipeline } from './merge-pipelines.ts';
import { encodeModel } from './proto.ts';
import { type Batch, runBatches } from './run-batches.ts';
import { openSession } from './session.ts';

export interface FeatureMatrixOptions {
  /** Threads of ONNX Runtime. */
  threads: number;
  /** Read beside the features, e.g. the label. */
  extra?: readonly InputColumn[];
  /** SQL condition over the columns of the table. */
  where?: string;
  chunkRows?: number;
  signal?: AbortSignal;
  onProgress?: (rowsDone: number) => void;
}

/** The pipeline's output over a table, for training. `width` float32 columns; NaN is a missing value. */
export interface FeatureMatrix {
  rows: number;
  /** One array of `rows` values per column: the columns of the first feature, then of the second, … */
  columns: Float32Array[];
  /** The extra columns over all rows, by name. */
  extra: Record<string, ColumnValues>;
}

export interface RowMajorFeatureMatrix {
  rows: number;
  width: number;
  /** [rows, width]. */
  values: Float32Array;
  extra: Record<string, ColumnValues>;
}

/** Runs a pipeline over a Parquet table; column by column, as histograms are built. */
export async function computeFeatureColumns(
  pipeline: MergedPipeline,
  tablePath: string,
  options: FeatureMatrixOptions,
): Promise<FeatureMatrix> {
  const parts: Float32Array[][] = Array.from({ length: pipeline.width }, () => []);
  const extra = new ExtraColumns(options.extra ?? []);
  let rows = 0;
  for await (const batch of pipelineBatches(pipeline, tablePath, options)) {
    let first = 0;
    for (const feature of pipeline.features) {
      const values = featureValues(batch, feature.name);
      for (let c = 0; c < feature.width; c++) {
        parts[first + c]?.push(feature.width === 1 ? values : column(values, batch.rows, feature.width, c));
      }
      first += feature.width;
    }
    extra.add(batch);
    rows += batch.rows;
  }
  const columns = parts.map((list) => {
    const whole = joinFloat32(list, rows);
    // Frees the parts of each column as soon as it is joined.
    list.length = 0;
    return whole;
  });
  return { rows, columns, extra: extra.join(rows) };
}

/** The same, row by row, as matrix products take it. */
export async function computeFeatureRows(
  pipeline: MergedPipeline,
  tablePath: string,
  options: FeatureMatrixOptions,
): Promise<RowMajorFeatureMatrix> {
  const { width } = pipeline;
  const parts: Float32Array[] = [];
  const extra = new ExtraColumns(options.extra ?? []);
  let rows = 0;
  for await (const batch of pipelineBatches(pipeline, tablePath, options)) {
    parts.push(rowMajor(pipeline, batch));
    extra.add(batch);
    rows += batch.rows;
  }
  return { rows, width, values: joinFloat32(parts, rows * width), extra: extra.join(rows) };
}

/** Features of one batch side by side, [rows, width]; for scoring without the whole table in memory. */
export function rowMajor(pipeline: MergedPipeline, batch: Batch): Float32Array {
  const { width, features } = pipeline;
  const only = features.length === 1 ? features[0] : undefined;
  if (only !== undefined) return featureValues(batch, only.name);
  const target = new Float32Array(batch.rows * width);
  let first = 0;
  for (const feature of features) {
    const values = featureValues(batch, feature.name);
    for (let row = 0; row < batch.rows; row++) {
      for (let c = 0; c < feature.width; c++) {
        target[row * width + first + c] = values[row * feature.width + c] ?? Number.NaN;
      }
    }
    first += feature.width;
  }
  return target;
}

/** Batches of pipeline output over a table. */
export async function* pipelineBatches(
  pipeline: MergedPipeline,
  tablePath: string,
  options: FeatureMatrixOptions,
): AsyncGenerator<Batch, void, undefined> {
  const { threads, ...rest } = options;
  const session = await openSession(encodeModel(pipeline.model), { threads, label: 'the feature pipeline' });
  try {
    yield* runBatches(session, tablePath, { ...rest, inputs: pipeline.inputs });
  } finally {
    await session.release();
  }
}

function featureValues(batch: Batch, feature: string): Float32Array {
  const tensor = batch.outputs[featureTensorName(feature)];
  if (tensor?.type !== 'float32') throw new AppError('internal.bug', `The pipeline gave no feature “${feature}”.`);
  return tensor.data as Float32Array;
}

function column(values: Float32Array, rows: number, width: number, index: number): Float32Array {
  const target = new Float32Array(rows);
  for (let row = 0; row < rows; row++) target[row] = values[row * width + index] ?? Number.NaN;
  return target;
}

function joinFloat32(parts: readonly Float32Array[], length: number): Float32Array {
  const whole = new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Gathers raw columns over batches. */
class ExtraColumns {
  readonly #parts: Map<string, ColumnValues[]>;
  readonly #columns: readonly InputColumn[];

  constructor(columns: readonly InputColumn[]) {
    this.#columns = columns;
    this.#parts = new Map(columns.map(({ name }) => [name, []]));
  }

  add(batch: Batch): void {
    for (const [name, parts] of this.#parts) {
      const values = batch.columns[name];
      if (values !== undefined) parts.push(values);
    }
  }

  join(rows: number): Record<string, ColumnValues> {
    return Object.fromEntries(
      this.#columns.map((input) => [input.name, joinColumn(input, this.#parts.get(input.name) ?? [], rows)]),
    );
  }
}

function joinColumn(input: InputColumn, parts: readonly ColumnValues[], rows: number): ColumnValues {
  const { name } = input;
  switch (input.type) {
    case 'bool':
    case 'int64':
    case 'float64': {
      const values = new Float64Array(rows);
      fill(parts, (part, at) => part.kind === 'number' && values.set(part.values, at));
      return { name, kind: 'number', values };
    }
    case 'timestamp': {
      const values = new BigInt64Array(rows);
      fill(parts, (part, at) => part.kind === 'timestamp' && values.set(part.values, at));
      return { name, kind: 'timestamp', values };
    }
    case 'string':
      return { name, kind: 'string', values: parts.flatMap((part) => (part.kind === 'string' ? part.values : [])) };
    case 'tensor': {
      const size = input.size ?? 1;
      const values = new Float32Array(rows * size);
      fill(parts, (part, at) => part.kind === 'tensor' && values.set(part.values, at));
      return { name, kind: 'tensor', values, size };
    }
  }
}

function fill(parts: readonly ColumnValues[], set: (part: ColumnValues, at: number) => unknown): void {
  let at = 0;
  for (const part of parts) {
    set(part, at);
    at += part.values.length;
  }
}
