import { type FileHandle, open } from 'node:fs/promises';
import type { StepContext } from '../../../shared/node/runner.ts';
import { sampleRows } from '../../lib/adopt-onnx.ts';
import type { Fold } from '../../lib/folds.ts';
import { type TrainingBlock, trainingBlocks } from '../../lib/training-blocks.ts';
import type { TrainingInputs } from '../../lib/training-data.ts';

export interface DividedRows {
  /** Features of the held-out rows, [width, rows]. */
  held: Float32Array;
  /** Those of the compared rows, an array per column. */
  compared: Float32Array[];
  /** Those of the first rows that have a label, an array per column: as many as a model from elsewhere is tried on. */
  first: Float32Array[];
}

/**
 * Writes features as float32 [rows, width] into two files, those of the rows to train on and of the held-out ones. The rows
 * to train on are never in memory all at once, only those of `compared`: places among them, ascending. Errors: those of
 * `trainingBlocks`.
 */
export async function divideTrainingRows(
  ctx: Pick<StepContext, 'threads' | 'signal' | 'progress'>,
  inputs: TrainingInputs,
  { rows, files, compared }: { rows: Fold; files: { train: string; held: string }; compared: Uint32Array },
): Promise<DividedRows> {
  const { width } = inputs.pipeline;
  const usable = inputs.labels.values.length;
  const held = new PickedRows(rows.valid, width);
  const first = new PickedRows(
    Uint32Array.from({ length: Math.min(sampleRows, usable) }, (_, row) => row),
    width,
  );
  const ofTrain = new PickedRows(compared, width);
  const train = await open(files.train, 'w');
  const apart = await open(files.held, 'w');
  try {
    let trained = 0;
    for await (const block of trainingBlocks(ctx, inputs)) {
      const start = held.taken;
      held.add(block);
      first.add(block);
      const parts = split(block, width, rows.valid.subarray(start, held.taken));
      ofTrain.add({ first: trained, rows: parts.train.length / width, values: parts.train });
      trained += parts.train.length / width;
      await write(train, parts.train);
      await write(apart, parts.held);
    }
  } finally {
    await train.close();
    await apart.close();
  }
  return { held: held.values, compared: ofTrain.columns(), first: first.columns() };
}

/** `held` are the rows of the block to keep out. */
function split(
  { first, rows, values }: TrainingBlock,
  width: number,
  held: Uint32Array,
): { train: Float32Array; held: Float32Array } {
  const parts = { train: new Float32Array((rows - held.length) * width), held: new Float32Array(held.length * width) };
  let out = 0;
  for (let row = 0; row < rows; row++) {
    const features = values.subarray(row * width, (row + 1) * width);
    if (first + row === held[out]) parts.held.set(features, out++ * width);
    else parts.train.set(features, (row - out) * width);
  }
  return parts;
}

/** Each block is written whole; a file has no more of it in memory than that. */
async function write(file: FileHandle, values: Float32Array): Promise<void> {
  await file.writeFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}

/** Chosen rows of blocks that come one after another. */
class PickedRows {
  /** [width, rows]. */
  readonly values: Float32Array;
  /** How many have come. */
  taken = 0;
  readonly #rows: Uint32Array;
  readonly #width: number;

  /** `rows` are ascending. */
  constructor(rows: Uint32Array, width: number) {
    this.#rows = rows;
    this.#width = width;
    this.values = new Float32Array(rows.length * width);
  }

  add({ first, rows, values }: TrainingBlock): void {
    for (; this.taken < this.#rows.length; this.taken++) {
      const row = (this.#rows[this.taken] as number) - first;
      if (row >= rows) return;
      for (let c = 0; c < this.#width; c++) {
        this.values[c * this.#rows.length + this.taken] = values[row * this.#width + c] as number;
      }
    }
  }

  columns(): Float32Array[] {
    const { length } = this.#rows;
    return Array.from({ length: this.#width }, (_, c) => this.values.slice(c * length, (c + 1) * length));
  }
}
