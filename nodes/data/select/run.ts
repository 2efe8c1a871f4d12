import type { z } from 'zod';
import { quoteIdentifier } from '../../../main/compute/duckdb/quote.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { castSql } from '../../lib/table-sql.ts';
import {
  columnNamed,
  columnsNamed,
  inputTable,
  paramError,
  type TableInputs,
  tableStep,
} from '../../lib/table-step.ts';
import { selectNode } from './definition.ts';

function compile(params: z.output<typeof selectNode.params>, inputs: TableInputs) {
  const { relation, columns } = inputTable(inputs);
  const named = columnsNamed(columns, params.columns, 'columns');
  const chosen = new Set(named);
  if (chosen.size < named.length) {
    throw paramError('columns', 'A column is named twice.', 'Name each column once; derive a copy under another name.');
  }
  for (const field of ['rename', 'types'] as const) {
    for (const name of Object.keys(params[field])) columnNamed(columns, name, field);
  }
  const others = columns.filter((column) => !chosen.has(column));
  const kept = { keep: named.length === 0 ? columns : named, first: [...named, ...others], drop: others }[params.mode];
  if (kept.length === 0) throw paramError('columns', 'No column is left.', 'Drop fewer columns.');
  const items = kept.map((column) => {
    const name = quoteIdentifier(column.name);
    const type = params.types[column.name];
    const value = type === undefined ? name : castSql(name, column, type, params.onCastFailure);
    return `${value} AS ${quoteIdentifier(params.rename[column.name] ?? column.name)}`;
  });
  return { select: `SELECT ${items.join(', ')} FROM ${relation}` };
}

export const runner = implementNode(selectNode, tableStep(compile));
