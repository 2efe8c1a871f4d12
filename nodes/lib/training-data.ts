import { readFile } from 'node:fs/promises';
import type { Matrix } from '../../main/compute/linear/column-moments.ts';
import { computeFeatureColumns, computeFeatureRows } from '../../main/compute/onnx/feature-matrix.ts';
import { type MergedPipeline, mergePipelines, readPipeline } from '../../main/compute/onnx/merge-pipelines.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { Task } from '../../shared/model/signature.ts';
import type { InputArtifact, StepContext } from '../../shared/node/runner.ts';
import { requireMatrixMemory } from './matrix-memory.ts';
import { type Labels, labelledRows as labelledColumn, readLabels } from './labels.ts';

export interface TrainingInputs {
  /** The connected feature steps as one graph. */
  pipeline: MergedPipeline;
  /** The table they were fitted on. */
  table: InputArtifact;
  labels: Labels;
}

export interface TrainingData extends TrainingInputs {
  /** Pipeline output of the rows that have a label, row-major. */
  matrix: Matrix;
}

type TrainerContext = StepContext<{ label: string; task: Task | 'auto' }>;

/**
 * What every trainer starts from. Errors: `features.mismatch`, `features.lineage`, `artifact.not-found`, those of
 * `readLabels`, `run.cancelled`; with `inMemory`, for those that go on with all features at once, `step.out-of-memory`.
 */
export async function readTrainingInputs(
  ctx: TrainerContext,
  { inMemory }: { inMemory: boolean },
): Promise<TrainingInputs> {
  const artifacts = ctx.inputs['features'] ?? [];
  const pipeline = mergePipelines(await Promise.all(artifacts.map(readPipeline)));
  const table = await ctx.open(pipeline.table);
  if (table === undefined) {
    throw new AppError('artifact.not-found', 'The table that the features were fitted on is no longer in the store.', {
      fix: 'Run the steps before this one again.',
    });
  }
  const { lineage } = table.manifest;
  if (lineage === 'test' || lineage === 'validation') {
    throw new AppError('features.lineage', `The trainer would learn from held-out rows (${lineage}).`, {
      fix: 'Connect features of the training rows.',
    });
  }
  if (inMemory) requireMatrixMemory(table.manifest.rowCount ?? 0, pipeline.width);
  const { label, task } = ctx.params;
  const labels = await readLabels({ table, label, task, inputs: pipeline.inputs, ctx });
  return { pipeline, table, labels };
}

export interface TrainingColumns extends TrainingInputs {
  /** Pipeline output of the rows that have a label, one array per column. */
  columns: Float32Array[];
}

/** The same with the pipeline's output over the training table by column, for trainers on binned columns. */
export async function readTrainingColumns(ctx: TrainerContext): Promise<TrainingColumns> {
  const { pipeline, table, labels } = await readTrainingInputs(ctx, { inMemory: true });
  const all = await computeFeatureColumns(pipeline, table.path('data.parquet'), {
    threads: ctx.threads,
    signal: ctx.signal,
    onProgress: (done) => {
      ctx.progress({ done, total: table.manifest.rowCount ?? done, unit: 'rows', message: 'Computing features' });
    },
  });
  await replaceOutOfFold(pipeline, all.rows, (place, values) => all.columns[place]?.set(values));
  return { pipeline, table, labels, columns: all.columns.map((column) => labelledColumn(column, labels)) };
}

/** The same with the pipeline's output over the training table, for trainers on whole row-major matrices. */
export async function readTrainingData(ctx: TrainerContext): Promise<TrainingData> {
  const { pipeline, table, labels } = await readTrainingInputs(ctx, { inMemory: true });
  const all = await computeFeatureRows(pipeline, table.path('data.parquet'), {
    threads: ctx.threads,
    signal: ctx.signal,
    onProgress: (done) => {
      ctx.progress({ done, total: table.manifest.rowCount ?? done, unit: 'rows', message: 'Computing features' });
    },
  });
  await replaceOutOfFold(pipeline, all.rows, (place, values) => {
    for (let row = 0; row < all.rows; row++) all.values[row * all.width + place] = values[row] as number;
  });
  return { pipeline, table, labels, matrix: labelledRows(all, labels) };
}

/** Gives training rows the values that were learnt without them: one column after the other, by its place. */
export async function replaceOutOfFold(
  pipeline: MergedPipeline,
  rows: number,
  replace: (place: number, values: Float32Array) => void,
): Promise<void> {
  for (const feature of outOfFoldFeatures(pipeline)) {
    const { first, width, path } = feature;
    const bytes = await readFile(path);
    if (bytes.byteLength !== rows * width * 4) throw otherTrainingTable(feature);
    const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    for (let c = 0; c < width; c++) {
      replace(
        first + c,
        Float32Array.from({ length: rows }, (_, row) => all[row * width + c] as number),
      );
    }
  }
}

/** A feature whose values for training rows are in a file, float32 [rows of the training table, width]. */
export interface OutOfFoldFeature {
  feature: string;
  path: string;
  /** Place of its first column among those of the pipeline. */
  first: number;
  width: number;
}

export function outOfFoldFeatures({ features, outOfFold = [] }: MergedPipeline): OutOfFoldFeature[] {
  return outOfFold.map(({ feature: name, path }) => {
    const index = features.findIndex((feature) => feature.name === name);
    const first = features.slice(0, index).reduce((sum, feature) => sum + feature.width, 0);
    return { feature: name, path, first, width: features[index]?.width ?? 0 };
  });
}

export function otherTrainingTable({ feature }: OutOfFoldFeature): AppError {
  return new AppError('artifact.corrupt', `The training values of “${feature}” are not those of the training table.`, {
    fix: 'Run the Target encoding step again with --force.',
  });
}

function labelledRows({ values, rows, width }: Matrix, { rows: kept }: Labels): Matrix {
  if (kept === undefined) return { values, rows, width };
  const selected = new Float32Array(kept.length * width);
  for (let i = 0; i < kept.length; i++) {
    const from = (kept[i] as number) * width;
    selected.set(values.subarray(from, from + width), i * width);
  }
  return { values: selected, rows: kept.length, width };
}
