import type { z } from 'zod';
import { quoteIdentifier } from '../../../main/compute/duckdb/quote.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { aggregateSql } from '../../lib/aggregate-sql.ts';
import { columnList, columnsNamed, inputTable, paramError, type TableInputs, tableStep } from '../../lib/table-step.ts';
import { aggregateNode } from './definition.ts';

function compile(params: z.output<typeof aggregateNode.params>, inputs: TableInputs) {
  const { relation, columns } = inputTable(inputs);
  const keys = columnsNamed(columns, params.groupBy, 'groupBy');
  if (keys.length + params.measures.length === 0) {
    throw paramError('measures', 'Nothing is computed.', 'Choose columns to group by, or something to compute.');
  }
  const measures = params.measures.map((measure) => {
    const { sql, name } = aggregateSql(measure, columns, 'measures');
    return `${sql} AS ${quoteIdentifier(name)}`;
  });
  const items = [...(keys.length === 0 ? [] : [columnList(keys)]), ...measures].join(', ');
  if (keys.length === 0) return { select: `SELECT ${items} FROM ${relation}` };
  const order = keys.map(({ name }) => `${quoteIdentifier(name)} ASC NULLS LAST`).join(', ');
  return { select: `SELECT ${items} FROM ${relation} GROUP BY ${columnList(keys)} ORDER BY ${order}` };
}

export const runner = implementNode(aggregateNode, tableStep(compile));
