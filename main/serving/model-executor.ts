import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { AppError, fromWireError } from '../../shared/errors/app-error.ts';
import { closeLeasesOfThread } from '../compute/devices/device-lease.ts';
import { type BatchExecutor, type BatchResult, WorkerLost } from './batcher.ts';
import type { Tensor, TensorSpec } from './tensor.ts';
import type { Placement, RunMessage, WorkerReply, WorkerStart } from './worker-protocol.ts';

/** Memory that can change threads without being copied. */
function buffersOf(tensors: readonly Tensor[]): ArrayBuffer[] {
  return tensors.flatMap(({ data }) => (Array.isArray(data) ? [] : [data.buffer]));
}

export type ExecutorState = 'loading' | 'ready' | 'restarting' | 'failed' | 'closed';

export interface ExecutorEvents {
  state(state: ExecutorState): void;
  log(level: 'info' | 'warn' | 'error', text: string): void;
}

/** What a worker allocates is short-lived messages: with V8's own bound each would grow by tens of MiB before it collects. */
const maxYoungGenerationSizeMb = 6;

function createModelWorker(start: WorkerStart): Worker {
  const options = { workerData: start, resourceLimits: { maxYoungGenerationSizeMb } };
  switch (start.kind) {
    case 'neighbours':
      return new Worker(new URL('./pipeline/neighbours-worker.ts', import.meta.url), options);
    case 'python':
      return new Worker(new URL('./python-model-worker.ts', import.meta.url), options);
    case undefined:
      return new Worker(new URL('./model-worker.ts', import.meta.url), options);
  }
}

function fileChanged({ label, path }: WorkerStart): AppError {
  return new AppError('model.invalid', `The file ${path} of ${label} was changed while it was served.`, {
    fix: 'Load the model again to serve the new file, as a version of its own.',
  });
}

/** Between two starts of a process that keeps ending. */
const shortestPauseMs = 500;
const longestPauseMs = 30_000;

/** How long the end of a worker waits for its process to be gone. */
const endProcessMs = 5_000;

/** How long the end of a worker waits for its load and its runs. */
const maxRunMs = 30_000;

/** Restarts of a worker that keeps dying within this time before the model counts as failed. */
const maxRestarts = 3;
const restartWindowMs = 60_000;

/** One model in a worker thread that is started again when it ends by itself. */
export class ModelExecutor implements BatchExecutor {
  readonly #start: WorkerStart;
  readonly #events: ExecutorEvents;
  #worker: Worker | undefined;
  #pending = new Map<number, { resolve(result: BatchResult): void; reject(error: unknown): void }>();
  #nextId = 0;
  #state: ExecutorState = 'loading';
  #restarts: number[] = [];
  #onIdle: () => void = () => undefined;
  /** Settles, never rejects, once the worker has loaded the model or failed to. */
  #launched: Promise<unknown> = Promise.resolve();
  readonly #createWorker: typeof createModelWorker;
  /** Where the model runs; null before it is loaded. */
  #ran: Placement | null = null;
  #processBytes = 0;
  /** Of the file as the first worker loaded it. */
  #sha256: string | undefined;

  constructor(start: WorkerStart, events: ExecutorEvents, createWorker = createModelWorker) {
    this.#start = start;
    this.#events = events;
    this.#createWorker = createWorker;
  }

  get state(): ExecutorState {
    return this.#state;
  }

  get ran(): Placement | null {
    return this.#ran;
  }

  /** Bytes of a process beside the worker thread; 0 for most models. */
  get processBytes(): number {
    return this.#processBytes;
  }

  /** Loads the model. Errors: `model.invalid`, `serve.not-ready` (closed). */
  async open(): Promise<{ inputs: TensorSpec[]; outputs: TensorSpec[] }> {
    if (this.#state === 'closed') throw new AppError('serve.not-ready', `The ${this.#start.label} is closed.`);
    const specs = await this.#launch();
    this.#setState('ready');
    return specs;
  }

  run(inputs: readonly Tensor[], outputs: readonly string[], disposable: boolean): Promise<BatchResult> {
    const worker = this.#worker;
    if (worker === undefined || this.#state !== 'ready') return Promise.reject(new WorkerLost());
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#pending.set(id, { resolve, reject });
      const message: RunMessage = { id, inputs: [...inputs], outputs: [...outputs] };
      worker.postMessage(message, disposable ? buffersOf(inputs) : []);
    });
  }

