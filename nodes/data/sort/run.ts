import type { z } from 'zod';
import { implementNode } from '../../../shared/node/runner.ts';
import { orderKeys } from '../../lib/table-sql.ts';
import { columnList, inputTable, paramError, type TableInputs, tableStep } from '../../lib/table-step.ts';
import { sortNode } from './definition.ts';

function compile(params: z.output<typeof sortNode.params>, inputs: TableInputs) {
  const { relation, columns } = inputTable(inputs);
  if (params.by.length === 0) throw paramError('by', 'No column is chosen to order by.', 'Add a column.');
  const order = orderKeys(columns, params.by, 'by');
  const limit = params.limit === 0 ? '' : ` LIMIT ${params.limit}`;
  return { select: `SELECT ${columnList(columns)} FROM ${relation} ORDER BY ${order}${limit}` };
}

export const runner = implementNode(sortNode, tableStep(compile, { choosesRows: true }));
