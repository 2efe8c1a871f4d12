import { readColumns } from '../../main/compute/duckdb/read-columns.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { MISSING_STRING, MISSING_TIMESTAMP } from '../../shared/model/signature.ts';
import type { InputArtifact, StepContext } from '../../shared/node/runner.ts';
import type { Labels } from './labels.ts';

interface RowColumnOptions {
  table: InputArtifact;
  /** Name of a column of the table; empty for none. */
  column: string;
  /** Which rows are trained on. */
  labels: Pick<Labels, 'rows' | 'values'>;
  ctx: Pick<StepContext, 'signal'>;
}

/**
 * Weights of the rows that have a label; undefined without a column. Errors: `train.bad-weight` names the first row whose
 * weight is missing, negative or not finite; `data.column-missing`, `data.column-type`, `run.cancelled`.
 */
export async function readRowWeights({
  table,
  column,
  labels,
  ctx,
}: RowColumnOptions): Promise<Float32Array | undefined> {
  if (column === '') return undefined;
  const all = new Float32Array(table.manifest.rowCount ?? labels.values.length);
  const source = [{ name: column, type: 'float64' as const }];
  for await (const chunk of readColumns(table.path('data.parquet'), source, { signal: ctx.signal })) {
    const [read] = chunk.columns;
    if (read?.kind === 'number') all.set(read.values, chunk.offset);
  }
  const weights = labels.rows === undefined ? all : Float32Array.from(labels.rows, (row) => all[row] as number);
  const bad = weights.findIndex((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY));
  if (bad >= 0) {
    const row = (labels.rows?.[bad] ?? bad) + 1;
    throw new AppError(
      'train.bad-weight',
      `The weight “${column}” of row ${row} is ${Number.isNaN(weights[bad]) ? 'missing' : weights[bad]}.`,
      { fix: 'Weights are numbers of 0 or more: fill or drop such rows in an SQL step.', details: { column } },
    );
  }
  if (weights.every((weight) => weight === 0)) {
    throw new AppError('train.bad-weight', `Every row has the weight 0 in “${column}”: there is nothing to train on.`, {
      fix: 'Choose another weight column.',
      details: { column },
    });
  }
  return weights;
}

/**
 * Times of the rows that have a label, in hours (numbers as they are); NaN where missing. Errors: `data.column-missing`,
 * `data.column-type`, `run.cancelled`.
 */
export async function readRowTimes({ table, column, labels, ctx }: RowColumnOptions): Promise<Float64Array> {
  const type = table.manifest.schema?.columns.find(({ name }) => name === column)?.type;
  const all = new Float64Array(table.manifest.rowCount ?? labels.values.length).fill(Number.NaN);
  const source = [{ name: column, type: type === 'timestamp' ? ('timestamp' as const) : ('float64' as const) }];
  for await (const chunk of readColumns(table.path('data.parquet'), source, { signal: ctx.signal })) {
    const [read] = chunk.columns;
    if (read?.kind === 'number') all.set(read.values, chunk.offset);
    else if (read?.kind === 'timestamp') {
      read.values.forEach((micros, i) => {
        all[chunk.offset + i] = micros === MISSING_TIMESTAMP ? Number.NaN : Number(micros) / microsPerHour;
      });
    }
  }
  return labels.rows === undefined ? all : Float64Array.from(labels.rows, (row) => all[row] as number);
}

const microsPerHour = 3.6e9;

/**
 * Queries that rows belong to, as numbers. Errors: `train.missing-values` where a row has none, since it can be ranked
 * among no others; `data.column-missing`, `run.cancelled`.
 */
export async function readQueries(options: RowColumnOptions): Promise<Uint32Array> {
  const { column } = options;
  const numbers = new Map<string, number>();
  const queries = await readRowGroups(options, numbers);
  const missing = numbers.get(MISSING_STRING);
  const count = missing === undefined ? 0 : queries.reduce((sum, query) => sum + (query === missing ? 1 : 0), 0);
  if (count === 0) return queries;
  throw new AppError('train.missing-values', `${count} of ${queries.length} rows have no query in “${column}”.`, {
    fix: 'Drop these rows before this step, or choose another column of queries.',
    details: { column },
  });
}

/**
 * Number of the group of each row that has a label, by the values of a column; missing values are one group.
 * @param numbers is filled: value → number
 */
export async function readRowGroups(
  { table, column, labels, ctx }: RowColumnOptions,
  numbers = new Map<string, number>(),
): Promise<Uint32Array> {
  const all = new Uint32Array(table.manifest.rowCount ?? labels.values.length);
  const source = [{ name: column, type: 'string' as const }];
  for await (const chunk of readColumns(table.path('data.parquet'), source, { signal: ctx.signal })) {
    const [read] = chunk.columns;
    if (read?.kind !== 'string') continue;
    read.values.forEach((value, i) => {
      let number = numbers.get(value);
      if (number === undefined) numbers.set(value, (number = numbers.size));
      all[chunk.offset + i] = number;
    });
  }
  return labels.rows === undefined ? all : Uint32Array.from(labels.rows, (row) => all[row] as number);
}
