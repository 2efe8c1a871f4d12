import { AppError } from '../../../shared/errors/app-error.ts';
import {
  answerInput,
  answerOutputs,
  type InputColumn,
  type ModelManifest,
  routeOutput,
  scoreOutput,
} from '../../../shared/model/signature.ts';
import { opsetsOf } from './adopted-model.ts';
import { finishModel, outputClasses } from './append-model.ts';
import { attribute, createGraphBuilder, type GraphBuilder } from './graph-builder.ts';
import { declareInputs, renameNode } from './merge-pipelines.ts';
import { decodeModel } from './proto.ts';

/** What a model says of its task and its classes. */
type AnswerShape = Pick<ModelManifest, 'task' | 'classes' | 'label'>;

/** What an expression may name of an answer, FP32 [N, 1] each. */
export interface AnswerValues {
  /** Binary: probability of the second class. */
  score?: string;
  /** Classification: the largest probability, and by how much it is larger than the next. */
  confidence?: string;
  margin?: string;
  /** Regression. */
  prediction?: string;
}

/** Adds the nodes of a rule; gives FP32 [N, 1], true where neither 0 nor missing. */
export type AddRule = (builder: GraphBuilder, answer: AnswerValues | undefined) => string;

/** A model as it is to be part of another: `model.onnx` and the raw columns it reads. */
export interface RoutedModel {
  bytes: Uint8Array;
  inputs: readonly InputColumn[];
}

export interface RouteOptions {
  shape: AnswerShape;
  first: RoutedModel;
  second: RoutedModel;
  /** Raw columns of both models and the rule. */
  inputs: readonly InputColumn[];
  addRule: AddRule;
  /** The rule reads the answer of the first model; else columns only, and each row goes to one of the two. */
  onAnswer: boolean;
}

/**
 * One graph for both models: where the rule is true the second answers. Each model runs only on the rows that are its own,
 * and on the first of all (an operator may not take 0 rows). Errors: `model.invalid` (operator sets differ).
 */
export async function routeModels({
  shape,
  first,
  second,
  inputs,
  addRule,
  onAnswer,
}: RouteOptions): Promise<Uint8Array> {
  const builder = createGraphBuilder('model');
  declareInputs(builder, inputs);
  const opsets = commonOpsets([first.bytes, second.bytes]);
  const direct = new Map(inputs.map(({ name }) => [name, name]));
  let answer: ReadonlyMap<string, string>;
  let route: string;
  if (onAnswer) {
    answer = inlineModel(builder, first.bytes, direct, 'first/');
    route = addRoute(builder, addRule, shape, answer);
  } else {
    route = addRoute(builder, addRule, shape, undefined);
    const rest = rowsWhere(builder.scope('first-rows'), builder.node('Not', [route]));
    answer = rest.back(inlineModel(builder, first.bytes, rest.take(first.inputs), 'first/'));
  }
  const rows = rowsWhere(builder.scope('second-rows'), route);
  const other = rows.back(inlineModel(builder, second.bytes, rows.take(second.inputs), 'second/'));
  const head = builder.scope('merge');
  for (const output of answerOutputs(shape.task)) {
    const merged = head.node('Where', [route, valueOf(other, output), valueOf(answer, output)]);
    declareAnswer(builder, output, merged, shape);
  }
  return (await finishModel(builder, inputs, opsets)).bytes;
}

/** The step of a first model whose rule reads its answer: the model with the output of the rule. */
export async function modelWithRule({
  shape,
  first,
  inputs,
  addRule,
}: Omit<RouteOptions, 'second' | 'onAnswer'>): Promise<Uint8Array> {
  const builder = createGraphBuilder('model');
  declareInputs(builder, inputs);
  const answer = inlineModel(builder, first.bytes, new Map(inputs.map(({ name }) => [name, name])), 'first/');
  for (const output of answerOutputs(shape.task)) declareAnswer(builder, output, valueOf(answer, output), shape);
  builder.output(routeOutput, addRoute(builder, addRule, shape, answer), 'BOOL', ['N', 1]);
  return (await finishModel(builder, inputs, commonOpsets([first.bytes]))).bytes;
}