  /** Ends the worker after the runs it has; whoever waits for them still gets their outputs. */
  async close(): Promise<void> {
    this.#setState('closed');
    await this.#workEnded();
    const worker = this.#worker;
    if (this.#start.kind === 'python' && worker !== undefined) await this.#endProcess(worker);
    await this.#worker?.terminate();
  }

  /** Its process ends first, and the thread with it: a thread that is terminated leaves it to find that out. */
  #endProcess(worker: Worker): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, endProcessMs);
      worker.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
      worker.postMessage('close');
    });
  }

  /** ONNX Runtime aborts the whole process when its thread is ended while it loads a model or during a run. */
  #workEnded(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, maxRunMs);
      const runsEnded = new Promise<void>((ended) => {
        this.#onIdle = ended;
        if (this.#pending.size === 0) ended();
      });
      void Promise.all([this.#launched, runsEnded]).then(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #launch(): Promise<{ inputs: TensorSpec[]; outputs: TensorSpec[] }> {
    const launch = this.#startWorker();
    this.#launched = launch.catch(() => undefined);
    return launch;
  }

  #startWorker(): Promise<{ inputs: TensorSpec[]; outputs: TensorSpec[] }> {
    return new Promise((resolve, reject) => {
      const worker = this.#createWorker(this.#start);
      // It has no number any more once it has ended.
      const { threadId } = worker;
      this.#worker = worker;
      worker.on('message', (reply: WorkerReply) => {
        switch (reply.type) {
          case 'ready':
            this.#sha256 ??= reply.sha256;
            if (this.#sha256 !== reply.sha256) {
              // What answers under one version must never change by itself.
              reject(fileChanged(this.#start));
              void worker.terminate();
              return;
            }
            this.#ran = reply.ran;
            this.#processBytes = reply.processBytes ?? 0;
            resolve({ inputs: reply.inputs, outputs: reply.outputs });
            return;
          case 'log':
            // The end of its process was asked for.
            if (this.#state !== 'closed') this.#events.log(reply.level, reply.text);
            return;
          case 'moved':
            this.#ran = reply.ran;
            this.#events.log('warn', `The ${this.#start.label} goes on with the CPU: ${reply.ran.why}`);
            return;
          case 'refused':
            reject(fromWireError(reply.error));
            return;
          case 'result':
            this.#settle(reply.id)?.resolve({ outputs: reply.outputs, inferMs: reply.inferMs });
            return;
          case 'failed':
            this.#settle(reply.id)?.reject(new Error(reply.message));
        }
      });
      worker.on('error', (error) => {
        this.#events.log('error', `Worker of ${this.#start.label}: ${error.message}`);
      });
      worker.on('exit', () => {
        if (this.#start.device !== 'cpu') closeLeasesOfThread(threadId);
        reject(new AppError('model.invalid', `The worker of ${this.#start.label} ended while loading the model.`));
        if (this.#worker === worker) this.#lost();
      });
    });
  }

  #settle(id: number) {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#onIdle();
    return pending;
  }

  #lost(): void {
    this.#worker = undefined;
    const wasServing = this.#state === 'ready';
    if (wasServing) this.#setState('restarting');
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const run of pending) run.reject(new WorkerLost());
    this.#onIdle();
    if (wasServing) void this.#restart();
  }

  async #restart(): Promise<void> {
    const now = Date.now();
    this.#restarts = this.#restarts.filter((time) => now - time < restartWindowMs);
    this.#restarts.push(now);
    if (this.#start.kind === 'python') return this.#restartProcess();
    if (this.#restarts.length > maxRestarts) {
      this.#events.log('error', `${this.#start.label} ended its worker ${maxRestarts} times in a minute; giving up.`);
      this.#setState('failed');
      return;
    }
    this.#events.log('warn', `The worker of ${this.#start.label} ended; starting it again.`);
    try {
      await this.#launch();
      if (this.#state === 'restarting') this.#setState('ready');
    } catch (error) {
      this.#events.log('error', error instanceof Error ? error.message : String(error));
      if (this.#state === 'restarting') this.#setState('failed');
    }
  }

  /** A process may be ended by whatever else happens on the machine: it comes again until the model is closed, ever later. */
  async #restartProcess(): Promise<void> {
    for (let attempt = this.#restarts.length; ; attempt++) {
      const pauseMs = attempt === 1 ? 0 : Math.min(longestPauseMs, shortestPauseMs * 2 ** (attempt - 2));
      this.#events.log('warn', `The ${this.#start.label} is started again in ${pauseMs / 1000} s.`);
      await pause(pauseMs, undefined, { ref: false });
      if (this.#state !== 'restarting') return;
      try {
        await this.#launch();
        // It may have been closed meanwhile.
        if (this.#isRestarting()) this.#setState('ready');
        return;
      } catch (error) {
        this.#events.log('error', error instanceof Error ? error.message : String(error));
      }
    }
  }

  #isRestarting(): boolean {
    return this.#state === 'restarting';
  }

  #setState(state: ExecutorState): void {
    if (this.#state === 'closed') return;
    this.#state = state;
    this.#events.state(state);
  }
}
