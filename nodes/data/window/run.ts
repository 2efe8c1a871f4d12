import type { z } from 'zod';
import { quoteIdentifier } from '../../../main/compute/duckdb/quote.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import type { Column } from '../../../shared/table/schema.ts';
import { orderKeys } from '../../lib/table-sql.ts';
import {
  columnList,
  columnNamed,
  columnsNamed,
  inputTable,
  paramError,
  rowPlace,
  type TableInputs,
  tableStep,
} from '../../lib/table-step.ts';
import { windowNode } from './definition.ts';

type Params = z.output<typeof windowNode.params>;
type WindowColumn = Params['columns'][number];

const field = 'columns';
const withoutColumn: readonly WindowColumn['function'][] = [
  'rowNumber',
  'rank',
  'denseRank',
  'percentRank',
  'rollingCount',
  'runningCount',
  'groupCount',
];
const anyType: readonly WindowColumn['function'][] = ['lag', 'lead', 'rollingMin', 'rollingMax'];

function compile(params: Params, inputs: TableInputs) {
  const { relation, columns } = inputTable(inputs);
  if (params.columns.length === 0) throw paramError(field, 'No column is computed.', 'Add one.');
  const keys = columnsNamed(columns, params.partitionBy, 'partitionBy');
  const partition = keys.length === 0 ? '' : `PARTITION BY ${columnList(keys)} `;
  const order = orderKeys(columns, params.orderBy, 'orderBy');
  const items = params.columns.map((window) => {
    const sql = windowSql(window, columns, {
      partition,
      ordered: `${partition}ORDER BY ${order}`,
      // Rows that are level share a rank.
      ranked: `${partition}ORDER BY ${params.orderBy.length === 0 ? order : order.slice(0, -`, ${rowPlace}`.length)}`,
    });
    const name = window.name || [window.function, window.column].filter((part) => part !== '').join('_');
    return `${sql} AS ${quoteIdentifier(name)}`;
  });
  return { select: `SELECT ${[columnList(columns), ...items].join(', ')} FROM ${relation} ORDER BY ${rowPlace}` };
}

function windowSql(
  window: WindowColumn,
  columns: readonly Column[],
  over: { partition: string; ordered: string; ranked: string },
): string {
  const value = withoutColumn.includes(window.function) ? '*' : valueOf(window, columns);
  const last = window.current ? 'CURRENT ROW' : '1 PRECEDING';
  const rolling = `(${over.ordered} ROWS BETWEEN ${window.current ? window.size - 1 : window.size} PRECEDING AND ${last})`;
  const running = `(${over.ordered} ROWS BETWEEN UNBOUNDED PRECEDING AND ${last})`;
  const lagged = `lag(${value}, ${window.size}) OVER (${over.ordered})`;
  switch (window.function) {
    case 'lag':
      return lagged;
    case 'lead':
      return `lead(${value}, ${window.size}) OVER (${over.ordered})`;
    case 'difference':
      return `${value} - ${lagged}`;
    case 'rowNumber':
      return `row_number() OVER (${over.ordered})`;
    case 'rank':
      return `rank() OVER (${over.ranked})`;
    case 'denseRank':
      return `dense_rank() OVER (${over.ranked})`;
    case 'percentRank':
      return `percent_rank() OVER (${over.ranked})`;
    case 'rollingMean':
      return `avg(${value}) OVER ${rolling}`;
    case 'rollingSum':
      return `sum(${value}) OVER ${rolling}`;
    case 'rollingMin':
      return `min(${value}) OVER ${rolling}`;
    case 'rollingMax':
      return `max(${value}) OVER ${rolling}`;
    case 'rollingStddev':
      return `stddev_samp(${value}) OVER ${rolling}`;
    case 'rollingCount':
      return `count(*) OVER ${rolling}`;
    case 'runningSum':
      return `sum(${value}) OVER ${running}`;
    case 'runningCount':
      return `count(*) OVER ${running}`;
    case 'groupMean':
      return `avg(${value}) OVER (${over.partition.trim()})`;
    case 'groupSum':
      return `sum(${value}) OVER (${over.partition.trim()})`;
    case 'groupCount':
      return `count(*) OVER (${over.partition.trim()})`;
    case 'shareOfGroup':
      return `${value} / nullif(sum(${value}) OVER (${over.partition.trim()}), 0)`;
  }
}

function valueOf(window: WindowColumn, columns: readonly Column[]): string {
  const column = columnNamed(columns, window.column, field);
  const name = quoteIdentifier(column.name);
  if (anyType.includes(window.function) || column.type === 'int64' || column.type === 'float64') return name;
  if (column.type === 'bool') return `CAST(${name} AS INTEGER)`;
  throw paramError(
    field,
    `The ${window.function} of “${column.name}” cannot be computed: it is ${column.sqlType}.`,
    'Choose a column of numbers.',
  );
}

export const runner = implementNode(windowNode, tableStep(compile));
