import { mergeInputColumns } from '../../main/compute/onnx/raw-inputs.ts';
import type { AddRule, AnswerValues } from '../../main/compute/onnx/route-models.ts';
import { checkExpression } from '../../shared/expression/check.ts';
import { columnsOf, parseExpression } from '../../shared/expression/parse.ts';
import type { SourceValue } from '../../main/compute/onnx/feature-values.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { InputColumn, ModelManifest } from '../../shared/model/signature.ts';
import { lowerExpressions } from '../feature/expression/lower.ts';
import { typesOf } from '../feature/expression/definition.ts';
import type { FeatureSource } from '../../shared/model/feature-sources.ts';
import { isAnswerName } from './answer-expression.ts';

/** An expression over raw columns and an answer, ready to become a part of a graph. */
export interface AnswerRule {
  /** Raw columns it names. */
  columns: InputColumn[];
  /** Whether it names a part of the answer. */
  onAnswer: boolean;
  add: AddRule;
}

/**
 * Reads an expression for models: `score`, `confidence`, `margin` and `prediction` are of their answer, any other name is a
 * column that one of them takes. Errors: `params.invalid`.
 */
export function readAnswerRule(field: string, text: string, models: readonly ModelManifest[]): AnswerRule {
  const refuse = (message: string, fix: string) => new AppError('params.invalid', message, { fix, details: { field } });
  const parsed = parseExpression(text);
  if ('problem' in parsed) throw refuse(parsed.problem.message, 'Correct the expression.');
  const { expression } = parsed;
  const names = columnsOf(expression);
  const inputs = mergeInputColumns(models.map((model) => model.inputs));
  const first = models[0] as ModelManifest;
  const possible = answerNamesOf(first);
  const sources = names.map((name): FeatureSource => {
    const column = inputs.find((input) => input.name === name);
    if (isAnswerName(name)) {
      if (column !== undefined) {
        throw refuse(
          `“${name}” is both a column and a part of the answer.`,
          `Rename the column in an SQL step, e.g. "${name}" AS ${name}_in.`,
        );
      }
      if (!possible.includes(name)) {
        throw refuse(
          `This model has no “${name}”: it is a ${first.task === 'regression' ? 'regression' : `classifier with ${first.classes.length} classes`}.`,
          `Use ${possible.join(' or ')}.`,
        );
      }
      return { kind: 'feature', name, feature: { name, width: 1, sources: [] } };
    }
    if (column === undefined) {
      throw refuse(
        `No model takes a column “${name}”.`,
        `Use a column that a model learns from: ${inputs
          .slice(0, 8)
          .map((input) => input.name)
          .join(', ')}.`,
      );
    }
    if (column.type === 'tensor' || column.type === 'timestamp') {
      throw refuse(`“${name}” is a ${column.type}, which an expression cannot read.`, 'Use a number or a text.');
    }
    return { kind: 'column', name, column: { ...column, sqlType: '' } };
  });
  const checked = checkExpression(expression, typesOf(sources));
  if ('problem' in checked) throw refuse(checked.problem.message, 'Correct the expression.');
  if (checked.type === 'text') throw refuse('The expression gives text.', 'A number or a condition is needed.');
  return {
    columns: inputs.filter(({ name }) => names.includes(name)),
    onAnswer: names.some(isAnswerName),
    add(builder, answer) {
      const values = sources.map((source): SourceValue => {
        return { source, value: source.kind === 'column' ? source.name : valueOf(answer, source.name) };
      });
      const [lowered] = lowerExpressions(builder, values, [{ name: field, text, expression }]);
      return lowered?.value ?? '';
    },
  };
}

function valueOf(answer: AnswerValues | undefined, name: string): string {
  const value = answer?.[name as keyof AnswerValues];
  if (value === undefined) throw new AppError('internal.bug', `The answer has no ${name}.`);
  return value;
}

function answerNamesOf({ task, classes }: ModelManifest): string[] {
  if (task === 'regression') return ['prediction'];
  return classes.length === 2 ? ['score', 'confidence', 'margin'] : ['confidence', 'margin'];
}
