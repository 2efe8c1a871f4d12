import { Worker } from 'node:worker_threads';
import { AppError } from '../../../../shared/errors/app-error.ts';
import { Control, controlBytes } from './control.ts';
import { loadKernels } from './load.ts';
import {
  type Kernels,
  type OperationArguments,
  type OperationName,
  operationNames,
  scratchBytes,
} from './operations.ts';

const pageBytes = 65_536;
/** 32-bit addresses. */
const maxPages = 65_536;
const maxThreads = 16;

/**
 * The tree kernels over one shared memory with helper threads. Results are the same bits for any number of threads.
 * Views are valid until the next `allocate`.
 */
export class KernelPool implements AsyncDisposable {
  readonly threads: number;
  readonly kernels: Kernels;
  readonly #memory: WebAssembly.Memory;
  readonly #control: Control;
  readonly #workers: Worker[];
  #used: number;

  private constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, threads: number) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory, abort } });
    this.threads = threads;
    this.kernels = exports as unknown as Kernels;
    this.#memory = memory;
    this.#control = new Control(this.#buffer, this.kernels, 0);
    this.#used = reservedBytes(threads);
    this.#workers = Array.from({ length: threads - 1 }, (_, index) => {
      const worker = new Worker(new URL('./pool-worker.ts', import.meta.url), {
        workerData: { module, memory, thread: index + 1 },
      });
      worker.unref();
      return worker;
    });
  }

  /** @param threads threads that compute, this one included; at most 16 are used */
  static async open(threads: number): Promise<KernelPool> {
    const used = Math.max(1, Math.min(maxThreads, Math.floor(threads)));
    const module = await loadKernels();
    const initial = Math.ceil(reservedBytes(used) / pageBytes);
    return new KernelPool(module, new WebAssembly.Memory({ initial, maximum: maxPages, shared: true }), used);
  }

  /** Address of fresh zeroed memory, aligned to 64 bytes. Throws `step.out-of-memory` beyond 4 GiB. */
  allocate(bytes: number): number {
    const address = this.#used;
    const end = address + Math.ceil(bytes / 64) * 64;
    const missing = Math.ceil(end / pageBytes) - this.#buffer.byteLength / pageBytes;
    if (missing > 0) {
      try {
        if (Math.ceil(end / pageBytes) > maxPages) throw new RangeError('beyond 32-bit addresses');
        this.#memory.grow(missing);
      } catch (cause) {
        throw new AppError(
          'step.out-of-memory',
          `Training needs more than ${formatGiB(end)} GiB for its binned data.`,
          {
            fix: 'Train on fewer rows (a sample in an SQL step) or fewer columns.',
            cause,
          },
        );
      }
    }
    this.#used = end;
    return address;
  }

  u8(address: number, length: number): Uint8Array {
    return new Uint8Array(this.#buffer, address, length);
  }
  i32(address: number, length: number): Int32Array {
    return new Int32Array(this.#buffer, address, length);
  }
  u32(address: number, length: number): Uint32Array {
    return new Uint32Array(this.#buffer, address, length);
  }
  f32(address: number, length: number): Float32Array {
    return new Float32Array(this.#buffer, address, length);
  }
  f64(address: number, length: number): Float64Array {
    return new Float64Array(this.#buffer, address, length);
  }

  /** Runs all chunks of an operation and returns when they are done; `alone` for work too small to share. */
  run<N extends OperationName>(name: N, args: OperationArguments<N>, chunks: number, alone = false): void {
    const operation = operationNames.indexOf(name);
    if (alone || chunks < 2 || this.threads === 1) this.#control.runAlone(operation, args, chunks);
    else this.#control.publish(operation, args, chunks);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#control.close();
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  get #buffer(): SharedArrayBuffer {
    return this.#memory.buffer;
  }
}

function reservedBytes(threads: number): number {
  return controlBytes + threads * scratchBytes;
}

function formatGiB(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}

function abort(): never {
  throw new Error('A tree kernel aborted.');
}
