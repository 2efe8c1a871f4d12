import { AppError } from '../../shared/errors/app-error.ts';
import type { Cell, CellColumn } from '../compute/duckdb/read-cells.ts';
import { parseTimestampMicros } from '../compute/onnx/parse-timestamp.ts';

const largestInt64 = 2n ** 63n - 1n;
const specialNumbers: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

/**
 * A JSON value as a cell of a column; `null` is missing. int64 takes whole numbers (bigint where a double cannot hold
 * them), float64 also "NaN", "Infinity" and "-Infinity", timestamps ISO 8601 text (UTC unless it carries an offset) or
 * milliseconds since the epoch. Nothing else is converted: the text "1" is no number. `where` names the place in a
 * message. Errors: `request.invalid`.
 */
export function readCell(value: unknown, column: CellColumn, where: string): Cell {
  if (value === null) return null;
  switch (column.type) {
    case 'bool':
      if (typeof value === 'boolean') return value;
      throw unexpected(value, where, 'true or false');
    case 'int64':
      return readInteger(value, where);
    case 'float64': {
      if (typeof value === 'number') return value;
      if (typeof value === 'bigint') return Number(value);
      const special = specialNumbers.get(value);
      if (special !== undefined) return special;
      throw unexpected(value, where, 'a number');
    }
    case 'string':
      if (typeof value === 'string') return value;
      throw unexpected(value, where, 'text');
    case 'timestamp':
      return readTime(value, where);
    case 'tensor':
      return readTensor(value, column.size ?? 1, where);
  }
}

function readInteger(value: unknown, where: string): bigint {
  const whole = typeof value === 'bigint' ? value : Number.isSafeInteger(value) ? BigInt(value as number) : undefined;
  if (whole === undefined || whole > largestInt64 || whole < -largestInt64 - 1n) {
    throw unexpected(value, where, 'a whole number');
  }
  return whole;
}

function readTime(value: unknown, where: string): bigint {
  if (typeof value === 'string') {
    const micros = parseTimestampMicros(value);
    if (micros !== undefined) return micros;
  }
  if (typeof value === 'number' && Math.abs(value) <= 8.64e15) {
    const millis = Math.floor(value);
    return BigInt(millis) * 1000n + BigInt(Math.round((value - millis) * 1000));
  }
  throw unexpected(value, where, 'an ISO 8601 time like "2001-05-01T14:30:00Z", or milliseconds since 1970');
}

function readTensor(value: unknown, size: number, where: string): Float32Array {
  if (!Array.isArray(value) || value.length !== size) throw unexpected(value, where, `a list of ${size} numbers`);
  return Float32Array.from(value, (element: unknown) => {
    if (element === null) return Number.NaN;
    if (typeof element !== 'number') throw unexpected(element, where, `a list of ${size} numbers`);
    return element;
  });
}

function unexpected(value: unknown, where: string, expected: string): AppError {
  return new AppError('request.invalid', `${where}: expected ${expected}, got ${described(value)}.`);
}

function described(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'string') return `the text ${JSON.stringify(value.slice(0, 80))}`;
  if (typeof value === 'object') return 'an object';
  return String(value);
}

/** A cell as JSON text, as `readCell` reads it; 64-bit integers keep all their digits. */
export function cellJson(cell: Cell, type: CellColumn['type']): string {
  if (cell === null) return 'null';
  if (typeof cell === 'bigint') return type === 'timestamp' ? JSON.stringify(isoTime(cell)) : String(cell);
  if (typeof cell === 'number') return numberJson(cell);
  if (cell instanceof Float32Array)
    return `[${Array.from(cell, (value) => (Number.isNaN(value) ? 'null' : numberJson(value))).join()}]`;
  return JSON.stringify(cell);
}

function numberJson(value: number): string {
  return Number.isFinite(value) ? String(value) : JSON.stringify(String(value));
}

/** ISO 8601 in UTC with as many digits as needed; the number itself beyond the years a Date can hold. */
export function isoTime(micros: bigint): string {
  const rest = ((micros % 1000n) + 1000n) % 1000n;
  const date = new Date(Number((micros - rest) / 1000n));
  if (Number.isNaN(date.getTime())) return String(micros);
  const text = date.toISOString();
  return rest === 0n ? text.replace('.000Z', 'Z') : text.replace('Z', `${String(rest).padStart(3, '0')}Z`);
}
