import { checkExpression, type ValueType } from '../../shared/expression/check.ts';
import { type Expression, type ExpressionProblem, parseExpression } from '../../shared/expression/parse.ts';
import { nearMisses } from '../../shared/text/near-misses.ts';
import { t } from './form-text.ts';

/** What a formula over columns gives, or what is wrong with it; undefined for an empty one. Pure. */
export function readFormula(
  formula: string,
  columns: readonly { name: string; type: string }[],
): { type: ValueType } | { problem: ExpressionProblem } | undefined {
  if (formula.trim() === '') return undefined;
  const parsed = parseExpression(formula);
  if ('problem' in parsed) return parsed;
  const names = columns.map(({ name }) => name);
  const unknown = unknownColumn(parsed.expression, new Set(names));
  if (unknown !== undefined) {
    const near = nearMisses(unknown.name, names);
    return { problem: { at: unknown.at, message: t.noSuchColumn(unknown.name, near.join(', ')) } };
  }
  return checkExpression(
    parsed.expression,
    new Map(columns.map(({ name, type }) => [name, type === 'string' ? 'text' : 'number'])),
  );
}

function unknownColumn(
  expression: Expression,
  known: ReadonlySet<string>,
): Extract<Expression, { kind: 'column' }> | undefined {
  if (expression.kind === 'column') return known.has(expression.name) ? undefined : expression;
  if (expression.kind !== 'call') return undefined;
  for (const arg of expression.args) {
    const found = unknownColumn(arg, known);
    if (found !== undefined) return found;
  }
  return undefined;
}
