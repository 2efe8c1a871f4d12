import type { ScalarColumn } from '../duckdb/append-columns.ts';

/** Rows of one sample, columns side by side. */
export interface SampleRows {
  rows: number;
  columns: readonly ScalarColumn[];
}

/** At most `count` rows, evenly spaced. */
export function evenRows(sample: SampleRows, count: number): SampleRows {
  if (sample.rows <= count) return sample;
  return pickRows(
    sample,
    Uint32Array.from({ length: count }, (_, i) => Math.floor((i * sample.rows) / count)),
  );
}

/** At most `count` rows, drawn without replacement. */
export function drawRows(sample: SampleRows, count: number, random: () => number): SampleRows {
  if (sample.rows <= count) return sample;
  const order = Uint32Array.from({ length: sample.rows }, (_, row) => row);
  for (let i = 0; i < count; i++) {
    const other = i + Math.floor(random() * (order.length - i));
    const row = order[other] as number;
    order[other] = order[i] as number;
    order[i] = row;
  }
  return pickRows(sample, order.subarray(0, count));
}

/** The rows with an ordinal that is wanted. */
export function rowsWhere(sample: SampleRows, keep: (row: number) => boolean): SampleRows {
  return pickRows(
    sample,
    Uint32Array.from({ length: sample.rows }, (_, row) => row).filter((row) => keep(row)),
  );
}

function pickRows({ columns }: SampleRows, rows: Uint32Array): SampleRows {
  return {
    rows: rows.length,
    columns: columns.map((column): ScalarColumn => {
      const { name } = column;
      if (column.kind === 'string') {
        return { name, kind: 'string', values: Array.from(rows, (row) => column.values[row] as string) };
      }
      if (column.kind === 'timestamp') {
        return { name, kind: 'timestamp', values: BigInt64Array.from(rows, (row) => column.values[row] as bigint) };
      }
      return { name, kind: 'number', values: Float64Array.from(rows, (row) => column.values[row] as number) };
    }),
  };
}
