import type { InputColumn } from '../../shared/model/signature.ts';
import type { FormValues } from './form-values.ts';

/** More is no row that somebody copied. */
const maxLength = 100_000;

/**
 * The values in pasted text for the columns of a form: the first row of CSV with a header (commas, semicolons or tabs, as
 * spreadsheets copy them), or a JSON object. Undefined for any other text, which is then pasted as usual.
 */
export function pastedRow(text: string, inputs: readonly InputColumn[]): FormValues | undefined {
  if (text.length > maxLength) return undefined;
  const given = text.trimStart().startsWith('{') ? fromJson(text) : fromCsv(text);
  const found = inputs.flatMap(({ name, type }) => {
    const value = given?.get(name);
    return value === undefined || type === 'tensor' ? [] : [[name, valueOf(value, type)] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function fromJson(text: string): Map<string, unknown> | undefined {
  try {
    return new Map(Object.entries(JSON.parse(text) as Record<string, unknown>));
  } catch {
    return undefined;
  }
}

function fromCsv(text: string): Map<string, unknown> | undefined {
  const [head, row] = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (head === undefined || row === undefined) return undefined;
  const separator = ['\t', ';', ','].find((candidate) => head.includes(candidate)) ?? ',';
  const values = cellsOf(row, separator);
  return new Map(cellsOf(head, separator).map((name, i) => [name.trim(), values[i]]));
}

function cellsOf(line: string, separator: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const char = line[i] as string;
    if (char === '"' && quoted && line[i + 1] === '"') {
      cell += '"';
      i++;
    } else if (char === '"' && (quoted || cell === '')) quoted = !quoted;
    else if (char === separator && !quoted) {
      cells.push(cell);
      cell = '';
    } else cell += char;
  }
  return [...cells, cell];
}

/** A cell as the form keeps it; what does not fit its type stays text, which the form then marks. */
function valueOf(value: unknown, type: InputColumn['type']): unknown {
  if (typeof value !== 'string') return value;
  const text = value.trim();
  if (text === '') return null;
  if (type === 'bool' && /^(true|false|1|0|yes|no)$/i.test(text)) return /^(true|1|yes)$/i.test(text);
  if (type !== 'float64' && type !== 'int64') return value;
  const number = Number(text);
  return Number.isNaN(number) ? value : number;
}
