import { Tensor } from 'onnxruntime-common';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type InputColumn, MISSING_STRING, MISSING_TIMESTAMP } from '../../../shared/model/signature.ts';
import type { ColumnValues } from '../duckdb/read-columns.ts';
import type { Dimension } from './graph-builder.ts';
import type { ElementType } from './proto.ts';

/** Element type of a raw column as a graph input; see shared/model/signature.ts. */
export function rawElementType(column: InputColumn): ElementType {
  switch (column.type) {
    case 'bool':
    case 'int64':
    case 'float64':
      return 'FP64';
    case 'timestamp':
      return 'INT64';
    case 'string':
      return 'BYTES';
    case 'tensor':
      return 'FP32';
  }
}

/** [N, 1], or [N, size] for a tensor column. */
export function rawShape(column: InputColumn): Dimension[] {
  return ['N', column.size ?? 1];
}

/** The values of a chunk as the graph input they are encoded for. */
export function rawTensor(column: ColumnValues, rows: number): Tensor {
  switch (column.kind) {
    case 'number':
      return new Tensor('float64', column.values, [rows, 1]);
    case 'timestamp':
      return new Tensor('int64', column.values, [rows, 1]);
    case 'string':
      return new Tensor('string', column.values, [rows, 1]);
    case 'tensor':
      return new Tensor('float32', column.values, [rows, column.size]);
  }
}

/** Rows in which a column is missing. */
export function missingValues({ name, type, size = 1 }: InputColumn, rows: number): ColumnValues {
  switch (type) {
    case 'bool':
    case 'int64':
    case 'float64':
      return { name, kind: 'number', values: new Float64Array(rows).fill(Number.NaN) };
    case 'timestamp':
      return { name, kind: 'timestamp', values: new BigInt64Array(rows).fill(MISSING_TIMESTAMP) };
    case 'string':
      return { name, kind: 'string', values: Array.from({ length: rows }, () => MISSING_STRING) };
    case 'tensor':
      return { name, kind: 'tensor', values: new Float32Array(rows * size).fill(Number.NaN), size };
  }
}

/** One list without repetitions. Throws `features.mismatch` when two lists disagree about a column. */
export function mergeInputColumns(lists: readonly (readonly InputColumn[])[]): InputColumn[] {
  const byName = new Map<string, InputColumn>();
  for (const column of lists.flat()) {
    const known = byName.get(column.name);
    if (known === undefined) byName.set(column.name, column);
    else if (known.type !== column.type || known.size !== column.size) {
      throw new AppError(
        'features.mismatch',
        `Column “${column.name}” is ${known.type} in one feature step and ${column.type} in another.`,
        { fix: 'Fit all feature steps of one trainer on the same table.' },
      );
    }
  }
  return [...byName.values()];
}
