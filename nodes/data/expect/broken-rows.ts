import type { NumberedRelation } from '../../../main/compute/duckdb/numbered-relation.ts';
import { quoteIdentifier, quoteLiteral } from '../../../main/compute/duckdb/quote.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Column } from '../../../shared/table/schema.ts';
import { nearMisses } from '../../../shared/text/near-misses.ts';
import type { Expectation } from './definition.ts';

/** SQL condition that is true for a row `t` that breaks the expectation; undefined for checks of the whole table. */
export function brokenCondition(
  expectation: Expectation,
  columns: readonly Column[],
  { ordinal }: NumberedRelation,
  reference: string | undefined,
): string | undefined {
  switch (expectation.check) {
    case 'notNull':
      return `${namedColumn(columns, expectation.column).sql} IS NULL`;
    case 'unique': {
      const keys = expectation.columns.map((name) => namedColumn(columns, name).sql);
      const present = keys.map((key) => `${key} IS NOT NULL`).join(' AND ');
      return `${present} AND row_number() OVER (PARTITION BY ${keys.join(', ')} ORDER BY t.${ordinal}) > 1`;
    }
    case 'range': {
      const { column, sql } = namedColumn(columns, expectation.column);
      const tests = [
        ...(expectation.min === undefined ? [] : [`${sql} < ${boundOf(column, expectation.min)}`]),
        ...(expectation.max === undefined ? [] : [`${sql} > ${boundOf(column, expectation.max)}`]),
        ...(column.type === 'float64' ? [`isnan(CAST(${sql} AS DOUBLE))`] : []),
      ];
      return `(${tests.join(' OR ')})`;
    }
    case 'set': {
      const { column, sql } = namedColumn(columns, expectation.column);
      const { values } = expectation;
      const numeric = column.type === 'int64' || column.type === 'float64';
      if (numeric && values.every((value) => typeof value === 'number')) return `${sql} NOT IN (${values.join(', ')})`;
      return `CAST(${sql} AS VARCHAR) NOT IN (${values.map((value) => quoteLiteral(String(value))).join(', ')})`;
    }
    case 'regex':
      return `NOT regexp_matches(CAST(${namedColumn(columns, expectation.column).sql} AS VARCHAR), ${quoteLiteral(expectation.pattern)})`;
    case 'foreignKey': {
      if (reference === undefined) {
        throw new AppError('params.invalid', 'A foreignKey expectation needs a table at the input “reference”.', {
          fix: 'Connect the table with the keys.',
        });
      }
      const keys = expectation.columns.map((name) => namedColumn(columns, name).sql);
      const present = keys.map((key) => `${key} IS NOT NULL`).join(' AND ');
      const equal = keys.map((key, at) => `r.${quoteIdentifier(expectation.references[at] ?? '')} = ${key}`);
      return `${present} AND NOT EXISTS (SELECT 1 FROM ${reference} AS r WHERE ${equal.join(' AND ')})`;
    }
    case 'type':
    case 'rowCount':
    case 'freshness':
    case 'distribution':
      return undefined;
  }
}

function boundOf(column: Column, bound: number | string): string {
  if (column.type === 'timestamp') return `TIMESTAMP ${quoteLiteral(String(bound).replace(/Z$/, ''))}`;
  return typeof bound === 'number' ? String(bound) : quoteLiteral(bound);
}

/** The column of that name as `t."name"`. Errors: `data.column-missing`. */
export function namedColumn(columns: readonly Column[], name: string): { column: Column; sql: string } {
  const column = columns.find((candidate) => candidate.name === name);
  if (column !== undefined) return { column, sql: `t.${quoteIdentifier(name)}` };
  const names = columns.map((candidate) => candidate.name);
  const near = nearMisses(name, names);
  throw new AppError('data.column-missing', `The table has no column “${name}”, which an expectation names.`, {
    fix: near.length === 0 ? `It has ${names.slice(0, 12).join(', ')}.` : `Did you mean ${near.join(' or ')}?`,
    details: { column: name },
  });
}
