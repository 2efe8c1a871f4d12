import type { z } from 'zod';
import { quoteIdentifier, quoteLiteral } from '../../../main/compute/duckdb/quote.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import type { Column } from '../../../shared/table/schema.ts';
import {
  columnList,
  paramError,
  rowPlace,
  type TableInput,
  type TableInputs,
  tableStep,
} from '../../lib/table-step.ts';
import { unionNode } from './definition.ts';

type Params = z.output<typeof unionNode.params>;

const tableNumber = quoteIdentifier('slipway table');

function compile(params: Params, inputs: TableInputs) {
  const tables = inputs['tables'] ?? [];
  const [first] = tables;
  if (first === undefined) throw new AppError('data.query', 'Input “tables” is not connected.');
  const columns = unionColumns(params, tables);
  if (columns.length === 0) throw paramError('columns', 'The tables have no column in common.', 'Take all columns.');
  for (const [index, table] of tables.entries()) requireTypes(columns, table, index);
  const parts = tables.map((table, index) => {
    const names = new Set(table.columns.map(({ name }) => name));
    const items = columns.map(({ name, sqlType }) =>
      names.has(name) ? quoteIdentifier(name) : `CAST(NULL AS ${sqlType}) AS ${quoteIdentifier(name)}`,
    );
    const source = params.names.length > 0 ? quoteLiteral(params.names[index] ?? String(index + 1)) : String(index + 1);
    if (params.source !== '') items.push(`${source} AS ${quoteIdentifier(params.source)}`);
    return `SELECT ${[...items, `${index} AS ${tableNumber}`, rowPlace].join(', ')} FROM ${table.relation}`;
  });
  const names = [...columns, ...(params.source === '' ? [] : [{ name: params.source }])];
  return {
    select: `SELECT ${columnList(names)} FROM (${parts.join(' UNION ALL ')}) ORDER BY ${tableNumber}, ${rowPlace}`,
  };
}

function unionColumns(params: Params, tables: readonly TableInput[]): Column[] {
  const [first, ...others] = tables;
  const columns = [...(first?.columns ?? [])];
  const has = (table: TableInput, name: string) => table.columns.some((column) => column.name === name);
  if (params.columns === 'common') return columns.filter(({ name }) => others.every((table) => has(table, name)));
  for (const [index, table] of others.entries()) {
    const added = table.columns.filter(({ name }) => !columns.some((column) => column.name === name));
    const absent = columns.filter(({ name }) => !has(table, name));
    if (params.columns === 'same' && added.length + absent.length > 0) {
      const say = (list: readonly Column[]) =>
        list
          .slice(0, 5)
          .map(({ name }) => `“${name}”`)
          .join(', ');
      const more = added.length > 0 ? ` has ${say(added)} more` : '';
      const less = absent.length > 0 ? ` lacks ${say(absent)}` : '';
      throw paramError(
        'columns',
        `Table ${index + 2}${more}${more !== '' && less !== '' ? ' and' : ''}${less}, compared with the first.`,
        'Take all columns, or only the common ones.',
      );
    }
    columns.push(...added);
  }
  return columns;
}

/** Types that stay apart in one column become one that none of the tables had. */
function requireTypes(columns: readonly Column[], table: TableInput, index: number): void {
  const isNumber = ({ type }: Column) => type === 'int64' || type === 'float64';
  for (const column of columns) {
    const own = table.columns.find(({ name }) => name === column.name);
    if (own === undefined || own.type === column.type || (isNumber(own) && isNumber(column))) continue;
    throw paramError(
      'columns',
      `“${own.name}” is ${own.sqlType} in table ${index + 1} and ${column.sqlType} before.`,
      'Cast it with Select columns first.',
    );
  }
}

export const runner = implementNode(unionNode, tableStep(compile));
