import type { WireError } from '../../shared/errors/app-error.ts';
import type { ChosenProvider } from '../compute/devices/fastest-provider.ts';
import type { Tensor, TensorSpec } from './tensor.ts';

/** What a model worker is started with. */
export interface WorkerStart {
  /** What the file is; default a model. */
  kind?: 'neighbours' | undefined;
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
  | { type: 'ready'; inputs: TensorSpec[]; outputs: TensorSpec[]; sha256: string; ran: ChosenProvider }
  /** The device failed in a run: the CPU does the runs from now on. */
  | { type: 'moved'; ran: ChosenProvider }
  | { type: 'refused'; error: WireError }
  | { type: 'result'; id: number; outputs: Tensor[]; inferMs: number }
  | { type: 'failed'; id: number; message: string };