/** The step of a rule by itself. `onAnswer`: over the answer that the rows have so far. */
export async function ruleAlone({
  shape,
  inputs,
  addRule,
  onAnswer,
}: Pick<RouteOptions, 'shape' | 'inputs' | 'addRule' | 'onAnswer'>): Promise<Uint8Array> {
  const builder = createGraphBuilder('rule');
  declareInputs(builder, inputs);
  const answer = onAnswer ? declareAnswerInput(builder, shape) : undefined;
  builder.output(routeOutput, addRoute(builder, addRule, shape, answer), 'BOOL', ['N', 1]);
  return (await finishModel(builder, inputs)).bytes;
}

export interface AdjustOptions {
  shape: AnswerShape;
  /** Raw columns of the model and the expression. */
  inputs: readonly InputColumn[];
  /** Gives FP32 [N, 1]: the prediction, or the probability of the second class. */
  adjust: AddRule;
}

/** A model whose answer goes through an expression. A classifier has two classes; missing counts as 0. */
export async function adjustModel({
  shape,
  inputs,
  adjust,
  model,
}: AdjustOptions & { model: RoutedModel }): Promise<Uint8Array> {
  const builder = createGraphBuilder('model');
  declareInputs(builder, inputs);
  const answer = inlineModel(builder, model.bytes, new Map(inputs.map(({ name }) => [name, name])), 'model/');
  addAdjusted(builder, shape, answer, adjust);
  return (await finishModel(builder, inputs, commonOpsets([model.bytes]))).bytes;
}

/** The same as a step by itself. */
export async function adjustAlone({ shape, inputs, adjust }: AdjustOptions): Promise<Uint8Array> {
  const builder = createGraphBuilder('adjust');
  declareInputs(builder, inputs);
  addAdjusted(builder, shape, declareAnswerInput(builder, shape), adjust);
  return (await finishModel(builder, inputs)).bytes;
}

function addAdjusted(
  builder: GraphBuilder,
  shape: AnswerShape,
  answer: ReadonlyMap<string, string>,
  adjust: AddRule,
): void {
  const scope = builder.scope('adjust');
  const value = adjust(scope, answerValues(scope, shape, answer));
  if (shape.task === 'regression') {
    builder.output('prediction', value, 'FP32', ['N', 1]);
    return;
  }
  const known = scope.node('Where', [scope.node('IsNaN', [value]), scope.float(0), value]);
  const positive = scope.node('Max', [scope.node('Min', [known, scope.float(1)]), scope.float(0)]);
  const both = scope.node('Concat', [scope.node('Sub', [scope.float(1), positive]), positive], {
    axis: attribute.int(1),
  });
  outputClasses(builder, both, { classes: shape.classes, labelType: shape.label.type });
}

/** `probabilities` or `prediction` of the rows so far; labels follow from them. */
function declareAnswerInput(builder: GraphBuilder, { task, classes }: AnswerShape): Map<string, string> {
  const output = scoreOutput(task);
  const width = task === 'regression' ? 1 : classes.length;
  return new Map([[output, builder.input(answerInput(output), 'FP32', ['N', width])]]);
}

function declareAnswer(builder: GraphBuilder, output: string, value: string, { classes, label }: AnswerShape): void {
  if (output === 'prediction') builder.output(output, value, 'FP32', ['N', 1]);
  else if (output === 'probabilities') builder.output(output, value, 'FP32', ['N', classes.length]);
  else builder.output(output, value, label.type === 'bool' || label.type === 'int64' ? 'INT64' : 'BYTES', ['N', 1]);
}

