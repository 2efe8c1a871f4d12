import {
  castTo,
  floatValue,
  isMissingText,
  type LoweredFeature,
  type SourceValue,
} from '../../../main/compute/onnx/feature-values.ts';
import { attribute, type GraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';
import type { ValueType } from '../../../shared/expression/check.ts';
import type { Expression } from '../../../shared/expression/parse.ts';
import { expressionFeature, type NamedExpression, typesOf } from './definition.ts';

/** FP32, BYTES or BOOL; of shape [N, 1] where a column is in it, else []. */
interface Value {
  type: ValueType;
  value: string;
}

/** Each expression FP32 [N, 1], or BYTES [N, 1] where it is text. */
export function lowerExpressions(
  builder: GraphBuilder,
  sources: readonly SourceValue[],
  expressions: readonly NamedExpression[],
): LoweredFeature[] {
  const types = typesOf(sources.map(({ source }) => source));
  const columns = new Map(
    sources.map((source): [string, Value] => {
      const type = types.get(source.source.name) ?? 'number';
      return [source.source.name, { type, value: type === 'text' ? source.value : floatValue(builder, source) }];
    }),
  );
  return expressions.map((named) => {
    const lowered = new Lowering(builder, columns).lower(named.expression);
    const feature = expressionFeature(
      named,
      sources.map(({ source }) => source),
    );
    const value = lowered.type === 'text' ? lowered.value : numberOf(builder, lowered);
    return { feature, value };
  });
}

function numberOf(builder: GraphBuilder, { type, value }: Value): string {
  return type === 'bool' ? castTo(builder, value, 'FP32') : value;
}

const comparisons: Readonly<Record<string, string>> = {
  '<': 'Less',
  '<=': 'LessOrEqual',
  '>': 'Greater',
  '>=': 'GreaterOrEqual',
};
const arithmetic: Readonly<Record<string, string>> = { '+': 'Add', '-': 'Sub', '*': 'Mul', '/': 'Div' };
const functions: Readonly<Record<string, string>> = {
  abs: 'Abs',
  sqrt: 'Sqrt',
  exp: 'Exp',
  log: 'Log',
  floor: 'Floor',
  ceil: 'Ceil',
  negative: 'Neg',
};

class Lowering {
  readonly #builder: GraphBuilder;
  readonly #columns: ReadonlyMap<string, Value>;

  constructor(builder: GraphBuilder, columns: ReadonlyMap<string, Value>) {
    this.#builder = builder;
    this.#columns = columns;
  }

  lower(expression: Expression): Value {
    const builder = this.#builder;
    switch (expression.kind) {
      case 'number':
        return { type: 'number', value: builder.float(expression.value) };
      case 'text':
        return { type: 'text', value: builder.initializer('BYTES', [expression.value], []) };
      case 'bool':
        return { type: 'bool', value: builder.initializer('BOOL', [expression.value ? 1 : 0], []) };
      case 'column':
        return this.#columns.get(expression.name) ?? { type: 'number', value: builder.float(Number.NaN) };
      case 'call':
        return this.#call(
          expression.name,
          expression.args.map((arg) => this.lower(arg)),
        );
    }
  }

  #call(name: string, args: readonly Value[]): Value {
    const builder = this.#builder;
    const numbers = () => args.map((arg) => numberOf(builder, arg));
    const [a = { type: 'number', value: '' }, b = a, c = a] = args satisfies readonly Value[];
    if (arithmetic[name] !== undefined) return number(builder.node(arithmetic[name], numbers()));
    if (functions[name] !== undefined) return number(builder.node(functions[name], numbers()));
    if (comparisons[name] !== undefined) return condition(builder.node(comparisons[name], numbers()));
    switch (name) {
      case '%':
        return number(builder.node('Mod', numbers(), { fmod: attribute.int(1) }));
      case 'and':
      case 'or':
        return condition(builder.node(name === 'and' ? 'And' : 'Or', [this.#truth(a), this.#truth(b)]));
      case 'not':
        return condition(this.#not(this.#truth(a)));
      case '==':
        return condition(this.#equal(a, b));
      case '!=':
        return condition(this.#not(this.#equal(a, b)));
      case 'min':
      case 'max':
        return number(numbers().reduce((x, y) => this.#extreme(name, x, y)));
      case 'clip': {
        const [x = '', low = '', high = ''] = numbers();
        return number(this.#extreme('max', this.#extreme('min', x, high), low));
      }
      case 'is_missing':
        return condition(this.#missing(a));
      case 'coalesce':
        return args.reduceRight((rest, first) => this.#choose(this.#missing(first), rest, first));
      default:
        return this.#choose(this.#truth(a), b, c);
    }
  }

  #not(value: string): string {
    return this.#builder.node('Not', [value]);
  }

  /** A number is true where it is neither 0 nor missing. */
  #truth({ type, value }: Value): string {
    if (type === 'bool') return value;
    const builder = this.#builder;
    const zero = builder.node('Equal', [value, builder.float(0)]);
    return this.#not(builder.node('Or', [zero, builder.node('IsNaN', [value])]));
  }

  #missing({ type, value }: Value): string {
    const builder = this.#builder;
    if (type === 'text') return isMissingText(builder, value);
    return builder.node('IsNaN', [type === 'bool' ? castTo(builder, value, 'FP32') : value]);
  }

  #equal(a: Value, b: Value): string {
    const builder = this.#builder;
    if (a.type !== 'text') return builder.node('Equal', [numberOf(builder, a), numberOf(builder, b)]);
    const present = this.#not(builder.node('Or', [this.#missing(a), this.#missing(b)]));
    return builder.node('And', [builder.node('Equal', [a.value, b.value]), present]);
  }

  /** Missing where either is: ONNX leaves open what Min and Max make of NaN. */
  #extreme(name: 'min' | 'max', x: string, y: string): string {
    const builder = this.#builder;
    const missing = builder.node('Or', [builder.node('IsNaN', [x]), builder.node('IsNaN', [y])]);
    const found = builder.node(name === 'min' ? 'Min' : 'Max', [x, y]);
    return builder.node('Where', [missing, builder.float(Number.NaN), found]);
  }

  #choose(when: string, then: Value, otherwise: Value): Value {
    const builder = this.#builder;
    if (then.type === 'text')
      return { type: 'text', value: builder.node('Where', [when, then.value, otherwise.value]) };
    const chosen = builder.node('Where', [when, numberOf(builder, then), numberOf(builder, otherwise)]);
    // Of two conditions the choice is a condition, as a number that is 1 or 0.
    return number(chosen);
  }
}

function number(value: string): Value {
  return { type: 'number', value };
}

function condition(value: string): Value {
  return { type: 'bool', value };
}
