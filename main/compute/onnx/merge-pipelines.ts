import { readFile } from 'node:fs/promises';
import { AppError } from '../../../shared/errors/app-error.ts';
import {
  type FeatureColumn,
  type FeaturesManifest,
  featuresManifestSchema,
  type InputColumn,
} from '../../../shared/model/signature.ts';
import { createGraphBuilder, type GraphBuilder } from './graph-builder.ts';
import { decodeModel, type GraphProto, type ModelProto, type NodeProto } from './proto.ts';
import { mergeInputColumns, rawElementType, rawShape } from './raw-inputs.ts';

/** The two files of a `features` artifact, read. */
export interface Pipeline {
  manifest: FeaturesManifest;
  model: ModelProto;
  outOfFold?: readonly OutOfFoldFile[];
}

/** Values of a feature that training takes in place of those of the graph: float32 [rows, width], little-endian. */
export interface OutOfFoldFile {
  feature: string;
  path: string;
}

/** Fitted feature steps as one graph: raw `inputs` → one output `featureTensorName(name)` per feature, in order. */
export interface MergedPipeline {
  /** Digest of the table all steps were fitted on. */
  table: string;
  inputs: InputColumn[];
  features: FeatureColumn[];
  /** Number of float32 columns of all features together. */
  width: number;
  model: ModelProto;
  /** Only for features of training rows. */
  outOfFold?: readonly OutOfFoldFile[];
}

/** Name of the graph output that carries a feature. */
export function featureTensorName(feature: string): string {
  return `feature:${feature}`;
}

/** Reads `features.json` and `pipeline.onnx` of an artifact. Throws `artifact.corrupt`. */
export async function readPipeline(artifact: { digest: string; path(file: string): string }): Promise<Pipeline> {
  const [json, bytes] = await Promise.all([
    readFile(artifact.path('features.json'), 'utf8'),
    readFile(artifact.path('pipeline.onnx')),
  ]);
  try {
    const manifest = featuresManifestSchema.parse(JSON.parse(json));
    const outOfFold = (manifest.outOfFold ?? []).map(({ feature, file }) => ({ feature, path: artifact.path(file) }));
    return { manifest, model: decodeModel(bytes), ...(outOfFold.length === 0 ? {} : { outOfFold }) };
  } catch (cause) {
    throw new AppError('artifact.corrupt', `The features artifact ${artifact.digest} cannot be read.`, {
      fix: 'Run the step again with --force.',
      cause,
    });
  }
}

/**
 * Several fitted pipelines over one training table as one graph: raw inputs are shared, internals are kept apart.
 * Throws `features.mismatch` for pipelines of different tables, two features of one name, or a feature that is still
 * text.
 */
export function mergePipelines(pipelines: readonly [Pipeline, ...Pipeline[]] | readonly Pipeline[]): MergedPipeline {
  const table = pipelines[0]?.manifest.table;
  if (table === undefined) {
    throw new AppError('features.mismatch', 'No feature step is connected.', {
      fix: 'Connect at least one feature step to the trainer.',
    });
  }
  if (pipelines.some((pipeline) => pipeline.manifest.table !== table)) {
    throw new AppError('features.mismatch', 'The feature steps were fitted on different tables.', {
      fix: 'Connect all feature steps of one trainer to the same table.',
    });
  }
  const inputs = mergeInputColumns(pipelines.map((pipeline) => pipeline.manifest.inputs));
  const features = pipelines.flatMap((pipeline) => pipeline.manifest.outputs);
  requireTrainable(features);
  const builder = createGraphBuilder('features');
  declareInputs(builder, inputs);
  pipelines.forEach((pipeline, index) => {
    const values = inlinePipeline(builder, pipeline, `step${index}/`);
    for (const feature of pipeline.manifest.outputs) {
      builder.output(featureTensorName(feature.name), valueOf(values, feature.name), 'FP32', ['N', feature.width]);
    }
  });
  const width = features.reduce((sum, feature) => sum + feature.width, 0);
  const outOfFold = pipelines.flatMap((pipeline) => pipeline.outOfFold ?? []);
  return { table, inputs, features, width, model: builder.toModel(), ...(outOfFold.length === 0 ? {} : { outOfFold }) };
}

function requireTrainable(features: readonly FeatureColumn[]): void {
  const seen = new Set<string>();
  for (const feature of features) {
    if (seen.has(feature.name)) {
      throw new AppError('features.mismatch', `Two feature steps give a feature called “${feature.name}”.`, {
        fix: 'Handle each column in one step, or chain the steps one after the other.',
      });
    }
    seen.add(feature.name);
    if (feature.text === true) {
      throw new AppError('features.mismatch', `The feature “${feature.name}” is still text.`, {
        fix: 'Put an Encode step between the imputation and the trainer.',
      });
    }
  }
}

/** Declares raw columns as graph inputs, under their own names. */
export function declareInputs(builder: GraphBuilder, inputs: readonly InputColumn[]): void {
  for (const column of inputs) builder.input(column.name, rawElementType(column), rawShape(column));
}

/**
 * Copies a pipeline into a graph whose raw inputs are declared already, with `prefix` before every other name.
 * Returns the value that carries each feature.
 */
export function inlinePipeline(builder: GraphBuilder, pipeline: Pipeline, prefix: string): Map<string, string> {
  const { graph } = pipeline.model;
  const raw = new Set(graph.input.map((input) => input.name));
  // An empty name is an omitted optional input or output.
  const rename = (name: string) => (name === '' || raw.has(name) ? name : `${prefix}${name}`);
  builder.include(
    graph.node.map((node) => renameNode(node, rename)),
    graph.initializer.map((tensor) => ({ ...tensor, name: rename(tensor.name ?? '') })),
  );
  return new Map(
    pipeline.manifest.outputs.map((feature) => [feature.name, rename(featureTensorName(feature.name))] as const),
  );
}

/** A node with other value names, also inside its bodies. */
export function renameNode(node: NodeProto, rename: (name: string) => string): NodeProto {
  return {
    ...node,
    input: node.input.map(rename),
    output: node.output.map(rename),
    attribute: (node.attribute ?? []).map((item) =>
      item.g === undefined ? item : { ...item, g: renameGraph(item.g, rename) },
    ),
  };
}

function renameGraph(graph: GraphProto, rename: (name: string) => string): GraphProto {
  return {
    ...graph,
    node: graph.node.map((node) => renameNode(node, rename)),
    initializer: graph.initializer.map((tensor) => ({ ...tensor, name: rename(tensor.name ?? '') })),
    input: graph.input.map((value) => ({ ...value, name: rename(value.name) })),
    output: graph.output.map((value) => ({ ...value, name: rename(value.name) })),
  };
}

function valueOf(values: ReadonlyMap<string, string>, feature: string): string {
  const value = values.get(feature);
  if (value === undefined) throw new AppError('internal.bug', `No value carries the feature “${feature}”.`);
  return value;
}
