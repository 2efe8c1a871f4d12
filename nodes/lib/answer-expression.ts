import { answerNames } from '../../shared/expression/answer-names.ts';
import { columnsOf, parseExpression } from '../../shared/expression/parse.ts';
import { checkExpression, type ValueType } from '../../shared/expression/check.ts';
import type { InferResult, PortShape } from '../../shared/node/define-node.ts';
import { nearMisses } from '../../shared/text/near-misses.ts';

export function isAnswerName(name: string): boolean {
  return (answerNames as readonly string[]).includes(name);
}

/** What shows of an expression over columns and an answer before anything has run. */
export function answerProblems(
  field: string,
  text: string,
  model: Extract<PortShape, { type: 'model' }> | undefined,
): InferResult['problems'] {
  if (text.trim() === '') {
    return [{ field, message: 'The expression is empty.', fix: 'Write one, such as confidence < 0.9.' }];
  }
  const parsed = parseExpression(text);
  if ('problem' in parsed) return [located(field, text, parsed.problem)];
  const names = columnsOf(parsed.expression);
  if (names.length === 0) {
    return [
      {
        field,
        message: 'The expression names no column and no score.',
        fix: `Name a column, or ${answerNames.join(', ')}.`,
      },
    ];
  }
  const columns = model?.table?.columns;
  if (columns === undefined) return [];
  const known = [...answerNames, ...columns.map(({ name }) => name)];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const near = nearMisses(unknown, known);
    return [
      {
        field,
        message: `There is no column “${unknown}”.`,
        fix:
          near.length === 0
            ? `Name a column of the model, or ${answerNames.join(', ')}.`
            : `Did you mean ${near.join(' or ')}?`,
      },
    ];
  }
  const types = new Map<string, ValueType>(
    columns.map(({ name, type }) => [name, type === 'string' ? 'text' : 'number']),
  );
  for (const name of answerNames) types.set(name, 'number');
  const checked = checkExpression(parsed.expression, types);
  return 'problem' in checked ? [located(field, text, checked.problem)] : [];
}

function located(
  field: string,
  text: string,
  { at, message }: { at: number; message: string },
): InferResult['problems'][0] {
  const near = text.slice(at, at + 20);
  return {
    field,
    message: `At character ${at + 1}: ${message}`,
    fix: near === '' ? 'Complete the expression.' : `Look at “${near}”.`,
  };
}
