import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { AppError } from '../../../shared/errors/app-error.ts';

const headBytes = 65_536;
const delimiters = [',', ';', '\t', '|'] as const;

export type CsvEncoding = 'utf-8' | 'utf-16' | 'latin-1';

/** The start of a text file, to look at its header before DuckDB reads it. */
export interface CsvHead {
  encoding: CsvEncoding;
  /** First lines, without byte order mark; a quoted line break stays inside its line. */
  lines: string[];
}

/** Reads at most 64 KiB, unpacked; the encoding is that given, or from the byte order mark, or UTF-8. */
export async function readCsvHead(path: string, encoding: CsvEncoding | 'auto', quote: string): Promise<CsvHead> {
  const bytes = await firstBytes(path);
  const known = encoding === 'auto' ? encodingOf(bytes) : encoding;
  const label = known === 'latin-1' ? 'latin1' : known;
  if (bytes[0] === 0xfe && bytes[1] === 0xff) throw bigEndianError(path);
  const text = new TextDecoder(label).decode(bytes);
  const lines = splitLines(text, quote);
  if (bytes.length === headBytes && lines.length > 1) lines.pop();
  return { encoding: known, lines };
}

/** DuckDB reads the other byte order only, and would find no rows. */
function bigEndianError(path: string): AppError {
  return new AppError(
    'data.unreadable',
    `${basename(path)} is UTF-16 text with the high byte first, which is not read.`,
    {
      fix: 'Save the file as UTF-8.',
    },
  );
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const file = createReadStream(path);
  const unpacked = /\.gz$/i.test(path)
    ? file.pipe(createGunzip())
    : /\.zst$/i.test(path)
      ? file.pipe(createZstdDecompress())
      : file;
  file.on('error', (error) => unpacked.destroy(error));
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of unpacked) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size >= headBytes) break;
    }
  } finally {
    file.destroy();
  }
  return Buffer.concat(chunks).subarray(0, headBytes);
}

function encodingOf(bytes: Uint8Array): CsvEncoding {
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return utf16 ? 'utf-16' : 'utf-8';
}

function splitLines(text: string, quote: string): string[] {
  const lines: string[] = [];
  let line = '';
  let quoted = false;
  for (const character of text) {
    if (character === quote) quoted = !quoted;
    if (character === '\n' && !quoted) {
      lines.push(line.replace(/\r$/, ''));
      line = '';
    } else {
      line += character;
    }
  }
  if (line !== '') lines.push(line.replace(/\r$/, ''));
  return lines;
}

/** Fields of one line; quotes are removed and doubled quotes undone. */
export function splitFields(line: string, delimiter: string, quote: string): string[] {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (character === quote) {
      if (quoted && line[at + 1] === quote) field += line[++at];
      else quoted = !quoted;
    } else if (line.startsWith(delimiter, at) && !quoted) {
      fields.push(field);
      field = '';
      at += delimiter.length - 1;
    } else {
      field += character;
    }
  }
  fields.push(field);
  return fields;
}

/** The usual delimiter that splits the header into the most fields, if one splits it at all. */
export function likelyDelimiter(header: string, quote: string): string | undefined {
  let best: string | undefined;
  let most = 1;
  for (const delimiter of delimiters) {
    const count = splitFields(header, delimiter, quote).length;
    if (count > most) {
      most = count;
      best = delimiter;
    }
  }
  return best;
}

/** How a delimiter is written in messages. */
export function delimiterName(delimiter: string): string {
  if (delimiter === '\t') return 'tab';
  if (delimiter === ';') return 'semicolon (;)';
  if (delimiter === ',') return 'comma (,)';
  return delimiter === '|' ? 'bar (|)' : `“${delimiter}”`;
}
