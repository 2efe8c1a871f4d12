import type { z } from 'zod';
import { implementNode } from '../../../shared/node/runner.ts';
import { columnList, columnsNamed, inputTable, rowPlace, type TableInputs, tableStep } from '../../lib/table-step.ts';
import { sampleNode } from './definition.ts';

function compile(params: z.output<typeof sampleNode.params>, inputs: TableInputs) {
  const { relation, columns } = inputTable(inputs);
  const within = columnsNamed(columns, params.within, 'within');
  const partition = within.length === 0 ? '' : `PARTITION BY ${columnList(within)} `;
  const order = params.method === 'first' ? rowPlace : `hash(${rowPlace}, ${params.seed}), ${rowPlace}`;
  const place = `row_number() OVER (${partition}ORDER BY ${order})`;
  const most =
    params.method === 'fraction'
      ? `round(count(*) OVER (${partition.trim()}) * CAST(${params.fraction} AS DOUBLE))`
      : String(params.rows);
  return {
    select: `SELECT ${columnList(columns)} FROM ${relation} QUALIFY ${place} <= ${most} ORDER BY ${rowPlace}`,
  };
}

export const runner = implementNode(sampleNode, tableStep(compile, { choosesRows: true }));
