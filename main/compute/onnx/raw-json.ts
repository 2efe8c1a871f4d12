import { type InputColumn, MISSING_STRING, MISSING_TIMESTAMP } from '../../../shared/model/signature.ts';
import type { ColumnValues } from '../duckdb/read-columns.ts';

/** A raw value as the JSON that a request carries; null where it is missing. */
export function rawJson(input: InputColumn, column: ColumnValues, row: number): unknown {
  switch (column.kind) {
    case 'number': {
      const value = column.values[row] as number;
      if (Number.isNaN(value)) return null;
      return input.type === 'bool' ? value !== 0 : value;
    }
    case 'timestamp': {
      const micros = column.values[row] as bigint;
      return micros === MISSING_TIMESTAMP ? null : isoTime(micros);
    }
    case 'string': {
      const value = column.values[row] as string;
      return value === MISSING_STRING ? null : value;
    }
    case 'tensor': {
      const values = column.values.subarray(row * column.size, (row + 1) * column.size);
      return Array.from(values, (value) => (Number.isNaN(value) ? null : value));
    }
  }
}

function isoTime(micros: bigint): string {
  const second = 1_000_000n;
  const fraction = ((micros % second) + second) % second;
  const whole = new Date(Number((micros - fraction) / 1000n)).toISOString().slice(0, -'.000Z'.length);
  return `${whole}.${String(fraction).padStart(6, '0')}Z`;
}
