import { MISSING_STRING, MISSING_TIMESTAMP } from '../../shared/model/signature.ts';
import type { ScalarColumn } from '../compute/duckdb/append-columns.ts';
import type { ColumnValues } from '../compute/duckdb/read-columns.ts';
import type { RecentRows } from '../serving/request-log.ts';

/** Some rows of those at hand; columns without one value per row are left out. */
export function pickRows(recent: RecentRows, rows: readonly number[]): RecentRows {
  const pick = (columns: readonly ColumnValues[]) =>
    columns.flatMap((column) => (column.kind === 'tensor' ? [] : [pickValues(column, rows, 0)]));
  return {
    ...recent,
    rows: rows.length,
    ids: rows.map((row) => recent.ids[row] as string),
    timesMs: Float64Array.from(rows, (row) => recent.timesMs[row] as number),
    columns: pick(recent.columns),
    outputs: pick(recent.outputs),
  };
}

/** Rows of `pickRows`, one part after the other. */
export function joinRows(parts: readonly [RecentRows, ...RecentRows[]]): RecentRows {
  const [first] = parts;
  const join = (side: 'columns' | 'outputs') =>
    first[side].map((column, c) =>
      joinColumns(
        column as ScalarColumn,
        parts.map((part) => part[side][c] as ScalarColumn),
      ),
    );
  return {
    ...first,
    rows: parts.reduce((sum, { rows }) => sum + rows, 0),
    ids: parts.flatMap(({ ids }) => ids),
    timesMs: Float64Array.from(parts.flatMap(({ timesMs }) => Array.from(timesMs))),
    columns: join('columns'),
    outputs: join('outputs'),
  };
}

/** Values at `offset` + each of `rows`; those beyond the end are missing. */
export function pickValues(column: ScalarColumn, rows: readonly number[], offset: number): ScalarColumn {
  const { name } = column;
  switch (column.kind) {
    case 'number': {
      const { values } = column;
      return { name, kind: 'number', values: Float64Array.from(rows, (i) => values[offset + i] ?? Number.NaN) };
    }
    case 'string': {
      const { values } = column;
      return { name, kind: 'string', values: rows.map((i) => values[offset + i] ?? MISSING_STRING) };
    }
    case 'timestamp': {
      const { values } = column;
      const picked = BigInt64Array.from(rows, (i) => values[offset + i] ?? MISSING_TIMESTAMP);
      return { name, kind: 'timestamp', values: picked };
    }
  }
}

/** Parts of one column, one after the other; `model` gives name and kind. */
export function joinColumns(model: ScalarColumn, parts: readonly ScalarColumn[]): ScalarColumn {
  const { name } = model;
  switch (model.kind) {
    case 'number':
      return {
        name,
        kind: 'number',
        values: Float64Array.from(parts.flatMap(({ values }) => Array.from(values as Float64Array))),
      };
    case 'string':
      return { name, kind: 'string', values: parts.flatMap(({ values }) => values as string[]) };
    case 'timestamp':
      return {
        name,
        kind: 'timestamp',
        values: BigInt64Array.from(parts.flatMap(({ values }) => Array.from(values as BigInt64Array))),
      };
  }
}
