import { cell, cellExpression } from '../../../main/compute/duckdb/page.ts';
import { type DuckDb, parquetRelation } from '../../../main/compute/duckdb/connection.ts';
import { quoteIdentifier } from '../../../main/compute/duckdb/quote.ts';
import type { Column } from '../../../shared/table/schema.ts';
import { type Expectation, expectationSchema } from './definition.ts';

/** A text column with at most this many values, each on average in this many rows, is a set. */
const setValues = 20;
const rowsPerSetValue = 10;
const columnsPerQuery = 100;

/**
 * A contract that the table meets: types, columns without missing values, keys, ranges, small sets of texts, and a row
 * count of half to twice the present one.
 */
export async function suggestExpectations(
  db: DuckDb,
  path: string,
  columns: readonly Column[],
  rowCount: number,
): Promise<Expectation[]> {
  const suggested: Expectation[] = [
    expectationSchema.parse({ check: 'rowCount', min: Math.floor(rowCount / 2), max: rowCount * 2 }),
  ];
  const relation = parquetRelation(path, columns);
  for (let from = 0; from < columns.length; from += columnsPerQuery) {
    const part = columns.slice(from, from + columnsPerQuery);
    const items = part.flatMap((column, at) => {
      const name = quoteIdentifier(column.name);
      const counted = `CAST(count(${name}) AS DOUBLE) AS n${at}`;
      if (column.type === 'tensor' || column.type === 'other') return [counted];
      return [
        counted,
        // Exact only where it may matter: for keys and small sets.
        `approx_count_distinct(${name}) AS d${at}`,
        `min(${cellExpression(column)}) AS l${at}`,
        `max(${cellExpression(column)}) AS h${at}`,
      ];
    });
    const [found] = await db.rows(`SELECT ${items.join(', ')} FROM ${relation}`);
    for (const [at, column] of part.entries()) {
      const present = Number(found?.[`n${at}`]);
      const bounds = [cell(column, found?.[`l${at}`] ?? null), cell(column, found?.[`h${at}`] ?? null)];
      suggested.push(
        ...(await columnExpectations(db, relation, column, {
          rowCount,
          present,
          distinct: Number(found?.[`d${at}`] ?? 0),
          bounds,
        })),
      );
    }
  }
  return suggested;
}

async function columnExpectations(
  db: DuckDb,
  relation: string,
  column: Column,
  facts: { rowCount: number; present: number; distinct: number; bounds: unknown[] },
): Promise<Expectation[]> {
  const name = quoteIdentifier(column.name);
  const { rowCount, present, distinct } = facts;
  const found: unknown[] = [{ check: 'type', column: column.name, type: column.type }];
  if (present === rowCount && rowCount > 0) found.push({ check: 'notNull', column: column.name });
  const [min, max] = facts.bounds;
  const isBound = (bound: unknown) =>
    column.type === 'timestamp' ? typeof bound === 'string' : typeof bound === 'number' && Number.isFinite(bound);
  if (
    (column.type === 'int64' || column.type === 'float64' || column.type === 'timestamp') &&
    isBound(min) &&
    isBound(max)
  ) {
    found.push({ check: 'range', column: column.name, min, max });
  }
  const maybeKey = (column.type === 'int64' || column.type === 'string') && rowCount > 1 && present === rowCount;
  if (maybeKey && distinct > rowCount * 0.9) {
    const [counted] = await db.rows(`SELECT CAST(count(DISTINCT ${name}) AS DOUBLE) AS n FROM ${relation}`);
    if (Number(counted?.['n']) === rowCount) found.push({ check: 'unique', columns: [column.name] });
  }
  if (column.type === 'string' && distinct <= setValues * 1.2 && distinct * rowsPerSetValue <= present) {
    const values = await db.rows(
      `SELECT DISTINCT CAST(${name} AS VARCHAR) AS v FROM ${relation} WHERE ${name} IS NOT NULL ORDER BY v LIMIT ${setValues + 1}`,
    );
    if (values.length > 0 && values.length <= setValues) {
      found.push({ check: 'set', column: column.name, values: values.map((row) => String(row['v'])) });
    }
  }
  return found.map((expectation) => expectationSchema.parse(expectation));
}
