import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FitResources, type FitTable, withFitTable } from '../../main/compute/fit/fit-table.ts';
import type { LoweredFeature, SourceValue } from '../../main/compute/onnx/feature-values.ts';
import { createGraphBuilder, type GraphBuilder } from '../../main/compute/onnx/graph-builder.ts';
import {
  declareInputs,
  featureTensorName,
  inlinePipeline,
  type OutOfFoldFile,
  type Pipeline,
  readPipeline,
} from '../../main/compute/onnx/merge-pipelines.ts';
import { encodeModel, type ModelProto } from '../../main/compute/onnx/proto.ts';
import { pruneModel } from '../../main/compute/onnx/prune-model.ts';
import { openSession } from '../../main/compute/onnx/session.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import {
  type FeatureRule,
  type FeatureSource,
  featuresAfter,
  repeatedFeature,
  resolveSources,
} from '../../shared/model/feature-sources.ts';
import type { FeatureColumn, FeaturesManifest, InputColumn } from '../../shared/model/signature.ts';
import type { ArtifactDraft, InputArtifact, StepContext } from '../../shared/node/runner.ts';
import type { Column, TableSchema } from '../../shared/table/schema.ts';

type SourceRule = Pick<FeatureRule, 'field' | 'columns' | 'refuse' | 'takesOutOfFold'>;

export interface FeatureStep<S> {
  rule: SourceRule;
  /** Takes what no feature needs out of the graph and out of its inputs. */
  prunes?: boolean;
  /** Learns the state of one source; without it nothing is read and `state` is undefined. */
  fit?: (table: FitTable, source: FeatureSource) => Promise<S>;
  lower(builder: GraphBuilder, source: SourceValue, state: S): LoweredFeature[];
  /** Filled by `fit`: feature → values that training rows have in place of those of the graph, [rows, width]. */
  outOfFold?: ReadonlyMap<string, Float32Array>;
}

type FeatureContext = Pick<
  StepContext<unknown>,
  'inputs' | 'open' | 'workDir' | 'signal' | 'threads' | 'memoryBytes' | 'progress'
>;

/** Where a feature step starts: a table, or the features of the step before it. */
interface StepInput {
  artifact: InputArtifact;
  table: InputArtifact;
  schema: TableSchema;
  pipeline: Pipeline | undefined;
}

/**
 * Fits a feature step on its `input` (a table, or features) and writes the `features` artifact: the pipeline so far with
 * this step lowered behind it. Errors: `features.lineage` for held-out rows, `data.column-missing`, `data.column-type`,
 * `features.mismatch`, and those of fitting.
 */
export async function runFeatureStep<S>(
  ctx: FeatureContext,
  step: FeatureStep<S>,
): Promise<Record<string, ArtifactDraft>> {
  const input = await openInput(ctx);
  const sources = sourcesOf(input, step.rule);
  const states = step.fit === undefined ? [] : await fitAll(ctx, input, sources, step.fit);
  return writeFeatures(
    ctx,
    input,
    sources,
    (builder, values) =>
      // Without `fit` the kind's state type is undefined.
      values.map((value, index) => step.lower(builder.scope(value.source.name), value, states[index] as S)),
    step,
  );
}

/** A feature step whose features are made of all its sources together. */
export interface CombiningStep<S> {
  rule: Pick<FeatureRule, 'field' | 'columns' | 'refuse'>;
  /** Learns the state of all sources. */
  fit?: (table: FitTable, sources: readonly FeatureSource[]) => Promise<S>;
  lower(builder: GraphBuilder, sources: readonly SourceValue[], state: S): LoweredFeature[];
  /** Whether features that it is given stay beside what it makes of them. */
  keepsSources: boolean;
}

/** The same for a step that combines its sources. */
export async function runCombiningStep<S>(
  ctx: FeatureContext,
  step: CombiningStep<S>,
): Promise<Record<string, ArtifactDraft>> {
  const input = await openInput(ctx);
  const sources = sourcesOf(input, step.rule);
  const { fit } = step;
  const state = fit === undefined ? undefined : await withSources(ctx, input, sources, (table) => fit(table, sources));
  // Without `fit` the kind's state type is undefined.
  return writeFeatures(ctx, input, sources, combined(step, state as S));
}

/** The graph that such a step, which learns nothing, would write; nothing is kept. Errors: as `runCombiningStep`. */
export async function lowerCombiningStep(
  ctx: Pick<FeatureContext, 'inputs' | 'open'>,
  step: Omit<CombiningStep<undefined>, 'fit'>,
): Promise<{ model: ModelProto; manifest: FeaturesManifest; table: InputArtifact; sources: FeatureSource[] }> {
  const input = await openInput(ctx);
  const sources = sourcesOf(input, step.rule);
  return { ...lowerStep(input, sources, combined(step, undefined)), table: input.table, sources };
}

