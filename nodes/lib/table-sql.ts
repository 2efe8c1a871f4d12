import { quoteIdentifier, quoteLiteral } from '../../main/compute/duckdb/quote.ts';
import type { Column } from '../../shared/table/schema.ts';
import type { castTypes } from './table-params.ts';
import { columnNamed, paramError, rowPlace } from './table-step.ts';

const sqlTypes: Readonly<Record<(typeof castTypes)[number], string>> = {
  string: 'VARCHAR',
  int64: 'BIGINT',
  float64: 'DOUBLE',
  bool: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
  date: 'DATE',
};

/**
 * An SQL expression of `column`'s type as another type; a value that does not convert is an error, or missing. Texts of
 * times may carry an offset and become UTC.
 */
export function castSql(
  value: string,
  from: Pick<Column, 'type'>,
  type: (typeof castTypes)[number],
  onFailure: 'fail' | 'missing',
): string {
  const cast = onFailure === 'fail' ? 'CAST' : 'TRY_CAST';
  const isTime = type === 'timestamp' || type === 'date';
  const read = isTime && from.type === 'string' ? `${cast}(${value} AS TIMESTAMPTZ)` : value;
  return `${cast}(${read} AS ${sqlTypes[type]})`;
}

/** A value that a person typed, as a literal to compare `column` with. Errors: `params.invalid` at `field`. */
export function typedLiteral(column: Column, text: string, field: string): string {
  const refuse = (what: string) =>
    paramError(field, `“${text}” is not ${what}, as column “${column.name}” needs.`, `Write ${what}.`);
  switch (column.type) {
    case 'int64':
    case 'float64':
      if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/.test(text.trim())) throw refuse('a number');
      return text.trim();
    case 'bool':
      if (!/^(?:true|false)$/i.test(text.trim())) throw refuse('true or false');
      return text.trim().toLowerCase();
    case 'timestamp': {
      const iso = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?))?Z?$/.exec(text.trim());
      if (iso === null || Number.isNaN(Date.parse(`${iso[1]}T${iso[2] ?? '00:00'}Z`))) {
        throw refuse('a time in UTC such as 2001-05-01 or 2001-05-01T06:00');
      }
      return `TIMESTAMP ${quoteLiteral(`${iso[1]} ${iso[2] ?? '00:00'}`)}`;
    }
    case 'string':
    case 'tensor':
    case 'other':
      return quoteLiteral(text);
  }
}

/** A column to compare with `typedLiteral`; nested values are compared as text. */
export function comparable(column: Column): string {
  const name = quoteIdentifier(column.name);
  if (column.type === 'tensor' || column.type === 'other') return `CAST(${name} AS VARCHAR)`;
  return column.type === 'timestamp' ? `CAST(${name} AS TIMESTAMP)` : name;
}

/** ` ORDER BY` keys with the place in the input as the last, so that no two rows are level. */
export function orderKeys(
  columns: readonly Column[],
  by: readonly { column: string; descending: boolean }[],
  field: string,
  place = rowPlace,
): string {
  const keys = by.map(({ column, descending }) => {
    const name = quoteIdentifier(columnNamed(columns, column, field).name);
    return `${name} ${descending ? 'DESC' : 'ASC'} NULLS LAST`;
  });
  return [...keys, place].join(', ');
}
