import { AppError } from '../../../shared/errors/app-error.ts';
import { Batcher, type BatcherLimits, type BatcherObserver, type InferJob } from '../batcher.ts';
import { type ExecutorState, ModelExecutor } from '../model-executor.ts';
import type { Tensor, TensorSpec } from '../tensor.ts';
import type { Placement, WorkerStart } from '../worker-protocol.ts';

export interface ReplicaOptions {
  start: WorkerStart;
  limits: BatcherLimits;
  observer: BatcherObserver;
  /** Whether requests may share a run. */
  mergeable: boolean;
  log(level: 'info' | 'warn' | 'error', text: string): void;
}

/** One worker of a model version with the queue before it. Requests may queue while it loads. */
export class Replica {
  readonly id: number;
  readonly #executor: ModelExecutor;
  readonly #batcher: Batcher;
  readonly #label: string;
  #outstandingRows = 0;
  /** Bytes of memory that it counts for. */
  memoryBytes = 0;

  constructor(id: number, { start, limits, observer, mergeable, log }: ReplicaOptions) {
    this.id = id;
    this.#label = start.label;
    this.#executor = new ModelExecutor(start, { log, state: () => this.#follow() });
    this.#batcher = new Batcher(this.#executor, limits, observer, mergeable);
  }

  get state(): ExecutorState {
    return this.#executor.state;
  }

  get ran(): Placement | null {
    return this.#executor.ran;
  }

  /** Bytes of a process beside its thread. */
  get processBytes(): number {
    return this.#executor.processBytes;
  }

  get queuedRows(): number {
    return this.#batcher.queuedRows;
  }

  /** Whether no request of it is waiting or in a run. */
  get isIdle(): boolean {
    return this.#batcher.isIdle;
  }

  get queueLimitRows(): number {
    return this.#batcher.queueLimitRows;
  }

  /** Rows that were given to it by `submitCounted` and are not answered. */
  get outstandingRows(): number {
    return this.#outstandingRows;
  }

  hasRoom(rows: number, lateMs: number): boolean {
    return this.#batcher.hasRoom(rows, lateMs);
  }

  /** Errors: `model.invalid`. */
  open(): Promise<{ inputs: TensorSpec[]; outputs: TensorSpec[] }> {
    return this.#executor.open();
  }

  /** Errors: those of `Batcher.submit`. */
  submit(job: InferJob): Promise<Tensor[]> {
    return this.#batcher.submit(job);
  }

  /** The same, counted: what balancing needs where there are several replicas. */
  async submitCounted(job: InferJob): Promise<Tensor[]> {
    this.#outstandingRows += job.rows;
    try {
      return await this.#batcher.submit(job);
    } finally {
      this.#outstandingRows -= job.rows;
    }
  }

  /** Refuses what waits; runs in the worker still answer. */
  async close(reason: AppError): Promise<void> {
    this.#batcher.close(reason);
    await this.#executor.close();
  }

  #follow(): void {
    const { state } = this.#executor;
    this.#batcher.setPaused(state !== 'ready');
    if (state !== 'failed') return;
    this.#batcher.close(
      new AppError('serve.not-ready', `The ${this.#label} ended its worker again and again.`, {
        fix: 'Stop the endpoint, check the model, and start it again.',
      }),
    );
  }
}
