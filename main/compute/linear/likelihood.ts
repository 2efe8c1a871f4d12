import { setImmediate } from 'node:timers/promises';
import { type InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { AppError } from '../../../shared/errors/app-error.ts';
import { openSession } from '../onnx/session.ts';
import type { Matrix } from './column-moments.ts';
import { buildLikelihoodGraph, type LikelihoodGraphOptions } from './likelihood-graph.ts';

/** Rows per run: sums in float32 stay exact enough, and are added up over chunks in float64. */
const CHUNK_ROWS = 8192;
const YIELD_MS = 50;
/** Every so many chunks make the sample … */
const SAMPLE_STRIDE = 10;
/** … of matrices with at least this many: the sample must hold enough rows to land near the minimum. */
const SAMPLED_CHUNKS = 40;

export interface Evaluation {
  loss: number;
  /** [D, K] row-major. */
  gradient: Float64Array;
  /** Blocks (a, b), a ≤ b, each [D, D] row-major; empty when not asked for. */
  hessian: Float64Array;
}

export interface Likelihood {
  /** At coefficients [D, K]. Errors: `run.cancelled`. */
  evaluate(coefficients: Float64Array, withHessian: boolean): Promise<Evaluation>;
  /** The same over a part of the rows spread evenly over the matrix; undefined where the matrix is small already. */
  sample: (Pick<Likelihood, 'evaluate'> & { rows: number }) | undefined;
  release(): Promise<void>;
}

export interface LikelihoodOptions extends Omit<LikelihoodGraphOptions, 'hessian' | 'weighted'> {
  /** Raw values; standardised inside the graph. */
  matrix: Matrix;
  target: Float32Array;
  /** Per row, ≥ 0; undefined for 1. */
  weights: Float32Array | undefined;
  threads: number;
  signal: AbortSignal;
}

interface Chunk {
  x: OrtTensor;
  y: OrtTensor;
  w?: OrtTensor;
}

/** Negative log-likelihood of a whole training matrix, computed chunk by chunk in ONNX Runtime. */
export async function openLikelihood(options: LikelihoodOptions): Promise<Likelihood> {
  const { matrix, target, weights, width, outputs, threads, signal } = options;
  const open = (hessian: boolean) =>
    openSession(buildLikelihoodGraph({ ...options, hessian, weighted: weights !== undefined }), {
      threads,
      label: 'the likelihood graph',
    });
  const sessions = { first: await open(false), second: undefined as InferenceSession | undefined };
  const chunks: Chunk[] = [];
  for (let from = 0; from < matrix.rows; from += CHUNK_ROWS) {
    const to = Math.min(matrix.rows, from + CHUNK_ROWS);
    chunks.push({
      x: new OrtTensor('float32', matrix.values.subarray(from * width, to * width), [to - from, width]),
      y: new OrtTensor('float32', target.subarray(from, to), [to - from, 1]),
      ...(weights === undefined ? {} : { w: new OrtTensor('float32', weights.subarray(from, to), [to - from, 1]) }),
    });
  }
  const design = width + 1;
  let yielded = performance.now();

  async function evaluateChunks(
    some: readonly Chunk[],
    coefficients: Float64Array,
    withHessian: boolean,
  ): Promise<Evaluation> {
    const blocks = withHessian ? (outputs * (outputs + 1)) / 2 : 0;
    if (withHessian) sessions.second ??= await open(true);
    const session = (withHessian ? sessions.second : undefined) ?? sessions.first;
    const feed = new OrtTensor('float32', Float32Array.from(coefficients), [design, outputs]);
    const total = {
      loss: 0,
      gradient: new Float64Array(design * outputs),
      hessian: new Float64Array(blocks * design * design),
    };
    for (const chunk of some) {
      const out = await session.run({ ...chunk, coefficients: feed });
      total.loss += floats(out.loss)[0] as number;
      addTo(total.gradient, floats(out.gradient));
      if (blocks > 0) addTo(total.hessian, floats(out.hessian));
      if (performance.now() - yielded < YIELD_MS) continue;
      // Lets a cancel message in: runs block the event loop.
      await setImmediate();
      if (signal.aborted) throw new AppError('run.cancelled', 'Cancelled.');
      yielded = performance.now();
    }
    return total;
  }

  const sampled = chunks.length < SAMPLED_CHUNKS ? [] : chunks.filter((_, i) => i % SAMPLE_STRIDE === 0);
  return {
    evaluate: (coefficients, withHessian) => evaluateChunks(chunks, coefficients, withHessian),
    sample:
      sampled.length === 0
        ? undefined
        : {
            rows: sampled.reduce((sum, chunk) => sum + (chunk.y.dims[0] as number), 0),
            evaluate: (coefficients, withHessian) => evaluateChunks(sampled, coefficients, withHessian),
          },
    async release() {
      await sessions.first.release();
      await sessions.second?.release();
    },
  };
}

function floats(tensor: OrtTensor | undefined): Float32Array {
  if (tensor?.type !== 'float32') throw new AppError('internal.bug', 'The likelihood graph lacks an output.');
  return tensor.data as Float32Array;
}

function addTo(sum: Float64Array, part: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (part[i] as number);
}
