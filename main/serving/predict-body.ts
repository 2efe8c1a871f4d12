import { AppError } from '../../shared/errors/app-error.ts';
import { type InputColumn, intervalOutputs } from '../../shared/model/signature.ts';
import { parseCsv } from './csv-text.ts';
import { isRecord } from './is-record.ts';
import { parseJsonBody } from './json-body.ts';
import type { Prediction } from './predict-rows.ts';
import { readRequestId } from './request-id.ts';

/** How rows come and predictions go: one JSON object, a line of JSON per row, or CSV with a header line. */
export type RowFormat = 'json' | 'ndjson' | 'csv';

export interface PredictRequest {
  id: string | undefined;
  rows: Record<string, unknown>[];
}

/** Most rows of one predict request. */
const maxRows = 100_000;

const formats: readonly [string, RowFormat][] = [
  ['application/json', 'json'],
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
  ['text/csv', 'csv'],
];

export const contentTypes: Readonly<Record<RowFormat, string>> = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8',
};

/** The format of a request; JSON without a type, and for the form type that curl sends unasked. Errors: `request.encoding`. */
export function requestFormat(contentType: string | undefined): RowFormat {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === '' || type === 'application/x-www-form-urlencoded' || type === 'text/plain') return 'json';
  const found = formats.find(([name]) => name === type)?.[1];
  if (found !== undefined) return found;
  throw new AppError('request.encoding', `Content-Type "${type.slice(0, 60)}" is not taken.`, {
    fix: 'Send application/json, application/x-ndjson or text/csv.',
  });
}

/** The format of the answer: the first that `Accept` lists, else that of the request. */
export function answerFormat(accept: string | undefined, request: RowFormat): RowFormat {
  for (const part of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    if (parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) continue;
    const found = formats.find(([name]) => name === type)?.[1];
    if (found !== undefined) return found;
  }
  return request;
}

/** Rows of a predict request. Errors: `request.invalid`, `request.too-large`. */
export function readPredictBody(body: Buffer, format: RowFormat, columns: readonly InputColumn[]): PredictRequest {
  switch (format) {
    case 'json':
      return jsonRequest(parseJsonBody(body, () => false));
    case 'ndjson':
      return { id: undefined, rows: limited(lineRows(body)) };
    case 'csv':
      return { id: undefined, rows: csvRows(body, columns) };
  }
}

function jsonRequest(body: unknown): PredictRequest {
  if (!isRecord(body) || !Array.isArray(body['rows'])) {
    throw new AppError('request.invalid', 'The request has no list "rows".', {
      fix: 'Send {"rows": [{"COLUMN": value, …}]}.',
    });
  }
  // Each row is checked where it is encoded.
  return { id: readRequestId(body['id']), rows: limited(body['rows'] as Record<string, unknown>[]) };
}

function limited<T>(rows: T[]): T[] {
  if (rows.length <= maxRows) return rows;
  throw new AppError('request.too-large', `The request has ${rows.length} rows; at most ${maxRows} are taken.`, {
    fix: 'Send several requests, or score a whole file with `slipway score`.',
  });
}

function lineRows(body: Buffer): Record<string, unknown>[] {
  const rows: Record<string, unknown>[] = [];
  for (let from = 0, line = 1; from < body.length; line++) {
    const at = body.indexOf(0x0a, from);
    const end = at === -1 ? body.length : at;
    const bytes = body.subarray(from, end);
    from = end + 1;
    if (bytes.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09)) continue;
    let row: unknown;
    try {
      row = parseJsonBody(bytes, () => false);
    } catch (cause) {
      throw new AppError('request.invalid', `Line ${line}: ${cause instanceof Error ? cause.message : 'unreadable'}`, {
        fix: 'Send one JSON object per line.',
        cause,
      });
    }
    rows.push(row as Record<string, unknown>);
  }
  return rows;
}

/** Cells by the columns of the header line, as their column's type has them; an empty cell is a missing value. */
function csvRows(body: Buffer, columns: readonly InputColumn[]): Record<string, unknown>[] {
  const [header, ...lines] = parseCsv(body.toString('utf8'), maxRows + 1);
  if (header === undefined) throw new AppError('request.invalid', 'The CSV has no header line.');
  const duplicate = header.find((name, i) => header.indexOf(name) !== i);
  if (duplicate !== undefined) {
    throw new AppError('request.invalid', `The header line of the CSV names “${duplicate}” twice.`);
  }
  const types = new Map(columns.map((column) => [column.name, column]));
  return lines.map((cells, row) => {
    if (cells.length !== header.length) {
      throw new AppError(
        'request.invalid',
        `Row ${row} of the CSV has ${cells.length} cells; its header line has ${header.length}.`,
      );
    }
    // Null prototype: a column may be called anything.
    const values: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    header.forEach((name, i) => {
      const column = types.get(name);
      values[name] = column === undefined ? cells[i] : cellValue(cells[i] as string, column);
    });
    return values;
  });
}

/** A cell as the JSON value its column takes; text that is none stays text, which the encoder then names. */
function cellValue(cell: string, column: InputColumn): unknown {
  if (cell === '') return null;
  switch (column.type) {
    case 'int64':
    case 'float64': {
      const number = Number(cell);
      return Number.isNaN(number) || cell.trim() === '' ? cell : number;
    }
    case 'bool': {
      const text = cell.toLowerCase();
      if (text === 'true' || text === '1') return true;
      return text === 'false' || text === '0' ? false : cell;
    }
    case 'tensor':
      try {
        return JSON.parse(cell) as unknown;
      } catch {
        return cell;
      }
    case 'timestamp':
    case 'string':
      return cell;
  }
}

/** Predictions as a body of the format; CSV has `label` and a `score.CLASS` per class, or `value` (with `lower` and `upper`). */
export function writePredictions(
  format: RowFormat,
  predictions: readonly Prediction[],
  about: { model_name: string; model_version: string; id: string },
): string {
  const plain = predictions.map(({ label, value, scores, interval }) =>
    label === null ? { value, ...interval } : { label, scores },
  );
  switch (format) {
    case 'json':
      return JSON.stringify({ predictions: plain, ...about });
    case 'ndjson':
      return plain.map((prediction) => `${JSON.stringify(prediction)}\n`).join('');
    case 'csv': {
      const [first] = predictions;
      if (first === undefined) return '';
      if (first.label === null) {
        const bounds = first.interval === undefined ? [] : intervalOutputs;
        const rows = predictions.map(({ value, interval }) => [value, ...bounds.map((bound) => interval?.[bound])]);
        return [['value', ...bounds], ...rows].map((cells) => `${cells.join()}\n`).join('');
      }
      const header = ['label', ...first.scores.map(({ label }) => `score.${label}`)];
      const lines = predictions.map(({ label, scores }) => [label ?? '', ...scores.map(({ score }) => score)]);
      return [header, ...lines].map((cells) => `${cells.map((cell) => csvCell(String(cell))).join()}\n`).join('');
    }
  }
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
