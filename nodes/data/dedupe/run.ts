import type { z } from 'zod';
import { implementNode } from '../../../shared/node/runner.ts';
import { orderKeys } from '../../lib/table-sql.ts';
import { columnList, columnsNamed, inputTable, rowPlace, type TableInputs, tableStep } from '../../lib/table-step.ts';
import { dedupeNode } from './definition.ts';

function compile(params: z.output<typeof dedupeNode.params>, inputs: TableInputs) {
  const { relation, columns } = inputTable(inputs);
  const keys = params.keys.length === 0 ? columns : columnsNamed(columns, params.keys, 'keys');
  const over = `PARTITION BY ${columnList(keys)}`;
  const order = orderKeys(columns, params.orderBy, 'orderBy');
  const test = {
    first: `row_number() OVER (${over} ORDER BY ${order}) = 1`,
    // Counted from the front, so that level rows go by their place in both directions.
    last: `row_number() OVER (${over} ORDER BY ${order}) = count(*) OVER (${over})`,
    none: `count(*) OVER (${over}) = 1`,
  }[params.keep];
  return { select: `SELECT ${columnList(columns)} FROM ${relation} QUALIFY ${test} ORDER BY ${rowPlace}` };
}

export const runner = implementNode(dedupeNode, tableStep(compile, { choosesRows: true }));
