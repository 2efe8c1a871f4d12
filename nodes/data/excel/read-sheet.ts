import { open } from 'node:fs/promises';
import readWorkbook from 'read-excel-file/node';
import { AppError } from '../../../shared/errors/app-error.ts';
import { nearMisses } from '../../../shared/text/near-misses.ts';

export type Cell = string | number | boolean | Date | null;

const mostPackedBytes = 100 * 2 ** 20;
const mostUnpackedBytes = 2 ** 30;
/** Longest end of a zip file: its last record with the longest comment. */
const longestEnd = 65_557;

/** Rows of a sheet, top to bottom. Errors: `data.unreadable`. */
export async function readSheetRows(path: string, name: string, sheet: string): Promise<Cell[][]> {
  await requireSmall(path, name);
  let sheets: { sheet: string; data: unknown[][] }[];
  try {
    sheets = await readWorkbook(path);
  } catch (cause) {
    throw unreadable(name, cause instanceof Error ? cause.message : String(cause), cause);
  }
  const found = sheet === '' ? sheets[0] : sheets.find((one) => one.sheet.toLowerCase() === sheet.toLowerCase());
  if (found !== undefined) return found.data as Cell[][];
  const names = sheets.map((one) => one.sheet);
  const near = nearMisses(sheet, names);
  throw new AppError('data.unreadable', `${name} has no sheet “${sheet}”.`, {
    fix: near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `It has ${names.join(', ')}.`,
    details: { field: 'sheet' },
  });
}

/** A range such as `B3:F200`, as places from 0; the end is open where it is not said. */
export function cutRange(rows: readonly Cell[][], range: string): Cell[][] {
  const match = /^([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?$/.exec(range.toUpperCase());
  if (match === null) return rows.map((row) => [...row]);
  const [, left = 'A', top = '1', right, bottom] = match;
  const lastRow = bottom === undefined ? undefined : Number(bottom);
  const lastColumn = right === undefined ? undefined : columnNumber(right) + 1;
  return rows.slice(Number(top) - 1, lastRow).map((row) => row.slice(columnNumber(left), lastColumn));
}

/** A → 0, Z → 25, AA → 26. */
function columnNumber(letters: string): number {
  return letters.split('').reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/** 0 → A. */
export function columnLetters(at: number): string {
  const rest = Math.floor(at / 26);
  return `${rest > 0 ? columnLetters(rest - 1) : ''}${String.fromCharCode(65 + (at % 26))}`;
}

/** Adds up what the files inside say they unpack to, before anything is unpacked. */
async function requireSmall(path: string, name: string): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > mostPackedBytes) throw tooLarge(name);
    const length = Math.min(size, longestEnd);
    const { buffer: end } = await file.read({ buffer: Buffer.alloc(length), position: size - length });
    const at = end.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
    if (at === -1 || at + 22 > length) throw unreadable(name, 'it is not a zip file');
    const directoryBytes = end.readUInt32LE(at + 12);
    const directoryAt = end.readUInt32LE(at + 16);
    if (directoryAt + directoryBytes > size) throw unreadable(name, 'it was cut short');
    const { buffer } = await file.read({ buffer: Buffer.alloc(directoryBytes), position: directoryAt });
    let unpacked = 0;
    for (let place = 0; place + 46 <= buffer.length && buffer.readUInt32LE(place) === 0x02014b50; ) {
      unpacked += buffer.readUInt32LE(place + 24);
      place += 46 + buffer.readUInt16LE(place + 28) + buffer.readUInt16LE(place + 30) + buffer.readUInt16LE(place + 32);
    }
    if (unpacked > mostUnpackedBytes) throw tooLarge(name);
  } finally {
    await file.close();
  }
}

function tooLarge(name: string): AppError {
  return new AppError('data.unreadable', `${name} is larger than 100 MiB, or 1 GiB unpacked.`, {
    fix: 'Save the sheet as CSV.',
  });
}

function unreadable(name: string, text: string, cause?: unknown): AppError {
  return new AppError('data.unreadable', `${name} is no workbook that can be read: ${text}.`, {
    fix: 'Open it in a spreadsheet and save it as .xlsx.',
    cause,
  });
}
