import { nearMisses } from '../text/near-misses.ts';
import type { Expression, ExpressionProblem } from './parse.ts';

/** Numbers are float32, missing is NaN; a condition is true or false, never missing. */
export type ValueType = 'number' | 'text' | 'bool';

interface Rule {
  /** Fewest and most arguments. */
  count: [number, number];
  /** Type of the result, or what is wrong with the argument of a place. */
  type(args: readonly ValueType[]): ValueType | { place: number; message: string };
}

const any = Number.POSITIVE_INFINITY;

function numbers(result: ValueType): Rule['type'] {
  return (args) => {
    const place = args.indexOf('text');
    return place < 0 ? result : { place, message: 'A number is needed, and this is text.' };
  };
}

/** All texts, or no text among them. */
function alike(args: readonly ValueType[]): ValueType | { place: number; message: string } {
  const texts = args.filter((type) => type === 'text').length;
  if (texts === args.length) return 'text';
  if (texts === 0) return args.every((type) => type === 'bool') ? 'bool' : 'number';
  const place = args.findIndex((type) => type !== args[0]);
  return { place, message: 'Text and numbers are mixed.' };
}

const arithmetic: Rule = { count: [2, 2], type: numbers('number') };
const ordering: Rule = { count: [2, 2], type: numbers('bool') };
const equality: Rule = {
  count: [2, 2],
  type: (args) => {
    const found = alike(args);
    return typeof found === 'string' ? 'bool' : { place: 1, message: 'Text is compared with a number.' };
  },
};
const oneNumber: Rule = { count: [1, 1], type: numbers('number') };

/** Operators and functions by name. */
const rules: Readonly<Record<string, Rule>> = {
  '+': arithmetic,
  '-': arithmetic,
  '*': arithmetic,
  '/': arithmetic,
  '%': arithmetic,
  negative: oneNumber,
  '==': equality,
  '!=': equality,
  '<': ordering,
  '<=': ordering,
  '>': ordering,
  '>=': ordering,
  and: { count: [2, 2], type: numbers('bool') },
  or: { count: [2, 2], type: numbers('bool') },
  not: { count: [1, 1], type: numbers('bool') },
  min: { count: [2, any], type: numbers('number') },
  max: { count: [2, any], type: numbers('number') },
  abs: oneNumber,
  sqrt: oneNumber,
  exp: oneNumber,
  log: oneNumber,
  floor: oneNumber,
  ceil: oneNumber,
  clip: { count: [3, 3], type: numbers('number') },
  coalesce: { count: [2, any], type: (args) => (alike(args) === 'bool' ? 'number' : alike(args)) },
  is_missing: { count: [1, 1], type: () => 'bool' },
  if: {
    count: [3, 3],
    type: (args) => {
      if (args[0] === 'text') return { place: 0, message: 'A condition is needed, and this is text.' };
      const found = alike(args.slice(1));
      return typeof found === 'string' ? found : { ...found, place: found.place + 1 };
    },
  },
};

/** Names to call in an expression. */
export const functionNames: readonly string[] = Object.keys(rules).filter(
  (name) => /^[a-z_]+$/.test(name) && !['and', 'or', 'not', 'negative'].includes(name),
);

type Checked = { type: ValueType } | { problem: ExpressionProblem };

/** The type of an expression, given those of its columns; a column without one is taken for a number. */
export function checkExpression(expression: Expression, columns: ReadonlyMap<string, ValueType>): Checked {
  switch (expression.kind) {
    case 'number':
    case 'text':
    case 'bool':
      return { type: expression.kind };
    case 'column':
      return { type: columns.get(expression.name) ?? 'number' };
    case 'call':
      return checkCall(expression, columns);
  }
}

function checkCall(
  { name, args, at }: Extract<Expression, { kind: 'call' }>,
  columns: ReadonlyMap<string, ValueType>,
): Checked {
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
  if (rule === undefined) {
    const near = nearMisses(name, functionNames);
    const hint = near.length === 0 ? `There are ${functionNames.join(', ')}.` : `Did you mean ${near.join(' or ')}?`;
    return { problem: { at, message: `There is no function “${name}”. ${hint}` } };
  }
  const [least, most] = rule.count;
  if (args.length < least || args.length > most) {
    const wanted = least === most ? `${least}` : `at least ${least}`;
    return {
      problem: { at, message: `“${name}” takes ${wanted} ${least === 1 ? 'value' : 'values'}, not ${args.length}.` },
    };
  }
  const types: ValueType[] = [];
  for (const arg of args) {
    const checked = checkExpression(arg, columns);
    if ('problem' in checked) return checked;
    types.push(checked.type);
  }
  const type = rule.type(types);
  if (typeof type === 'string') return { type };
  return { problem: { at: args[type.place]?.at ?? at, message: type.message } };
}
