import { AppError } from '../../../shared/errors/app-error.ts';
import type { DuckDb } from './connection.ts';
import { type CsvEncoding, delimiterName, likelyDelimiter, readCsvHead, splitFields } from './csv-head.ts';
import type { FileSource, FileSourceOptions, SourceWarning } from './file-source-options.ts';
import { quoteIdentifier, quoteLiteral, quotePath } from './quote.ts';

interface Dialect {
  delimiter: string;
  quote: string;
  escape: string;
  comment: string;
  header: boolean;
  dateFormat: string | undefined;
  timestampFormat: string | undefined;
  columns: { name: string; type: string }[];
}

const defaultQuote = '"';

/**
 * CSV files of one dialect as a query. What DuckDB finds by itself is taken from the first file and then fixed, so that
 * no row is skipped or padded in silence: a row with another number of fields is an error that names its line.
 */
export async function csvSource(
  db: DuckDb,
  paths: readonly [string, ...string[]],
  name: string,
  options: FileSourceOptions,
): Promise<FileSource> {
  const [first] = paths;
  const quote = options.quote ?? defaultQuote;
  const head = await readCsvHead(first, options.encoding, quote);
  const [headerLine] = head.lines;
  if (headerLine === undefined) {
    throw new AppError('data.empty', `${name} is empty.`, { fix: 'Choose a file with a header and rows.' });
  }
  const warnings: SourceWarning[] = [];
  const dialect = await findDialect(db, first, name, headerLine, head.encoding, options);
  if (dialect.header) {
    for (const other of paths.slice(1)) await requireSameHeader(first, other, headerLine, options, quote);
    if (head.lines.length === 1) {
      warnings.push({ field: 'path', message: `${name} has a header but no rows.`, fix: 'Choose a file with rows.' });
    }
    warnings.push(...headerWarnings(splitFields(headerLine, dialect.delimiter, quote), dialect, quote));
  }
  return { query: csvQuery(paths, dialect, head.encoding, options), warnings };
}

async function findDialect(
  db: DuckDb,
  path: string,
  name: string,
  headerLine: string,
  encoding: CsvEncoding,
  options: FileSourceOptions,
): Promise<Dialect> {
  const quote = options.quote ?? defaultQuote;
  const likely = likelyDelimiter(headerLine, quote);
  try {
    const found = await sniff(db, path, encoding, options, options.delimiter);
    if (found.columns.length > 1 || options.delimiter !== undefined || likely === undefined) return found;
  } catch (error) {
    if (isEncodingError(error)) throw encodingError(name, encoding, error);
  }
  const delimiter = options.delimiter ?? likely ?? ',';
  try {
    return await sniff(db, path, encoding, options, delimiter);
  } catch {
    return await explainRaggedRows(db, path, name, headerLine, delimiter, encoding, options);
  }
}

async function sniff(
  db: DuckDb,
  path: string,
  encoding: CsvEncoding,
  options: FileSourceOptions,
  delimiter: string | undefined,
): Promise<Dialect> {
  const settings = [
    'skip = 0',
    `encoding = ${quoteLiteral(encoding)}`,
    `nullstr = [${options.nullValues.map(quoteLiteral).join(', ')}]`,
    ...(delimiter === undefined ? [] : [`delim = ${quoteLiteral(delimiter)}`]),
    ...(options.quote === undefined ? [] : [`quote = ${quoteLiteral(options.quote)}`]),
    ...(options.header === undefined ? [] : [`header = ${options.header}`]),
    ...(options.decimal === ',' ? [`decimal_separator = ','`] : []),
  ];
  const [found] = await db.rows(`SELECT * FROM sniff_csv(${quotePath(path)}, ${settings.join(', ')})`);
  const text = (key: string) => {
    const value = found?.[key];
    return typeof value === 'string' && value !== '(empty)' ? value : undefined;
  };
  const quote = options.quote ?? text('Quote') ?? defaultQuote;
  return {
    delimiter: delimiter ?? text('Delimiter') ?? ',',
    quote,
    escape: text('Escape') ?? quote,
    comment: text('Comment') ?? '',
    header: found?.['HasHeader'] === true,
    dateFormat: text('DateFormat'),
    timestampFormat: text('TimestampFormat'),
    columns: (found?.['Columns'] ?? []) as { name: string; type: string }[],
  };
}

/** DuckDB could not settle on a dialect: reading everything as text names the first line that does not fit. */
async function explainRaggedRows(
  db: DuckDb,
  path: string,
  name: string,
  headerLine: string,
  delimiter: string,
  encoding: CsvEncoding,
  options: FileSourceOptions,
): Promise<never> {
  const quote = options.quote ?? defaultQuote;
  const dialect: Dialect = {
    delimiter,
    quote,
    escape: quote,
    comment: '',
    header: options.header ?? true,
    dateFormat: undefined,
    timestampFormat: undefined,
    columns: splitFields(headerLine, delimiter, quote).map((_, index) => ({ name: `column${index}`, type: 'VARCHAR' })),
  };
  try {
    await db.rows(
      `SELECT count(COLUMNS(*)) FROM (${csvQuery([path], dialect, encoding, { ...options, filename: false })})`,
    );
  } catch (error) {
    throw csvError(error, name, encoding);
  }
  throw new AppError('data.unreadable', `${name} is not a CSV file that can be understood.`, {
    fix: 'Set delimiter, quote, header and encoding by hand.',
  });
}

