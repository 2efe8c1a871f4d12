import type { z } from 'zod';
import { quoteLiteral } from '../../../main/compute/duckdb/quote.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import type { Column } from '../../../shared/table/schema.ts';
import { comparable, typedLiteral } from '../../lib/table-sql.ts';
import {
  columnList,
  columnNamed,
  inputTable,
  paramError,
  type TableInputs,
  type TableQuery,
  tableStep,
} from '../../lib/table-step.ts';
import { type Condition, filterNode } from './definition.ts';

const field = 'conditions';
const operators = { equal: '=', notEqual: '<>', less: '<', atMost: '<=', greater: '>', atLeast: '>=' } as const;
const patterns = { contains: 'contains', startsWith: 'starts_with', endsWith: 'suffix', matches: 'regexp_matches' };

function compile(params: z.output<typeof filterNode.params>, inputs: TableInputs): TableQuery {
  const { relation, columns } = inputTable(inputs);
  const tests = params.conditions.map((condition) => conditionSql(condition, columns));
  const joined = tests.map((test) => `coalesce(${test}, false)`).join(params.match === 'all' ? ' AND ' : ' OR ');
  const written = params.expression.trim() !== '';
  const all = joined === '' ? [] : [`(${joined})`];
  if (written) all.push(`coalesce(CAST((\n${params.expression}\n) AS BOOLEAN), false)`);
  if (all.length === 0) throw paramError(field, 'There is no condition.', 'Add a condition, or write an expression.');
  const test = params.negate ? `NOT (${all.join(' AND ')})` : all.join(' AND ');
  const says = 'The expression';
  return {
    select: `SELECT ${columnList(columns)} FROM ${relation} WHERE ${test}`,
    expressions: written ? [{ text: params.expression, from: relation, field: 'expression', says }] : [],
  };
}

function conditionSql(condition: Condition, columns: readonly Column[]): string {
  const column = columnNamed(columns, condition.column, field);
  const value = comparable(column);
  const literal = (text: string) => typedLiteral(column, text, field);
  switch (condition.is) {
    case 'missing':
      return `${value} IS NULL`;
    case 'present':
      return `${value} IS NOT NULL`;
    case 'oneOf':
    case 'noneOf': {
      if (condition.values.length === 0) {
        throw paramError(field, `The condition on “${column.name}” has no values.`, 'Add at least one value.');
      }
      const list = condition.values.map(literal).join(', ');
      return `${value} ${condition.is === 'oneOf' ? 'IN' : 'NOT IN'} (${list})`;
    }
    case 'contains':
    case 'startsWith':
    case 'endsWith':
    case 'matches':
      return `${patterns[condition.is]}(CAST(${value} AS VARCHAR), ${quoteLiteral(condition.value)})`;
    case 'equal':
    case 'notEqual':
    case 'less':
    case 'atMost':
    case 'greater':
    case 'atLeast':
      return `${value} ${operators[condition.is]} ${literal(condition.value)}`;
  }
}

export const runner = implementNode(filterNode, tableStep(compile, { choosesRows: true }));
