import { existsSync, readFileSync } from 'node:fs';
import { quoteIdentifier, quoteLiteral } from '../../compute/duckdb/quote.ts';
import { timingParts } from '../request-timing.ts';
import { type LogColumn, sqlTypeOf } from './log-columns.ts';

/** The columns of a file of lines, beside it: needed to read it after a crash. */
export function columnsPath(path: string): string {
  return path.replace(/\.ndjson$/, '.columns.json');
}

/** FROM item over the complete lines of a file that is still written to; undefined once it has gone. */
export function loggedLines(path: string): string | undefined {
  if (!existsSync(path) || !existsSync(columnsPath(path))) return undefined;
  const columns = JSON.parse(readFileSync(columnsPath(path), 'utf8')) as LogColumn[];
  return `read_json(${quoteLiteral(path)}, format = 'newline_delimited', ignore_errors = true, columns = ${structLiteral(columns)})`;
}

/** DuckDB type of where the time of a request went, in ms, and of the rows of its run. */
export const timingType = `STRUCT(${[...timingParts.map((name) => `${name} FLOAT`), 'batch INTEGER'].join(', ')})`;

/** `columns` of DuckDB's read_json: time, id, row, timing, features, and the structs input and output. */
export function structLiteral(columns: readonly LogColumn[]): string {
  const fields = ["time: 'TIMESTAMP'", "id: 'VARCHAR'", "row: 'BIGINT'", `timing: ${quoteLiteral(timingType)}`];
  fields.push("features: 'VARCHAR'");
  for (const side of ['input', 'output'] as const) {
    const own = columns.filter((column) => column.side === side);
    if (own.length === 0) continue;
    const struct = own.map((column) => `${quoteIdentifier(column.name)} ${sqlTypeOf(column)}`).join(', ');
    fields.push(`${side}: ${quoteLiteral(`STRUCT(${struct})`)}`);
  }
  return `{${fields.join(', ')}}`;
}
