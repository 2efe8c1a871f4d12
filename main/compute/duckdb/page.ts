import type { Json } from '@duckdb/node-api';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { TablePage } from '../../../shared/rpc/engine-contract.ts';
import type { Column } from '../../../shared/table/schema.ts';
import { nearMisses } from '../../../shared/text/near-misses.ts';
import { type DuckDbOptions, withDuckDb } from './connection.ts';
import { duckDbError } from './duckdb-error.ts';
import { numberedParquetRelation } from './numbered-relation.ts';
import { quoteIdentifier, quoteLiteral, quotePath } from './quote.ts';
import { mostOrderedRows, type RowOrders } from './row-order.ts';

export interface PageRequest {
  /** First row, from 0, in the filtered and sorted table. */
  offset: number;
  limit: number;
  sort?: { column: string; descending: boolean } | undefined;
  /** Rows whose cells, as text, contain all of these; case is ignored. */
  filter?: readonly { column: string; contains: string }[] | undefined;
}

export interface PageOptions extends DuckDbOptions {
  /** Where orders of tables are kept between pages. */
  orders?: RowOrders;
}

/** First rows of an order: found without sorting the rest. */
const topRows = 2000;

/**
 * Rows of a table artifact's Parquet file, as JSON. Sorting puts missing values last and keeps file order among equals.
 * Errors: `data.column-missing`, `data.unreadable`, `run.cancelled`.
 */
export async function readTablePage(
  path: string,
  columns: readonly Column[],
  request: PageRequest,
  { orders, ...options }: PageOptions = {},
): Promise<TablePage> {
  const { relation, ordinal } = numberedParquetRelation(path, columns);
  const filters = (request.filter ?? []).map(({ column, contains }) =>
    condition(columnNamed(columns, column), contains),
  );
  const where = filters.length === 0 ? '' : ` WHERE ${filters.join(' AND ')}`;
  const { sort } = request;
  const key =
    sort === undefined
      ? ''
      : `${quoteIdentifier(columnNamed(columns, sort.column).name)} ${sort.descending ? 'DESC' : 'ASC'} NULLS LAST, `;
  const items = columns.map((column, index) => `${cellExpression(column)} AS c${index}`);
  return withDuckDb(options, async (db) => {
    try {
      const [counted] = await db.rows(
        filters.length === 0
          ? `SELECT CAST(num_rows AS VARCHAR) AS n FROM parquet_file_metadata(${quotePath(path)})`
          : `SELECT CAST(count(*) AS VARCHAR) AS n FROM ${relation}${where}`,
      );
      const total = Number(counted?.['n'] ?? 0);
      const { offset, limit } = request;
      const page = (rows: readonly Record<string, Json>[]): TablePage => ({
        columns: [...columns],
        rows: rows.map((row) => columns.map((column, index) => cell(column, row[`c${index}`] ?? null))),
        offset,
        total,
      });
      if (sort === undefined && filters.length === 0) {
        const span = `${ordinal} >= ${offset} AND ${ordinal} < ${offset + limit}`;
        return page(await db.rows(`SELECT ${items.join(', ')} FROM ${relation} WHERE ${span} ORDER BY ${ordinal}`));
      }
      if (orders === undefined || offset + limit <= topRows || total > mostOrderedRows) {
        return page(
          await db.rows(
            `SELECT ${items.join(', ')} FROM (SELECT * FROM ${relation}${where}
             ORDER BY ${key}${ordinal} LIMIT ${limit} OFFSET ${offset})`,
          ),
        );
      }
      const query = `SELECT ${ordinal} FROM ${relation}${where} ORDER BY ${key}${ordinal}`;
      const order = await orders.get(query, query, options);
      const wanted = [...order.subarray(offset, offset + limit)];
      if (wanted.length === 0) return page([]);
      const places = new Map(wanted.map((row, at) => [row, at]));
      const rows = await db.rows(
        `SELECT CAST(${ordinal} AS DOUBLE) AS "the row", ${items.join(', ')} FROM ${relation}
         WHERE ${ordinal} BETWEEN ${Math.min(...wanted)} AND ${Math.max(...wanted)} AND ${ordinal} IN (${wanted.join(', ')})`,
      );
      const placeOf = (row: Record<string, Json>) => places.get(Number(row['the row'])) ?? 0;
      return page(rows.toSorted((a, b) => placeOf(a) - placeOf(b)));
    } catch (error) {
      throw duckDbError(error, { code: 'data.unreadable', doing: 'The table cannot be read' });
    }
  });
}

function columnNamed(columns: readonly Column[], name: string): Column {
  const found = columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  const near = nearMisses(
    name,
    columns.map((column) => column.name),
  );
  throw new AppError('data.column-missing', `The table has no column “${name}”.`, {
    fix: near.length === 0 ? 'Choose a column of the table.' : `Did you mean ${near.join(' or ')}?`,
  });
}

function condition(column: Column, text: string): string {
  const shown = `CAST(${cellExpression(column)} AS VARCHAR)`;
  return `contains(lower(${shown}), lower(${quoteLiteral(text)}))`;
}

/** SQL of a cell in a form that needs no more than `cell` to be JSON. */
export function cellExpression(column: Column): string {
  const name = quoteIdentifier(column.name);
  if (column.sqlType === 'DATE') return `CAST(${name} AS VARCHAR)`;
  if (column.type === 'timestamp') return `replace(CAST(CAST(${name} AS TIMESTAMP) AS VARCHAR), ' ', 'T')`;
  if (column.type === 'float64') return `CAST(${name} AS DOUBLE)`;
  if (column.type === 'string') return `CAST(${name} AS VARCHAR)`;
  return name;
}

/** A cell as JSON: int64 beyond 2^53, NaN and infinities as text; timestamps as ISO 8601 in UTC. */
export function cell(column: Column, value: Json): Json {
  if (value === null) return null;
  if (column.type === 'int64') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (column.type === 'timestamp' && column.sqlType !== 'DATE') return `${String(value)}Z`;
  return value;
}
