import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { AppError } from '../../../shared/errors/app-error.ts';

/** Where ONNX Runtime runs operators; what a provider cannot run goes to the CPU. */
export type ExecutionProvider = 'cpu' | 'webgpu' | 'cuda' | 'dml' | 'coreml';

export interface SessionOptions {
  /** Threads inside one operator, at least 1. */
  threads: number;
  /** Default `cpu`. A provider may end the process while it opens: probe it first, in a child (`main/compute/devices`). */
  provider?: ExecutionProvider;
  /** Fail instead of running on the CPU what the provider cannot run. */
  strict?: boolean;
  /** Leave failed runs out of stderr: whoever sends requests must not be able to fill a log. */
  silent?: boolean;
  /** Named in the error when the model does not load. */
  label?: string;
}

/**
 * Where the weights that a model keeps in other files are looked for: nowhere. By itself ONNX Runtime looks below the working
 * directory, where a model from elsewhere could read any file into what it answers.
 */
const noWeightsFolder = join(import.meta.dirname, 'no-weights');

/**
 * Opens an ONNX model from bytes or a path; its weights have to be in it.
 * `session.run()` of onnxruntime-node 1.30 blocks its JavaScript thread for the whole run: never call it on a thread
 * that serves HTTP, RPC or a window. Sessions leak memory when created and released over and over
 * (microsoft/onnxruntime#25325): one per process or worker, replaced by replacing the worker.
 */
export async function openSession(model: Uint8Array | string, options: SessionOptions): Promise<InferenceSession> {
  const bytes = typeof model === 'string' ? await readFile(model) : model;
  // Loaded at first use: a process that runs no model does without its memory.
  const ort = await import('onnxruntime-node');
  try {
    return await ort.InferenceSession.create(bytes, {
      executionProviders: [options.provider ?? 'cpu'],
      extra: {
        session: {
          model_external_initializers_file_folder_path: noWeightsFolder,
          ...(options.strict === true ? { disable_cpu_ep_fallback: '1' } : {}),
        },
      },
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // Warnings about constant folding and unused initializers are not for a person.
      logSeverityLevel: options.silent === true ? 4 : 3,
    });
  } catch (cause) {
    const name = options.label ?? (typeof model === 'string' ? model : 'the model');
    throw new AppError('model.invalid', `ONNX Runtime refused ${name}: ${reason(cause)}`, {
      fix: /external data/i.test(reason(cause))
        ? 'Save the model as one file, with its weights in it.'
        : 'Check that the file is a complete ONNX model with operators that ONNX Runtime 1.30 knows.',
      cause,
    });
  }
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
