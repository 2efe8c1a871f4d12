import type { z } from 'zod';
import { quoteIdentifier, quoteLiteral } from '../../../main/compute/duckdb/quote.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { columnList, columnsNamed, inputTable, paramError, type TableInputs, tableStep } from '../../lib/table-step.ts';
import { unpivotNode } from './definition.ts';

function compile(params: z.output<typeof unpivotNode.params>, inputs: TableInputs) {
  const { relation, columns } = inputTable(inputs);
  const turned = columnsNamed(columns, params.columns, 'columns');
  const [first] = turned;
  if (first === undefined) throw paramError('columns', 'No column is chosen.', 'Choose the columns that become rows.');
  const group = (type: string) => (type === 'int64' || type === 'float64' ? 'number' : type);
  const odd = turned.find(({ type }) => group(type) !== group(first.type));
  if (odd !== undefined) {
    throw paramError(
      'columns',
      `“${odd.name}” is ${odd.sqlType} and “${first.name}” ${first.sqlType}: they cannot share a column.`,
      'Cast them to one type with Select columns first.',
    );
  }
  const kept = columns.filter((column) => !turned.includes(column));
  const name = quoteIdentifier(params.nameColumn);
  const value = quoteIdentifier(params.valueColumn);
  const pairs = [
    `unnest([${turned.map((column) => quoteLiteral(column.name)).join(', ')}]) AS ${name}`,
    `unnest([${columnList(turned)}]) AS ${value}`,
  ];
  const items = [...(kept.length === 0 ? [] : [columnList(kept)]), ...pairs].join(', ');
  const rows = `SELECT ${items} FROM ${relation}`;
  return { select: params.keepMissing ? rows : `SELECT * FROM (${rows}) WHERE ${value} IS NOT NULL` };
}

export const runner = implementNode(unpivotNode, tableStep(compile));
