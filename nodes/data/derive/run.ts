import type { z } from 'zod';
import { quoteIdentifier } from '../../../main/compute/duckdb/quote.ts';
import type { WrittenExpression } from '../../../main/compute/duckdb/select-query.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { castSql } from '../../lib/table-sql.ts';
import {
  columnList,
  inputTable,
  paramError,
  rowPlace,
  type TableInputs,
  type TableQuery,
  tableStep,
} from '../../lib/table-step.ts';
import { deriveNode } from './definition.ts';

const field = 'columns';

function compile(params: z.output<typeof deriveNode.params>, inputs: TableInputs): TableQuery {
  const { relation, columns } = inputTable(inputs);
  if (params.columns.length === 0) throw paramError(field, 'No column is derived.', 'Add a name and an expression.');
  const names = columns.map(({ name }) => name);
  const expressions: WrittenExpression[] = [];
  let from = relation;
  for (const { name, expression, type } of params.columns) {
    if (name === '') throw paramError(field, 'A new column has no name.', 'Give it a name.');
    const says = `The expression of “${name}”`;
    expressions.push({ text: expression, from, field, says });
    const written = `(\n${expression}\n)`;
    const value = type === 'auto' ? written : castSql(written, { type: 'other' }, type, 'fail');
    const at = names.findIndex((other) => other.toLowerCase() === name.toLowerCase());
    if (at === -1) names.push(name);
    else names[at] = name;
    const items = names.map((other, index) =>
      index === (at === -1 ? names.length - 1 : at) ? `${value} AS ${quoteIdentifier(name)}` : quoteIdentifier(other),
    );
    from = `(SELECT ${[...items, rowPlace].join(', ')} FROM ${from})`;
  }
  // A value computed across rows loses their order.
  const acrossRows = params.columns.some(({ expression }) => /\bover\b/i.test(expression));
  const order = acrossRows ? ` ORDER BY ${rowPlace}` : '';
  return { select: `SELECT ${columnList(names.map((name) => ({ name })))} FROM ${from}${order}`, expressions };
}

export const runner = implementNode(deriveNode, tableStep(compile));