/** BOOL [N, 1]. */
function addRoute(
  builder: GraphBuilder,
  addRule: AddRule,
  shape: AnswerShape,
  answer: ReadonlyMap<string, string> | undefined,
): string {
  const scope = builder.scope('rule');
  const value = addRule(scope, answer === undefined ? undefined : answerValues(scope, shape, answer));
  const isZero = scope.node('Equal', [value, scope.float(0)]);
  return scope.node('Not', [scope.node('Or', [isZero, scope.node('IsNaN', [value])])]);
}

/** What is not named is left out of the graph again. */
function answerValues(
  builder: GraphBuilder,
  { task, classes }: AnswerShape,
  answer: ReadonlyMap<string, string>,
): AnswerValues {
  if (task === 'regression') return { prediction: valueOf(answer, 'prediction') };
  const probabilities = valueOf(answer, 'probabilities');
  const column = (value: string, c: number) =>
    builder.node('Slice', [value, builder.int64([c]), builder.int64([c + 1]), builder.int64([1])]);
  const [largest] = builder.nodeOutputs('TopK', [probabilities, builder.int64([Math.min(2, classes.length)])], 2, {
    axis: attribute.int(1),
  }) as [string, string];
  const confidence = column(largest, 0);
  return {
    confidence,
    ...(classes.length > 1 ? { margin: builder.node('Sub', [confidence, column(largest, 1)]) } : {}),
    ...(classes.length === 2 ? { score: column(probabilities, 1) } : {}),
  };
}

/** Rows of which a condition BOOL [N, 1] holds, with row 0 before them. */
function rowsWhere(builder: GraphBuilder, condition: string) {
  const flat = builder.node('Reshape', [condition, builder.int64([-1])]);
  const found = builder.node('Squeeze', [builder.node('NonZero', [flat]), builder.int64([0])]);
  const indices = builder.node('Concat', [builder.int64([0]), found], { axis: attribute.int(0) });
  // Of a row among those: its place behind row 0. Of any other: a place that exists.
  const place = builder.node('CumSum', [builder.node('Cast', [flat], { to: attribute.int(7) }), builder.int64(0)]);
  const gather = (value: string, at: string) => builder.node('Gather', [value, at], { axis: attribute.int(0) });
  return {
    take: (inputs: readonly InputColumn[]) => new Map(inputs.map(({ name }) => [name, gather(name, indices)])),
    back: (outputs: ReadonlyMap<string, string>) =>
      new Map(Array.from(outputs, ([name, value]) => [name, gather(value, place)] as const)),
  };
}

/** Copies a model into a graph; `inputs`: the value of each of its raw columns. Returns the values of its outputs. */
function inlineModel(
  builder: GraphBuilder,
  bytes: Uint8Array,
  inputs: ReadonlyMap<string, string>,
  prefix: string,
): Map<string, string> {
  const { graph } = decodeModel(bytes);
  const rename = (name: string) => (name === '' ? name : (inputs.get(name) ?? `${prefix}${name}`));
  builder.include(
    graph.node.map((node) => renameNode(node, rename)),
    graph.initializer.map((tensor) => ({ ...tensor, name: rename(tensor.name ?? '') })),
  );
  return new Map(graph.output.map(({ name }) => [name, rename(name)]));
}

/** Operators mean what the version of their set says, and a graph has one of each. Errors: `model.invalid`. */
function commonOpsets(models: readonly Uint8Array[]): Map<string, number> {
  const common = new Map<string, number>();
  for (const bytes of models) {
    for (const [domain, version] of opsetsOf(bytes)) {
      const known = common.get(domain) ?? version;
      if (known !== version) {
        throw new AppError(
          'model.invalid',
          `The two models are written for versions ${known} and ${version} of the operator set ${domain === '' ? 'ai.onnx' : domain}, which cannot be mixed.`,
          { fix: 'Convert the ONNX file that came from elsewhere to operator set 21.' },
        );
      }
      common.set(domain, version);
    }
  }
  return common;
}

function valueOf(values: ReadonlyMap<string, string>, output: string): string {
  const value = values.get(output);
  if (value === undefined) throw new AppError('model.invalid', `A model has no output “${output}”.`);
  return value;
}