function combined<S>(step: Pick<CombiningStep<S>, 'lower' | 'keepsSources'>, state: S) {
  return (builder: GraphBuilder, values: readonly SourceValue[]): LoweredFeature[][] => {
    const made = step.lower(builder, values, state);
    return values.map(({ source, value }, index) => [
      ...(step.keepsSources && source.kind === 'feature' ? [{ feature: source.feature, value }] : []),
      // What is made stands after the last of its sources.
      ...(index === values.length - 1 ? made : []),
    ]);
  };
}

/** Writes the artifact of a step; `lower` gives the features made of each source. */
async function writeFeatures(
  ctx: FeatureContext,
  input: StepInput,
  sources: readonly FeatureSource[],
  lower: (builder: GraphBuilder, values: readonly SourceValue[]) => LoweredFeature[][],
  { outOfFold: made = new Map(), prunes = false }: Pick<FeatureStep<unknown>, 'outOfFold' | 'prunes'> = {},
): Promise<Record<string, ArtifactDraft>> {
  const lowered = lowerStep(input, sources, lower);
  const { model, manifest } = prunes ? pruned(lowered) : lowered;
  const bytes = encodeModel(model);
  const session = await openSession(bytes, { threads: 1, label: 'the feature pipeline' });
  await session.release();
  const outOfFold = await writeOutOfFold(ctx, input.pipeline?.outOfFold ?? [], made, manifest.outputs);
  const files = {
    'pipeline.onnx': join(ctx.workDir, 'pipeline.onnx'),
    'features.json': join(ctx.workDir, 'features.json'),
    ...outOfFold.files,
  };
  const listed = outOfFold.list.length === 0 ? manifest : { ...manifest, outOfFold: outOfFold.list };
  await writeFile(files['pipeline.onnx'], bytes);
  await writeFile(files['features.json'], `${JSON.stringify(listed, null, 2)}\n`);
  const { lineage } = input.artifact.manifest;
  return {
    features: {
      type: 'features',
      files,
      meta: {
        features: manifest.outputs.length,
        width: manifest.outputs.reduce((sum, feature) => sum + feature.width, 0),
      },
      ...(lineage === undefined ? {} : { lineage }),
    },
  };
}

function pruned({ model, manifest }: ReturnType<typeof lowerStep>): ReturnType<typeof lowerStep> {
  const left = pruneModel(model);
  const names = new Set(left.graph.input.map(({ name }) => name));
  return { model: left, manifest: { ...manifest, inputs: manifest.inputs.filter(({ name }) => names.has(name)) } };
}

/** The values of training rows of this step and of those before it, for features that are left. */
async function writeOutOfFold(
  { workDir }: Pick<FeatureContext, 'workDir'>,
  before: readonly OutOfFoldFile[],
  made: ReadonlyMap<string, Float32Array>,
  outputs: readonly FeatureColumn[],
): Promise<{ list: NonNullable<FeaturesManifest['outOfFold']>; files: Record<string, string> }> {
  const list: NonNullable<FeaturesManifest['outOfFold']> = [];
  const files: Record<string, string> = {};
  for (const { name } of outputs) {
    const values = made.get(name);
    const earlier = before.find(({ feature }) => feature === name);
    if (values === undefined && earlier === undefined) continue;
    const file = `out-of-fold-${list.length}.bin`;
    const path = join(workDir, file);
    if (values !== undefined) await writeFile(path, values);
    else if (earlier !== undefined) await copyFile(earlier.path, path);
    list.push({ feature: name, file });
    files[file] = path;
  }
  return { list, files };
}

/** The training table of a step, whatever features come in. Errors: as `runFeatureStep`. */
export async function trainingTable(ctx: FeatureContext): Promise<InputArtifact> {
  return (await openInput(ctx)).table;
}

function sourcesOf({ schema, pipeline }: StepInput, rule: SourceRule): FeatureSource[] {
  const shape =
    pipeline === undefined
      ? { type: 'table' as const, schema }
      : { type: 'features' as const, columns: pipeline.manifest.outputs, table: schema };
  const { sources, problems } = resolveSources(shape, rule);
  const [problem] = problems;
  if (problem !== undefined) throw new AppError(problem.code, problem.message, { fix: problem.fix });
  return sources;
}

