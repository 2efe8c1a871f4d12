import { DuckDBDataChunk, type DuckDBType, FLOAT, VARCHAR } from '@duckdb/node-api';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { FeatureSource } from '../../../shared/model/feature-sources.ts';
import { MISSING_STRING } from '../../../shared/model/signature.ts';
import type { Column } from '../../../shared/table/schema.ts';
import { DuckDb, parquetRelation } from '../duckdb/connection.ts';
import { duckDbError } from '../duckdb/duckdb-error.ts';
import { type NumberedRelation, numberedParquetRelation } from '../duckdb/numbered-relation.ts';
import { quoteIdentifier } from '../duckdb/quote.ts';
import { featureTensorName, type Pipeline } from '../onnx/merge-pipelines.ts';
import { encodeModel } from '../onnx/proto.ts';
import { runBatches } from '../onnx/run-batches.ts';
import { openSession } from '../onnx/session.ts';

/** The rows a feature step learns from, as one SQL relation. */
export interface FitTable {
  readonly db: DuckDb;
  /** FROM item with one column per source: text as VARCHAR, everything else as DOUBLE; missing and NaN are NULL. */
  readonly relation: string;
  /** Quoted column of the relation. */
  column(source: FeatureSource): string;
  /** The same rows with their ordinal in the training table. */
  readonly numbered: NumberedRelation;
}

export interface FitResources {
  threads: number;
  memoryBytes: number;
  /** Empty folder for spilled data. */
  tempDir: string;
  signal: AbortSignal;
}

/** A table to learn from: raw columns of a Parquet file, or the output of a fitted pipeline over it. */
export interface FitInput {
  /** `data.parquet` of the training table. */
  path: string;
  columns: readonly Column[];
  /** Steps before this one. */
  pipeline?: Pipeline;
  sources: readonly FeatureSource[];
}

/** Opens the rows, lets `work` learn from them and closes them. Errors: `data.unreadable`, `run.cancelled`. */
export async function withFitTable<T>(
  input: FitInput,
  resources: FitResources,
  work: (table: FitTable) => Promise<T>,
): Promise<T> {
  const db = await DuckDb.open(resources);
  try {
    const { pipeline } = input;
    const scan =
      pipeline === undefined
        ? parquetRelation(input.path, input.columns)
        : await loadFeatures(db, pipeline, input, resources);
    const rows =
      pipeline === undefined
        ? numberedParquetRelation(input.path, input.columns)
        : { relation: scan, ordinal: 'rowid' };
    const items = input.sources.map((source) => `${missingAsNull(source)} AS ${quoteIdentifier(source.name)}`);
    return await work({
      db,
      relation: `(SELECT ${items.join(', ')} FROM ${scan})`,
      column: (source) => quoteIdentifier(source.name),
      numbered: {
        relation: `(SELECT ${items.join(', ')}, ${rows.ordinal} AS ${rowOrdinal} FROM ${rows.relation})`,
        ordinal: rowOrdinal,
      },
    });
  } catch (error) {
    if (resources.signal.aborted) throw new AppError('run.cancelled', 'Cancelled.', { cause: error });
    throw duckDbError(error, { code: 'data.unreadable', doing: 'Cannot learn from the training table' });
  } finally {
    db.close();
  }
}

/** Of a name that no column has. */
const rowOrdinal = quoteIdentifier('row ordinal of the fit');

function missingAsNull(source: FeatureSource): string {
  const name = quoteIdentifier(source.name);
  // Trap: onnxruntime-node cuts a text at U+0000 when it makes a tensor, so the pipeline never sees what follows.
  if (isText(source)) return `nullif(split_part(CAST(${name} AS VARCHAR), chr(0), 1), '${MISSING_STRING}')`;
  const number = `CAST(${name} AS DOUBLE)`;
  return `CASE WHEN NOT isnan(${number}) THEN ${number} END`;
}

/** Whether the values of a source are text. */
export function isText(source: FeatureSource): boolean {
  return source.kind === 'column' ? source.column.type === 'string' : source.feature.text === true;
}

/** Runs the steps before this one over the table and loads the features asked for into a DuckDB table. */
async function loadFeatures(
  db: DuckDb,
  pipeline: Pipeline,
  input: FitInput,
  { threads, signal }: FitResources,
): Promise<string> {
  const { sources } = input;
  const types = sources.map((source): DuckDBType => (isText(source) ? VARCHAR : FLOAT));
  const columns = sources.map((source, index) => `${quoteIdentifier(source.name)} ${String(types[index])}`);
  await db.run(`CREATE TABLE features (${columns.join(', ')})`);
  const appender = await db.appender('features');
  const session = await openSession(encodeModel(pipeline.model), { threads, label: 'the feature pipeline' });
  try {
    const batches = runBatches(session, input.path, {
      inputs: pipeline.manifest.inputs,
      outputs: sources.map((source) => featureTensorName(source.name)),
      signal,
    });
    for await (const batch of batches) {
      const values = sources.map((source) => batch.outputs[featureTensorName(source.name)]?.data);
      for (let from = 0; from < batch.rows; from += vectorRows) {
        const rows = Math.min(vectorRows, batch.rows - from);
        const chunk = DuckDBDataChunk.create(types, rows);
        values.forEach((list, index) => {
          const part = (list as Float32Array | string[]).slice(from, from + rows);
          chunk.setColumnValues(index, Array.from<number | string>(part));
        });
        appender.appendDataChunk(chunk);
      }
    }
    appender.closeSync();
  } finally {
    await session.release();
  }
  return 'features';
}

/** Most rows a DuckDB chunk can hold. */
const vectorRows = 2048;
