import type { z } from 'zod';
import { parquetRelation, withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { quoteIdentifier, quoteLiteral } from '../../../main/compute/duckdb/quote.ts';
import { tableFile } from '../../../main/compute/duckdb/write-table.ts';
import { implementNode, type StepContext } from '../../../shared/node/runner.ts';
import { aggregateSql } from '../../lib/aggregate-sql.ts';
import {
  columnList,
  columnNamed,
  columnsNamed,
  describeTableQuery,
  inputTable,
  openTables,
  paramError,
  runTableQuery,
  type TableInputs,
} from '../../lib/table-step.ts';
import { pivotNode } from './definition.ts';

type Params = z.output<typeof pivotNode.params>;

/** Columns that are made without being named. */
const mostFound = 1000;

function compile(params: Params, inputs: TableInputs) {
  const { relation, columns } = inputTable(inputs);
  const keys = columnsNamed(columns, params.rows, 'rows');
  const column = columnNamed(columns, params.column, 'column');
  const measure = { function: params.function, column: params.value, name: '', quantile: 0.5 };
  const { sql } = aggregateSql(measure, columns, 'value');
  const cells = params.names.map((name) => {
    const test = `CAST(${quoteIdentifier(column.name)} AS VARCHAR) = ${quoteLiteral(name)}`;
    return `${sql} FILTER (WHERE ${test}) AS ${quoteIdentifier(params.prefix + name)}`;
  });
  const items = [...(keys.length === 0 ? [] : [columnList(keys)]), ...cells];
  if (items.length === 0) throw paramError('names', 'There is no column to make.', 'Name the values.');
  if (keys.length === 0) return { select: `SELECT ${items.join(', ')} FROM ${relation}` };
  const order = keys.map(({ name }) => `${quoteIdentifier(name)} ASC NULLS LAST`).join(', ');
  return { select: `SELECT ${items.join(', ')} FROM ${relation} GROUP BY ${columnList(keys)} ORDER BY ${order}` };
}

export const runner = implementNode(pivotNode, {
  async run(ctx) {
    const tables = openTables(ctx);
    const names = ctx.params.names.length > 0 ? ctx.params.names : await valuesOf(ctx);
    return { table: await runTableQuery(ctx, tables, compile({ ...ctx.params, names }, tables.inputs)) };
  },
  async describe(ctx) {
    const found = ctx.params.names.length === 0;
    // A value stands in, so that the other params are checked.
    const params = found ? { ...ctx.params, names: ['value'] } : ctx.params;
    const result = await describeTableQuery({ ...ctx, params }, compile);
    if (!found || result.problems.length > 0) return result;
    const message = 'Which columns there will be is known after a run only.';
    const fix = 'Name the values that become columns.';
    return { outputs: {}, problems: [{ field: 'names', message, fix, severity: 'warning' }] };
  },
});

async function valuesOf(ctx: StepContext<Params>): Promise<string[]> {
  const input = inputTable(openTables(ctx).inputs);
  const name = quoteIdentifier(columnNamed(input.columns, ctx.params.column, 'column').name);
  const artifact = ctx.inputs['input']?.[0];
  const from = parquetRelation(artifact?.path(tableFile) ?? '', input.columns);
  const rows = await withDuckDb({ signal: ctx.signal, memoryBytes: ctx.memoryBytes }, (db) =>
    db.rows(
      `SELECT DISTINCT CAST(${name} AS VARCHAR) AS v FROM ${from} WHERE ${name} IS NOT NULL ORDER BY v LIMIT ${mostFound + 1}`,
    ),
  );
  if (rows.length > mostFound) {
    throw paramError(
      'names',
      `“${ctx.params.column}” has more than ${mostFound} values.`,
      'Name those that become columns, or choose another column.',
    );
  }
  return rows.map((row) => String(row['v']));
}