function csvQuery(
  paths: readonly string[],
  dialect: Dialect,
  encoding: CsvEncoding,
  options: FileSourceOptions,
): string {
  const columns = dialect.columns.map(
    ({ name, type }) => `${quoteLiteral(name)}: ${quoteLiteral(readType(options.types[name]) ?? type)}`,
  );
  const settings = [
    'auto_detect = false',
    `delim = ${quoteLiteral(dialect.delimiter)}`,
    `quote = ${quoteLiteral(dialect.quote)}`,
    `escape = ${quoteLiteral(dialect.escape)}`,
    `comment = ${quoteLiteral(dialect.comment)}`,
    `header = ${dialect.header}`,
    `encoding = ${quoteLiteral(encoding)}`,
    `nullstr = [${options.nullValues.map(quoteLiteral).join(', ')}]`,
    `columns = {${columns.join(', ')}}`,
    ...(dialect.dateFormat === undefined ? [] : [`dateformat = ${quoteLiteral(dialect.dateFormat)}`]),
    ...(dialect.timestampFormat === undefined ? [] : [`timestampformat = ${quoteLiteral(dialect.timestampFormat)}`]),
    ...(options.filename ? ['filename = true'] : []),
    ...(options.decimal === ',' ? [`decimal_separator = ','`] : []),
    `hive_partitioning = ${options.partitions === true}`,
  ];
  const scan = `SELECT * FROM read_csv([${paths.map(quotePath).join(', ')}], ${settings.join(', ')})`;
  const times = dialect.columns
    .filter(({ name }) => options.types[name] === 'TIMESTAMP')
    .map(({ name }) => quoteIdentifier(name));
  if (times.length === 0) return scan;
  return `SELECT * REPLACE (${times.map((time) => `CAST(${time} AS TIMESTAMP) AS ${time}`).join(', ')}) FROM (${scan})`;
}

/** Read as TIMESTAMP, an offset would be left out of account; the zone of the session is UTC. */
function readType(chosen: string | undefined): string | undefined {
  return chosen === 'TIMESTAMP' ? 'TIMESTAMPTZ' : chosen;
}

async function requireSameHeader(
  first: string,
  other: string,
  headerLine: string,
  options: FileSourceOptions,
  quote: string,
): Promise<void> {
  const head = await readCsvHead(other, options.encoding, quote);
  if (head.lines[0] === headerLine) return;
  throw new AppError('data.unreadable', `${other} has another header than ${first}.`, {
    fix: 'Files read together need the same columns in the same order.',
  });
}

function headerWarnings(fields: readonly string[], dialect: Dialect, quote: string): SourceWarning[] {
  const warnings: SourceWarning[] = [];
  const seen = new Map<string, number>();
  for (const field of fields) seen.set(field.toLowerCase(), (seen.get(field.toLowerCase()) ?? 0) + 1);
  for (const [name, count] of seen) {
    if (count < 2) continue;
    const names = dialect.columns
      .filter((_, index) => fields[index]?.toLowerCase() === name)
      .map((column) => column.name);
    warnings.push({
      message: `Column “${name}” occurs ${count} times in the header; the columns are named ${names.join(', ')}.`,
      fix: 'Rename the columns in the file, or select those you need in an SQL step.',
    });
  }
  const only = fields.length === 1 ? fields[0] : undefined;
  const likely = only === undefined ? undefined : likelyDelimiter(only, quote);
  if (only !== undefined && likely !== undefined) {
    warnings.push({
      field: 'delimiter',
      message: `The file has one column, named “${only}”, with delimiter ${delimiterName(dialect.delimiter)}.`,
      fix: `The delimiter is probably ${delimiterName(likely)}: set it, or leave it empty to find it.`,
    });
  }
  return warnings;
}

function isEncodingError(error: unknown): boolean {
  return (
    error instanceof Error && /not utf-?8 encoded|Invalid unicode|encoding/i.test(error.message.split('\n\n')[0] ?? '')
  );
}

function encodingError(name: string, encoding: CsvEncoding, cause: unknown): AppError {
  return new AppError('data.unreadable', `${name} is not ${encoding.toUpperCase()} text.`, {
    fix: 'Set encoding to latin-1 or utf-16, or save the file as UTF-8.',
    cause,
  });
}

/** DuckDB's CSV error in one sentence with its line; other errors as they are. */
export function csvError(error: unknown, name: string, encoding: CsvEncoding | 'auto'): unknown {
  if (!(error instanceof Error)) return error;
  const match = /CSV Error on Line: (\d+)\n(?:Original Line: ([^\n]*)\n)?([^\n]+)/.exec(error.message);
  if (match === null) return error;
  const [, line, text, problem = ''] = match;
  if (/unicode|encoded/i.test(problem)) return encodingError(name, encoding === 'auto' ? 'utf-8' : encoding, error);
  const counts = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(problem);
  if (counts !== null) {
    return new AppError(
      'data.unreadable',
      `${name}, line ${line}: ${counts[2]} fields where ${counts[1]} are expected: ${excerpt(text)}`,
      { fix: 'Repair that line, or check delimiter and quote.', details: { line: Number(line) }, cause: error },
    );
  }
  const conversion = /Error when converting column "(.*)"\. (.*)/.exec(problem);
  if (conversion !== null) {
    return new AppError('data.unreadable', `${name}, line ${line}, column “${conversion[1]}”: ${conversion[2]}.`, {
      fix: `Set the type of “${conversion[1]}” to string, or name the text that stands for missing values.`,
      details: { line: Number(line), column: conversion[1] },
      cause: error,
    });
  }
  return new AppError('data.unreadable', `${name}, line ${line}: ${problem}: ${excerpt(text)}`, {
    fix: 'Repair that line, or check delimiter, quote and encoding.',
    details: { line: Number(line) },
    cause: error,
  });
}

function excerpt(text: string | undefined): string {
  if (text === undefined) return '';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
