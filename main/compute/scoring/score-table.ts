import { AppError } from '../../../shared/errors/app-error.ts';
import { type ModelManifest, scoreOutput } from '../../../shared/model/signature.ts';
import { nearMisses } from '../../../shared/text/near-misses.ts';
import type { DuckDb } from '../duckdb/connection.ts';
import { duckdbApi } from '../duckdb/duckdb-library.ts';
import { quoteIdentifier, quotePath } from '../duckdb/quote.ts';
import { type BatchSession, runBatches } from '../onnx/run-batches.ts';

export interface ScoreOptions {
  db: DuckDb;
  session: BatchSession;
  manifest: ModelManifest;
  /** Parquet with the raw columns of the model. */
  tablePath: string;
  /** Names of the columns of that file. */
  columns: readonly string[];
  /** Columns handed through; empty: all. */
  keep: readonly string[];
  /** Name of the column with the predicted class or value; probabilities are `NAME_probability`, or `NAME_probability_CLASS` each for more than two classes. */
  name: string;
  /** Adds probabilities; ignored for a regression. */
  probabilities: boolean;
  signal?: AbortSignal;
  onProgress(rowsDone: number): void;
}

const scoresTable = 'scores';
/** Most rows a DuckDB chunk can hold. */
const vectorRows = 2_048;

/**
 * Scores every row of a Parquet table with a fused model, batch by batch. Gives a query over `db` with the kept columns
 * and the predictions, rows in file order. Errors: `data.column-missing`, `params.invalid` (a column of that name is
 * there already, or one to keep is not), `run.cancelled`.
 */
export async function scoreTable(options: ScoreOptions): Promise<string> {
  const { db } = options;
  requireColumns(options);
  const added = addedColumns(options);
  const kept = options.keep.length === 0 ? options.columns : options.keep;
  for (const { name } of added) {
    if (!kept.includes(name)) continue;
    throw new AppError('params.invalid', `The table has a column “${name}” already.`, {
      fix: 'Choose another name for the predictions, or leave that column out.',
      details: { field: 'name' },
    });
  }
  await db.run(
    `CREATE TEMP TABLE ${scoresTable} (${added.map(({ name, sqlType }) => `${quoteIdentifier(name)} ${sqlType}`).join(', ')})`,
  );
  await appendScores(options, added);
  const items = kept.map((name) => `t.${quoteIdentifier(name)}`);
  const scores = added.map(({ name }) => `s.${quoteIdentifier(name)}`);
  return `SELECT ${[...items, ...scores].join(', ')} FROM read_parquet(${quotePath(options.tablePath)}) t POSITIONAL JOIN ${scoresTable} s`;
}

interface AddedColumn {
  name: string;
  sqlType: 'DOUBLE' | 'BIGINT' | 'BOOLEAN' | 'VARCHAR';
  /** The value of a row of `width` scores. */
  value(scores: Float32Array, row: number): number | bigint | boolean | string | null;
}

const labelTypes = { bool: 'BOOLEAN', int64: 'BIGINT', string: 'VARCHAR' } as const;

function addedColumns({ manifest, name, probabilities }: ScoreOptions): AddedColumn[] {
  const { classes, label } = manifest;
  if (manifest.task === 'regression') {
    return [{ name, sqlType: 'DOUBLE', value: (scores, row) => finite(scores[row] as number) }];
  }
  const width = classes.length;
  const best = (scores: Float32Array, row: number) => {
    let index = 0;
    for (let i = 1; i < width; i++) {
      if ((scores[row * width + i] as number) > (scores[row * width + index] as number)) index = i;
    }
    return index;
  };
  const sqlType =
    label.type === 'float64' ? 'DOUBLE' : (labelTypes[label.type as keyof typeof labelTypes] ?? 'VARCHAR');
  const columns: AddedColumn[] = [
    {
      name,
      sqlType,
      value(scores, row) {
        const chosen = classes[best(scores, row)];
        if (chosen === undefined) return null;
        return sqlType === 'BIGINT' ? BigInt(Number(chosen)) : sqlType === 'VARCHAR' ? String(chosen) : chosen;
      },
    },
  ];
  if (!probabilities) return columns;
  const probability = (i: number) => (scores: Float32Array, row: number) => finite(scores[row * width + i] as number);
  if (width === 2) {
    columns.push({ name: `${name}_probability`, sqlType: 'DOUBLE', value: probability(1) });
  } else {
    classes.forEach((each, i) => {
      columns.push({ name: `${name}_probability_${each}`, sqlType: 'DOUBLE', value: probability(i) });
    });
  }
  return columns;
}

function finite(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

async function appendScores(options: ScoreOptions, added: readonly AddedColumn[]): Promise<void> {
  const { db, session, manifest, signal } = options;
  const { DuckDBDataChunk, BIGINT, BOOLEAN, DOUBLE, VARCHAR } = duckdbApi();
  const sqlTypes = { BIGINT, BOOLEAN, DOUBLE, VARCHAR };
  const types = added.map(({ sqlType }) => sqlTypes[sqlType]);
  const output = scoreOutput(manifest.task);
  const appender = await db.appender(scoresTable);
  try {
    const batches = runBatches(session, options.tablePath, {
      inputs: manifest.inputs,
      outputs: [output],
      onProgress: options.onProgress,
      ...(signal === undefined ? {} : { signal }),
    });
    for await (const batch of batches) {
      const scores = batch.outputs[output]?.data as Float32Array;
      for (let from = 0; from < batch.rows; from += vectorRows) {
        const rows = Math.min(vectorRows, batch.rows - from);
        const chunk = DuckDBDataChunk.create(types, rows);
        added.forEach((column, i) => {
          chunk.setColumnValues(
            i,
            Array.from({ length: rows }, (_, row) => column.value(scores, from + row)),
          );
        });
        appender.appendDataChunk(chunk);
      }
      appender.flushSync();
    }
  } finally {
    appender.closeSync();
  }
}

function requireColumns({ manifest, columns, keep }: ScoreOptions): void {
  for (const { name } of manifest.inputs) {
    if (!columns.includes(name)) throw missing(name, columns, 'which the model needs');
  }
  for (const name of keep) if (!columns.includes(name)) throw missing(name, columns, 'which is to be kept');
}

function missing(column: string, columns: readonly string[], why: string): AppError {
  const near = nearMisses(column, columns);
  return new AppError('data.column-missing', `The table has no column “${column}”, ${why}.`, {
    fix: near.length === 0 ? 'Give a table with that column.' : `Did you mean ${near.join(' or ')}?`,
    details: { column, columns: [...columns] },
  });
}
