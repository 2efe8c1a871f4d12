import { type FileHandle, open } from 'node:fs/promises';
import { pipelineBatches, rowMajor } from '../../main/compute/onnx/feature-matrix.ts';
import type { StepContext } from '../../shared/node/runner.ts';
import { type OutOfFoldFeature, otherTrainingTable, outOfFoldFeatures, type TrainingInputs } from './training-data.ts';

/** Rows of the pipeline's output that follow each other. */
export interface TrainingBlock {
  /** Place of the first among the rows that have a label. */
  first: number;
  rows: number;
  /** [rows, width], row-major. */
  values: Float32Array;
}

/**
 * The pipeline's output over the training rows that have a label, in their order, for trainers that hand it on: only one
 * block is in memory. Errors: `artifact.corrupt`, `run.cancelled`.
 */
export async function* trainingBlocks(
  ctx: Pick<StepContext, 'threads' | 'signal' | 'progress'>,
  { pipeline, table, labels }: TrainingInputs,
  chunkRows?: number,
): AsyncGenerator<TrainingBlock, void, undefined> {
  const { width } = pipeline;
  const files: { feature: OutOfFoldFeature; file: FileHandle }[] = [];
  try {
    for (const feature of outOfFoldFeatures(pipeline)) files.push({ feature, file: await open(feature.path) });
    let first = 0;
    let read = 0;
    const batches = pipelineBatches(pipeline, table.path('data.parquet'), {
      threads: ctx.threads,
      signal: ctx.signal,
      ...(chunkRows === undefined ? {} : { chunkRows }),
      onProgress: (done) => {
        ctx.progress({ done, total: table.manifest.rowCount ?? done, unit: 'rows', message: 'Computing features' });
      },
    });
    for await (const batch of batches) {
      const all = rowMajor(pipeline, batch);
      for (const { feature, file } of files) await replaceBlock(feature, file, all, { width, ...batch });
      read += batch.rows;
      const values = labels.rows === undefined ? all : kept(all, width, batch, labels.rows, first);
      const rows = values.length / width;
      if (rows > 0) yield { first, rows, values };
      first += rows;
    }
    for (const { feature, file } of files) {
      if ((await file.stat()).size !== read * feature.width * 4) throw otherTrainingTable(feature);
    }
  } finally {
    for (const { file } of files) await file.close();
  }
}

/** The rows of a batch that have a label; the first of them is the `first` of all that have one. */
function kept(
  all: Float32Array,
  width: number,
  { offset, rows }: { offset: number; rows: number },
  labelled: Uint32Array,
  first: number,
): Float32Array {
  let end = first;
  while (end < labelled.length && (labelled[end] as number) < offset + rows) end++;
  const values = new Float32Array((end - first) * width);
  for (let i = first; i < end; i++) {
    const from = ((labelled[i] as number) - offset) * width;
    values.set(all.subarray(from, from + width), (i - first) * width);
  }
  return values;
}

/** Gives the rows of a block the values that were learnt without them. */
async function replaceBlock(
  feature: OutOfFoldFeature,
  file: FileHandle,
  all: Float32Array,
  { width, offset, rows }: { width: number; offset: number; rows: number },
): Promise<void> {
  const values = new Float32Array(rows * feature.width);
  const { bytesRead } = await file.read(new Uint8Array(values.buffer), {
    position: offset * feature.width * 4,
  });
  if (bytesRead !== values.byteLength) throw otherTrainingTable(feature);
  for (let row = 0; row < rows; row++) {
    const from = row * feature.width;
    all.set(values.subarray(from, from + feature.width), row * width + feature.first);
  }
}
