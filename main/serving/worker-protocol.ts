import type { WireError } from '../../shared/errors/app-error.ts';
import type { ModelManifest, PythonEstimator } from '../../shared/model/signature.ts';
import type { ExecutionProvider } from '../compute/onnx/session.ts';
import type { Tensor, TensorSpec } from './tensor.ts';

/** Where a model runs, and why there. */
export interface Placement {
  provider: ExecutionProvider | 'python';
  why: string;
}

/** What a model worker is started with. */
export interface WorkerStart {
  /** What the file is; default a graph. */
  kind?: 'neighbours' | 'python' | undefined;
  /** Of kind `python`: the model whose estimator the file is. */
  manifest?: ModelManifest | undefined;
  /** The same: of its artifact. */
  digest?: string | undefined;
  path: string;
  label: string;
  /** Threads inside one operator. */
  threads: number;
  /** `auto`, `gpu` or an execution provider. */
  device: string;
  /** Most rows of one run. */
  maxBatchRows: number;
  /** Runs before the first request. */
  warmup: readonly WarmupRuns[];
}

/** The same for kind `python`. */
export type PythonModelStart = WorkerStart & { manifest: ModelManifest & { python: PythonEstimator } };

/** Runs with zeros and empty texts. */
export interface WarmupRuns {
  rows: number;
  count: number;
  /** Extents after the batch, by input, where the model leaves them open. */
  dims: Readonly<Record<string, readonly number[]>>;
  /** Whether a run that fails keeps the model from being served. */
  required: boolean;
}

/** One row, so that the first request does not pay for what ONNX Runtime puts off until the first run. */
export const defaultWarmup: readonly WarmupRuns[] = [{ rows: 1, count: 1, dims: {}, required: false }];

export interface RunMessage {
  id: number;
  inputs: Tensor[];
  outputs: string[];
}

export type WorkerReply =
  /** `sha256`: of the file as it was loaded. */
  | {
      type: 'ready';
      inputs: TensorSpec[];
      outputs: TensorSpec[];
      sha256: string;
      ran: Placement;
      /** Of a process beside the thread. */
      processBytes?: number;
    }
  | { type: 'log'; level: 'info' | 'warn'; text: string }
  /** The device failed in a run: the CPU does the runs from now on. */
  | { type: 'moved'; ran: Placement }
  | { type: 'refused'; error: WireError }
  | { type: 'result'; id: number; outputs: Tensor[]; inferMs: number }
  | { type: 'failed'; id: number; message: string };
