import { setImmediate } from 'node:timers/promises';
import type { Tensor } from 'onnxruntime-common';
import { takeTensorRows } from '../../../main/compute/explain/tensor-rows.ts';
import type { BatchSession } from '../../../main/compute/onnx/run-batches.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type ModelManifest, scoreOutput } from '../../../shared/model/signature.ts';

/** Rows of raw inputs that a model scores again and again with some of them changed. */
export class ScoredSample {
  readonly rows: number;
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** Scores per row: probabilities, or one prediction. */
  readonly width: number;
  readonly #session: BatchSession;
  readonly #output: string;
  readonly #signal: AbortSignal;

  constructor(
    session: BatchSession,
    { task, classes }: ModelManifest,
    feeds: Readonly<Record<string, Tensor>>,
    rows: number,
    signal: AbortSignal,
  ) {
    this.#session = session;
    this.#output = scoreOutput(task);
    this.#signal = signal;
    this.width = Math.max(1, classes.length);
    this.feeds = feeds;
    this.rows = rows;
  }

  /** Scores [rows, width] with some inputs replaced. Errors: `run.cancelled`. */
  async score(changed: Readonly<Record<string, Tensor>> = {}): Promise<Float32Array> {
    await setImmediate();
    if (this.#signal.aborted) throw new AppError('run.cancelled', 'Cancelled.');
    const outputs = await this.#session.run({ ...this.feeds, ...changed }, [this.#output]);
    return outputs[this.#output]?.data as Float32Array;
  }

  /** A column with the value of row `rows[i]` in row i. */
  taken(column: string, rows: ArrayLike<number>): Record<string, Tensor> {
    return { [column]: takeTensorRows(this.feeds[column] as Tensor, rows) };
  }

  /** Some of the rows. */
  subset(manifest: ModelManifest, rows: ArrayLike<number>): ScoredSample {
    const feeds = Object.fromEntries(
      Object.entries(this.feeds).map(([name, tensor]) => [name, takeTensorRows(tensor, rows)]),
    );
    return new ScoredSample(this.#session, manifest, feeds, rows.length, this.#signal);
  }
}