async function openInput(ctx: Pick<FeatureContext, 'inputs' | 'open'>): Promise<StepInput> {
  const artifact = ctx.inputs['input']?.[0];
  if (artifact === undefined) throw new AppError('internal.bug', 'The step has no input.');
  if (artifact.manifest.lineage === 'test' || artifact.manifest.lineage === 'validation') {
    throw new AppError('features.lineage', `The step would learn from held-out rows (${artifact.manifest.lineage}).`, {
      fix: 'Connect the training rows; held-out rows pass through the fitted pipeline when the model is evaluated.',
    });
  }
  if (artifact.type === 'table') return { artifact, table: artifact, schema: schemaOf(artifact), pipeline: undefined };
  const pipeline = await readPipeline(artifact);
  const table = await ctx.open(pipeline.manifest.table);
  if (table === undefined) {
    throw new AppError('artifact.not-found', 'The table that the features were fitted on is no longer in the store.', {
      fix: 'Run the steps before this one again.',
    });
  }
  return { artifact, table, schema: schemaOf(table), pipeline };
}

function schemaOf(table: InputArtifact): TableSchema {
  const { schema } = table.manifest;
  if (schema === undefined) throw new AppError('artifact.corrupt', `The table ${table.digest} has no schema.`);
  return schema;
}

async function fitAll<S>(
  ctx: FeatureContext,
  input: StepInput,
  sources: readonly FeatureSource[],
  fit: (table: FitTable, source: FeatureSource) => Promise<S>,
): Promise<S[]> {
  return withSources(ctx, input, sources, async (fitTable) => {
    const states: S[] = [];
    for (const source of sources) {
      states.push(await fit(fitTable, source));
      ctx.progress({ done: states.length, total: sources.length, unit: 'columns' });
    }
    return states;
  });
}

function withSources<T>(
  ctx: FeatureContext,
  { table, schema, pipeline }: StepInput,
  sources: readonly FeatureSource[],
  work: (table: FitTable) => Promise<T>,
): Promise<T> {
  const input = {
    path: table.path('data.parquet'),
    columns: schema.columns,
    sources,
    ...(pipeline === undefined ? {} : { pipeline }),
  };
  const resources: FitResources = {
    threads: ctx.threads,
    memoryBytes: ctx.memoryBytes / 2,
    tempDir: ctx.workDir,
    signal: ctx.signal,
  };
  return withFitTable(input, resources, work);
}

function lowerStep(
  { table, pipeline }: StepInput,
  sources: readonly FeatureSource[],
  lower: (builder: GraphBuilder, values: readonly SourceValue[]) => LoweredFeature[][],
): { model: ModelProto; manifest: FeaturesManifest } {
  const inputs = pipeline === undefined ? sources.map(inputColumn) : pipeline.manifest.inputs;
  const builder = createGraphBuilder('features');
  declareInputs(builder, inputs);
  const values =
    pipeline === undefined
      ? new Map(inputs.map(({ name }) => [name, name]))
      : inlinePipeline(builder, pipeline, 'before/');
  const sourceValues = sources.map((source): SourceValue => {
    const value = values.get(source.name);
    if (value === undefined) throw new AppError('internal.bug', `No value carries “${source.name}”.`);
    return { source, value };
  });
  const bySource = lower(builder, sourceValues);
  const lowered = new Map(sources.map((source, index) => [source.name, bySource[index] ?? []] as const));
  const features = new Map([...lowered].map(([name, list]) => [name, list.map(({ feature }) => feature)]));
  const outputs = featuresAfter(
    pipeline === undefined
      ? { type: 'table', schema: { columns: [] } }
      : { type: 'features', columns: pipeline.manifest.outputs, table: { columns: [] } },
    features,
  );
  const twice = repeatedFeature(outputs);
  if (twice !== undefined) {
    throw new AppError('features.mismatch', `Two features would be called “${twice}”.`, {
      fix: 'Rename one of them, or a column in an SQL step.',
    });
  }
  const made = new Map([...lowered.values()].flat().map(({ feature, value }) => [feature.name, value]));
  for (const feature of outputs) {
    const value = made.get(feature.name) ?? values.get(feature.name);
    if (value === undefined) throw new AppError('internal.bug', `No value carries “${feature.name}”.`);
    builder.output(featureTensorName(feature.name), value, feature.text === true ? 'BYTES' : 'FP32', [
      'N',
      feature.width,
    ]);
  }
  return { model: builder.toModel(), manifest: { table: pipeline?.manifest.table ?? table.digest, inputs, outputs } };
}

function inputColumn(source: FeatureSource): InputColumn {
  if (source.kind === 'feature') throw new AppError('internal.bug', `“${source.name}” is not a column of a table.`);
  const { name, type, size }: Column = source.column;
  if (type === 'other') throw new AppError('internal.bug', `Column “${name}” has no encoding.`);
  return { name, type, ...(size === undefined ? {} : { size }) };
}
