import type { WireError } from '../../shared/errors/app-error.ts';
import type { Tensor, TensorSpec } from './tensor.ts';

/** What a model worker is started with. */
export interface WorkerStart {
  path: string;
  label: string;
  /** Threads inside one operator. */
  threads: number;
}

export interface RunMessage {
  id: number;
  inputs: Tensor[];
  outputs: string[];
}

export type WorkerReply =
  /** `sha256`: of the file as it was loaded. */
  | { type: 'ready'; inputs: TensorSpec[]; outputs: TensorSpec[]; sha256: string }
  | { type: 'refused'; error: WireError }
  | { type: 'result'; id: number; outputs: Tensor[]; inferMs: number }
  | { type: 'failed'; id: number; message: string };
