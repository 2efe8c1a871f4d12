import { quoteIdentifier } from '../../main/compute/duckdb/quote.ts';
import type { Column } from '../../shared/table/schema.ts';
import type { AggregateFunction } from './aggregate-functions.ts';
import { columnNamed, paramError, rowPlace } from './table-step.ts';

interface Measure {
  function: AggregateFunction;
  /** Empty counts rows. */
  column: string;
  name: string;
  /** 0 to 1. */
  quantile: number;
}

const overNumbers: readonly AggregateFunction[] = ['sum', 'mean', 'median', 'quantile', 'stddev', 'variance'];

/** The aggregate as SQL over the input's columns, and the name of its result. Errors at the param `field`. */
export function aggregateSql(
  measure: Measure,
  columns: readonly Column[],
  field: string,
): { sql: string; name: string } {
  const called = measure.function;
  if (called === 'count' && measure.column === '') return { sql: 'count(*)', name: measure.name || 'count' };
  const column = columnNamed(columns, measure.column, field);
  const name = measure.name || `${called}_${column.name}`;
  const isNumber = column.type === 'int64' || column.type === 'float64' || column.type === 'bool';
  if (overNumbers.includes(called) && !isNumber) {
    const fix = 'Choose a column of numbers, or cast it with Select columns.';
    throw paramError(field, `The ${called} of “${column.name}” cannot be computed: it is ${column.sqlType}.`, fix);
  }
  if ((called === 'any' || called === 'all') && column.type !== 'bool') {
    throw paramError(
      field,
      `“${column.name}” is ${column.sqlType}, not true or false.`,
      'Choose a column of booleans.',
    );
  }
  const value = quoteIdentifier(column.name);
  const number = column.type === 'bool' ? `CAST(${value} AS INTEGER)` : value;
  switch (called) {
    case 'count':
      return { sql: `count(${value})`, name };
    case 'distinct':
      return { sql: `count(DISTINCT ${value})`, name };
    case 'missing':
      return { sql: `count_if(${value} IS NULL)`, name };
    case 'sum':
      return { sql: `sum(${number})`, name };
    case 'mean':
      return { sql: `avg(${number})`, name };
    case 'min':
    case 'max':
      return { sql: `${called}(${value})`, name };
    case 'median':
      return { sql: `median(${number})`, name };
    case 'quantile':
      return { sql: `quantile_cont(${number}, CAST(${measure.quantile} AS DOUBLE))`, name };
    case 'stddev':
      return { sql: `stddev_samp(${number})`, name };
    case 'variance':
      return { sql: `var_samp(${number})`, name };
    case 'first':
      return { sql: `arg_min_null(${value}, ${rowPlace})`, name };
    case 'last':
      return { sql: `arg_max_null(${value}, ${rowPlace})`, name };
    case 'any':
      return { sql: `bool_or(${value})`, name };
    case 'all':
      return { sql: `bool_and(${value})`, name };
  }
}
