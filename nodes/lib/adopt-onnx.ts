import {
  addAdopted,
  adoptModel,
  type AdoptedModel,
  createAdoptedScorer,
  encodeAdopted,
  opsetsOf,
} from '../../main/compute/onnx/adopted-model.ts';
import { appendModel, type FusedModel } from '../../main/compute/onnx/append-model.ts';
import { createGraphBuilder } from '../../main/compute/onnx/graph-builder.ts';
import { encodeModel } from '../../main/compute/onnx/proto.ts';
import { openSession } from '../../main/compute/onnx/session.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { ArtifactDraft, StepContext } from '../../shared/node/runner.ts';
import type { TrainingColumns } from './training-data.ts';
import { writeModel } from './write-model.ts';

/** Training rows the model is tried on: the first that have a label. */
export const sampleRows = 256;
/** What graphs are written for here, see `graph-builder.ts`. */
const ownOpsets = new Map([
  ['', 21],
  ['ai.onnx.ml', 4],
]);
const tolerance = 1e-4;

export interface AdoptOnnxOptions {
  ctx: Pick<StepContext, 'workDir' | 'signal' | 'memoryBytes' | 'threads' | 'log'>;
  /** Of the columns no more than `sampleRows` rows are read. */
  data: TrainingColumns;
  bytes: Uint8Array;
  /** Named in errors. */
  label: string;
  /** Empty to find it. */
  output: string;
  scores: 'auto' | 'probabilities' | 'logits';
  trainer: { kind: string; params: Record<string, unknown> };
}

/**
 * Makes an ONNX model written elsewhere a model like any other: fused with the features, checked against itself on
 * training rows. Errors: `model.invalid`.
 */
export async function adoptOnnx(options: AdoptOnnxOptions): Promise<ArtifactDraft> {
  const { ctx, data, label } = options;
  const { pipeline, table, labels, columns } = data;
  const rows = Math.min(sampleRows, labels.values.length);
  const sample = new Float32Array(rows * columns.length);
  columns.forEach((column, c) => {
    sample.set(column.subarray(0, rows), c * rows);
  });
  const adopted = await adoptModel({
    bytes: options.bytes,
    label,
    features: pipeline.features,
    task: labels.task,
    classes: labels.classes.length,
    output: options.output === '' ? undefined : options.output,
    scores: options.scores,
    sample,
    sampleRows: rows,
    threads: ctx.threads,
  });
  ctx.log('info', `${label}: scores from “${adopted.adapter.output}” (${adopted.adapter.scores}).`);
  const fused = await fuse(adopted, options, sample, rows);
  return writeModel({
    ctx,
    table,
    inputs: fused.inputs,
    pipeline,
    labels,
    model: {
      onnx: fused.bytes,
      native: encodeAdopted(adopted),
      trainer: options.trainer,
      curve: { metric: 'logLoss', train: [], valid: [] },
      importance: new Float64Array(pipeline.width),
    },
  });
}

/** Operators mean what their set's version says, and a graph has one version: tries ours, then that of the model. */
async function fuse(
  adopted: AdoptedModel,
  { data: { pipeline, labels }, label, ctx }: AdoptOnnxOptions,
  sample: Float32Array,
  rows: number,
): Promise<FusedModel> {
  const own = opsetsOf(adopted.bytes);
  const newest = new Map(own);
  for (const [domain, version] of ownOpsets) newest.set(domain, Math.max(version, own.get(domain) ?? 0));
  let refused: unknown;
  for (const opsets of [newest, own]) {
    ctx.signal.throwIfAborted();
    try {
      const fused = await appendModel({
        pipeline,
        ...(labels.task === 'regression'
          ? {}
          : { classification: { classes: labels.classes, labelType: labels.label.type } }),
        build: (builder, features) => addAdopted(builder, adopted, features),
        opsets,
      });
      if (await givesTheSame(adopted, sample, rows, opsets)) return fused;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refused = error;
    }
  }
  const version = own.get('') ?? 0;
  throw new AppError('model.invalid', `${label} (operator set ${version}) cannot be joined with the feature steps.`, {
    fix: `Convert it to operator set ${ownOpsets.get('')}, e.g. with onnx.version_converter, or export it anew.`,
    ...(refused === undefined ? {} : { cause: refused }),
  });
}

/** Whether the model gives the same scores under other operator sets. */
async function givesTheSame(
  adopted: AdoptedModel,
  sample: Float32Array,
  rows: number,
  opsets: ReadonlyMap<string, number>,
): Promise<boolean> {
  const scorer = createAdoptedScorer(adopted);
  const { width } = adopted.adapter;
  const builder = createGraphBuilder('adopted');
  const features = builder.input('features', 'FP32', ['N', width]);
  const result = addAdopted(builder, adopted, features);
  const columns = adopted.adapter.task === 'regression' ? 1 : adopted.adapter.classes;
  builder.output('scores', result, 'FP32', ['N', columns]);
  const model = builder.toModel();
  const opsetImport = Array.from(opsets, ([domain, version]) => ({ domain, version }));
  const session = await openSession(encodeModel({ ...model, opsetImport }), { threads: 1, label: 'the adopted model' });
  try {
    const { Tensor } = await import('onnxruntime-node');
    const matrix = Float32Array.from(sample, (_, i) => sample[(i % width) * rows + Math.floor(i / width)] as number);
    const { scores } = await session.run({ features: new Tensor('float32', matrix, [rows, width]) });
    const served = scores?.data as Float32Array;
    const expected = await scorer.score(sample, rows);
    return expected.every((value, i) => {
      const other = served[i] as number;
      if (Number.isNaN(value)) return Number.isNaN(other);
      return Math.abs(value - other) <= tolerance * Math.max(1, Math.abs(value));
    });
  } finally {
    await session.release();
    await scorer.release();
  }
}
