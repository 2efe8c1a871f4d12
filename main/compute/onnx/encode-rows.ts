import { Tensor } from 'onnxruntime-common';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type InputColumn, MISSING_STRING, MISSING_TIMESTAMP } from '../../../shared/model/signature.ts';
import { nearMisses } from '../../../shared/text/near-misses.ts';
import { parseTimestampMicros } from './parse-timestamp.ts';

/**
 * JSON rows as the raw inputs of a model: the one encoder of requests, playground and parity gate.
 * `null` or an absent field is a missing value. `bool` takes true, false, 1, 0; `int64` whole numbers; `float64`
 * numbers; `timestamp` ISO 8601 text (UTC unless it carries an offset) or milliseconds since the epoch; `string` text;
 * `tensor` a list of `size` numbers, `null` for a missing element. Text is never read as a number. Fields that are not
 * inputs are ignored, unless they look like a misspelt input that is absent.
 * Throws `request.invalid` naming row (from 0), column, what was expected and what came.
 */
export function encodeRows(
  rows: readonly Record<string, unknown>[],
  columns: readonly InputColumn[],
): Record<string, Tensor> {
  if (rows.length === 0) {
    throw new AppError('request.invalid', 'The request has no rows.', { fix: 'Send at least one row.' });
  }
  rows.forEach((row, index) => {
    requireRow(row, index, columns);
  });
  const feeds: Record<string, Tensor> = {};
  for (const column of columns) feeds[column.name] = encodeColumn(rows, column);
  return feeds;
}

function requireRow(row: unknown, index: number, columns: readonly InputColumn[]): void {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    throw new AppError('request.invalid', `Row ${index}: expected an object of column values, got ${describe(row)}.`, {
      fix: `Send rows like {${columns
        .slice(0, 2)
        .map((column) => `"${column.name}": …`)
        .join(', ')}}.`,
      details: { row: index },
    });
  }
  const names = Object.keys(row);
  const absent = columns.filter((column) => !Object.hasOwn(row, column.name));
  if (absent.length === 0) return;
  const known = new Set(columns.map((column) => column.name));
  const extra = names.filter((name) => !known.has(name));
  for (const { name } of absent) {
    const meant = nearMisses(name, extra, 1)[0];
    if (meant === undefined || !isTypo(name, meant)) continue;
    throw new AppError('request.invalid', `Row ${index} has no column “${name}”, but has “${meant}”.`, {
      fix: `Rename “${meant}” to “${name}”, or send "${name}": null if it is missing.`,
      details: { row: index, column: name },
    });
  }
  if (absent.length === columns.length) {
    throw new AppError('request.invalid', `Row ${index} has none of the model's columns.`, {
      fix: `Send at least one of ${columns.map((column) => `“${column.name}”`).join(', ')}.`,
      details: { row: index },
    });
  }
}

/** Names that differ in case, in separators or by one letter (not a digit) of a name of five or more. */
function isTypo(name: string, other: string): boolean {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[_\s-]/g, '');
  if (plain(name) === plain(other)) return true;
  const letters = (text: string) => text.replaceAll(/\d/g, '');
  if (letters(name) === letters(other)) return false;
  return Math.min(name.length, other.length) >= 5 && Math.abs(name.length - other.length) <= 1 && oneEdit(name, other);
}

function oneEdit(a: string, b: string): boolean {
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const left = Math.max(a.length, b.length) - start - end;
  // Two letters in a row may also have changed places.
  return left <= 1 || (left === 2 && a.length === b.length && a[start] === b[start + 1] && a[start + 1] === b[start]);
}

function encodeColumn(rows: readonly Record<string, unknown>[], column: InputColumn): Tensor {
  const { name } = column;
  const shape = [rows.length, column.size ?? 1];
  switch (column.type) {
    case 'bool':
    case 'int64':
    case 'float64': {
      const values = new Float64Array(rows.length);
      rows.forEach((row, index) => {
        values[index] = encodeNumber(row[name], column, index);
      });
      return new Tensor('float64', values, shape);
    }
    case 'timestamp': {
      const values = new BigInt64Array(rows.length);
      rows.forEach((row, index) => {
        values[index] = encodeTimestamp(row[name], column, index);
      });
      return new Tensor('int64', values, shape);
    }
    case 'string':
      return new Tensor(
        'string',
        rows.map((row, index) => encodeString(row[name], column, index)),
        shape,
      );
    case 'tensor': {
      const size = column.size ?? 1;
      const values = new Float32Array(rows.length * size);
      rows.forEach((row, index) => {
        encodeTensor(row[name], column, index, values.subarray(index * size, (index + 1) * size));
      });
      return new Tensor('float32', values, shape);
    }
  }
}

function encodeNumber(value: unknown, column: InputColumn, row: number): number {
  if (value === null || value === undefined) return Number.NaN;
  if (column.type === 'bool') {
    if (value === true || value === 1) return 1;
    if (value === false || value === 0) return 0;
    throw unexpected(value, column, row, 'true or false');
  }
  const whole = column.type === 'int64';
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'number' || (whole && Number.isFinite(value) && !Number.isInteger(value))) {
    throw unexpected(value, column, row, whole ? 'a whole number' : 'a number');
  }
  return value;
}

function encodeTimestamp(value: unknown, column: InputColumn, row: number): bigint {
  if (value === null || value === undefined) return MISSING_TIMESTAMP;
  const micros =
    typeof value === 'number'
      ? microsOfMillis(value)
      : typeof value === 'string'
        ? parseTimestampMicros(value)
        : undefined;
  if (micros === undefined) {
    throw unexpected(value, column, row, 'an ISO 8601 time like "2001-05-01T14:30:00Z", or milliseconds since 1970');
  }
  return micros;
}

/** undefined beyond the years that a `Date` can hold. */
function microsOfMillis(millis: number): bigint | undefined {
  if (!(Math.abs(millis) <= 8.64e15)) return undefined;
  const whole = Math.floor(millis);
  return BigInt(whole) * 1000n + BigInt(Math.round((millis - whole) * 1000));
}

function encodeString(value: unknown, column: InputColumn, row: number): string {
  if (value === null || value === undefined) return MISSING_STRING;
  if (typeof value !== 'string') throw unexpected(value, column, row, 'text');
  return value;
}

function encodeTensor(value: unknown, column: InputColumn, row: number, target: Float32Array): void {
  if (value === null || value === undefined) {
    target.fill(Number.NaN);
    return;
  }
  const list = ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value;
  if (!Array.isArray(list)) throw unexpected(value, column, row, `a list of ${target.length} numbers`);
  if (list.length !== target.length) {
    throw new AppError(
      'request.invalid',
      `Row ${row}, column “${column.name}”: expected ${target.length} numbers, got ${list.length}.`,
      { fix: `Send exactly ${target.length} numbers.`, details: { row, column: column.name } },
    );
  }
  list.forEach((element: unknown, index) => {
    if (element !== null && typeof element !== 'number') {
      throw unexpected(element, column, row, `a number at position ${index}`);
    }
    target[index] = element ?? Number.NaN;
  });
}

function unexpected(value: unknown, column: InputColumn, row: number, expected: string): AppError {
  return new AppError(
    'request.invalid',
    `Row ${row}, column “${column.name}”: expected ${expected}, got ${describe(value)}.`,
    {
      fix:
        typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))
          ? 'Send the number without quotes.'
          : 'Send null for a missing value.',
      details: { row, column: column.name },
    },
  );
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string')
    return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') {
    return `${typeof value} ${value}`;
  }
  return typeof value;
}
