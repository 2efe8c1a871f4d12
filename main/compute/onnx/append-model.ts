import { AppError } from '../../../shared/errors/app-error.ts';
import type { ClassLabel, InputColumn } from '../../../shared/model/signature.ts';
import type { ColumnType } from '../../../shared/table/schema.ts';
import { attribute, createGraphBuilder, type GraphBuilder } from './graph-builder.ts';
import { declareInputs, featureTensorName, inlinePipeline, type MergedPipeline } from './merge-pipelines.ts';
import { encodeModel, type GraphProto, type ModelProto, type NodeProto } from './proto.ts';
import { openSession } from './session.ts';

export interface AppendModelOptions {
  pipeline: MergedPipeline;
  /** Classification: the classes, ascending, and the type of the label column. Omitted for regression. */
  classification?: { classes: readonly ClassLabel[]; labelType: ColumnType };
  /**
   * Adds the model's nodes. `features` is FP32 [N, width], the features side by side in the pipeline's order. Returns
   * the value of the class probabilities FP32 [N, C], or of the prediction FP32 [N, 1].
   */
  build(builder: GraphBuilder, features: string): string;
  /** Adds outputs behind those of the task, after `build`. */
  addOutputs?(builder: GraphBuilder): void;
  /** Versions of operator sets by domain, where they are to differ from those graphs are written for here. */
  opsets?: ReadonlyMap<string, number>;
}

export interface FusedModel {
  /** `model.onnx`. */
  bytes: Uint8Array;
  /** Raw columns the model really uses. */
  inputs: InputColumn[];
}

/**
 * Fuses feature pipeline and model into one graph, raw columns in. Out for classification: `probabilities` FP32 [N, C]
 * and `label` [N, 1] (the class of the largest probability, the first among equals; INT64 for bool and int64 labels,
 * else BYTES); for regression: `prediction` FP32 [N, 1]. The graph is opened in ONNX Runtime before it is returned.
 */
export async function appendModel(options: AppendModelOptions): Promise<FusedModel> {
  const { pipeline, classification } = options;
  const outputs = classification === undefined ? ['prediction'] : ['probabilities', 'label'];
  for (const { name } of pipeline.inputs) {
    if (!outputs.includes(name)) continue;
    throw new AppError('features.mismatch', `The column “${name}” has the name of an output of the model.`, {
      fix: `Rename the column in an SQL step, e.g. "${name}" AS ${name}_in.`,
    });
  }
  const builder = createGraphBuilder('model');
  const features = addFeatures(builder, pipeline);
  const result = options.build(builder.scope('model'), features);
  if (classification === undefined) builder.output('prediction', result, 'FP32', ['N', 1]);
  else outputClasses(builder, result, classification);
  options.addOutputs?.(builder);
  return finishModel(builder, pipeline.inputs, options.opsets);
}

/** The feature steps alone, for an estimator that no graph holds: raw columns in, `output` FP32 [N, width]. */
export function featureMatrixModel(pipeline: MergedPipeline, output: string): Promise<FusedModel> {
  const builder = createGraphBuilder('features');
  const width = pipeline.features.reduce((sum, feature) => sum + feature.width, 0);
  builder.output(output, builder.node('Identity', [addFeatures(builder, pipeline)]), 'FP32', ['N', width]);
  return finishModel(builder, pipeline.inputs);
}

/** Declares the raw columns and adds the feature steps; returns FP32 [N, width], the features side by side. */
export function addFeatures(builder: GraphBuilder, pipeline: MergedPipeline): string {
  declareInputs(builder, pipeline.inputs);
  const values = inlinePipeline(
    builder,
    { manifest: { table: pipeline.table, inputs: pipeline.inputs, outputs: pipeline.features }, model: pipeline.model },
    'features/',
  );
  return concatenate(
    builder,
    pipeline.features.map((feature) => values.get(feature.name) ?? featureTensorName(feature.name)),
  );
}

/** Adds the outputs `probabilities` and `label` of a classifier. */
export function outputClasses(
  builder: GraphBuilder,
  probabilities: string,
  { classes, labelType }: NonNullable<AppendModelOptions['classification']>,
): void {
  builder.output('probabilities', probabilities, 'FP32', ['N', classes.length]);
  const integer = labelType === 'bool' || labelType === 'int64';
  const type = integer ? 'INT64' : 'BYTES';
  const head = builder.scope('label');
  const names = integer
    ? head.initializer(
        'INT64',
        classes.map((label) => BigInt(Number(label))),
        [classes.length],
      )
    : head.initializer('BYTES', classes.map(String), [classes.length]);
  const best = head.node('ArgMax', [probabilities], { axis: attribute.int(1), keepdims: attribute.int(1) });
  builder.output('label', head.node('Gather', [names, best]), type, ['N', 1]);
}

/** The graph without what no output depends on, opened once in ONNX Runtime. */
export async function finishModel(
  builder: GraphBuilder,
  inputs: readonly InputColumn[],
  opsets: ReadonlyMap<string, number> = new Map(),
): Promise<FusedModel> {
  const model = withoutUnused(withOpsets(builder.toModel(), opsets));
  const bytes = encodeModel(model);
  const session = await openSession(bytes, { threads: 1, label: 'the fused model' });
  await session.release();
  const used = new Set(model.graph.input.map((input) => input.name));
  return { bytes, inputs: inputs.filter((column) => used.has(column.name)) };
}

function withOpsets(model: ModelProto, versions: ReadonlyMap<string, number>): ModelProto {
  const domains = new Map(model.opsetImport.map(({ domain, version }) => [domain, version]));
  for (const [domain, version] of versions) domains.set(domain, version);
  return { ...model, opsetImport: Array.from(domains, ([domain, version]) => ({ domain, version })) };
}

function concatenate(builder: GraphBuilder, values: readonly string[]): string {
  const [only] = values;
  if (values.length === 1 && only !== undefined) return only;
  return builder.node('Concat', values, { axis: attribute.int(1) });
}

/** The model without nodes, constants and inputs that no output depends on. */
function withoutUnused(model: ModelProto): ModelProto {
  const { graph } = model;
  const needed = new Set(graph.output.map((output) => output.name));
  const kept: NodeProto[] = [];
  for (const node of graph.node.toReversed()) {
    if (!node.output.some((value) => needed.has(value))) continue;
    kept.push(node);
    for (const value of node.input) needed.add(value);
    for (const { g } of node.attribute ?? []) if (g !== undefined) addOuterValues(g, needed);
  }
  return {
    ...model,
    graph: {
      ...graph,
      node: kept.reverse(),
      initializer: graph.initializer.filter((tensor) => needed.has(tensor.name ?? '')),
      input: graph.input.filter((input) => needed.has(input.name)),
    },
  };
}

/** Every name a body mentions; names are unique in a model, so its own do no harm. */
function addOuterValues(body: GraphProto, needed: Set<string>): void {
  for (const output of body.output) needed.add(output.name);
  for (const node of body.node) {
    for (const value of node.input) needed.add(value);
    for (const { g } of node.attribute ?? []) if (g !== undefined) addOuterValues(g, needed);
  }
}
