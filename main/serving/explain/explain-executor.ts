import { Worker } from 'node:worker_threads';
import { AppError, fromWireError } from '../../../shared/errors/app-error.ts';
import type { Explanations } from '../../compute/explain/explanation.ts';
import type { Tensor } from '../tensor.ts';
import type { ExplainerFacts, ExplainMessage, ExplainReply, ExplainWorkerStart } from './explain-protocol.ts';

/** Explanations that may wait or run at a time. */
const maxWaiting = 8;
const timeoutMs = 20_000;
/** Without requests for so long the thread ends and gives its memory back. */
const idleMs = 60_000;
/** A run of ONNX Runtime must not be cut off: it would abort the process. */
const lastRunMs = 30_000;

interface Pending {
  resolve(explanations: Explanations): void;
  reject(error: unknown): void;
  timer: NodeJS.Timeout;
}

/** Explains predictions of one model version in a thread that lives while it is asked. */
export class ExplainExecutor {
  readonly #start: ExplainWorkerStart;
  #worker: { thread: Worker; facts: Promise<ExplainerFacts> } | undefined;
  readonly #pending = new Map<number, Pending>();
  /** What the thread has not replied to, cancelled requests included. */
  readonly #inThread = new Set<number>();
  #nextId = 0;
  #idle: NodeJS.Timeout | undefined;
  #onIdle: () => void = () => undefined;

  constructor(start: ExplainWorkerStart) {
    this.#start = start;
  }

  get waiting(): number {
    return this.#pending.size;
  }

  /** How the model is explained; starts the thread. Errors: those of `openExplainer`. */
  facts(): Promise<ExplainerFacts> {
    clearTimeout(this.#idle);
    this.#worker ??= this.#launch();
    this.#rest();
    return this.#worker.facts;
  }

  /** Errors: `serve.overloaded`, `request.too-large` (takes too long), `run.cancelled`, `serve.inference`. */
  async explain(
    request: { inputs: Tensor[]; rows: number; output: number | undefined; encoded: boolean },
    signal?: AbortSignal,
  ): Promise<Explanations> {
    await this.facts();
    const { thread } = this.#worker ?? {};
    if (thread === undefined) throw lost();
    // Loading takes a while.
    if (signal?.aborted) throw cancelled();
    if (this.#pending.size >= maxWaiting) {
      throw new AppError('serve.overloaded', `${this.#pending.size} requests wait to be explained.`, {
        fix: 'Send it again later.',
      });
    }
    const id = this.#nextId++;
    clearTimeout(this.#idle);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#post(thread, { type: 'cancel', id });
        this.#settle(id)?.reject(
          new AppError('request.too-large', `The explanation took more than ${timeoutMs / 1000} s.`, {
            fix: 'Send fewer rows.',
          }),
        );
      }, timeoutMs);
      this.#pending.set(id, { resolve, reject, timer });
      signal?.addEventListener(
        'abort',
        () => {
          if (!this.#pending.has(id)) return;
          this.#post(thread, { type: 'cancel', id });
          this.#settle(id)?.reject(cancelled());
        },
        { once: true },
      );
      this.#inThread.add(id);
      this.#post(thread, { type: 'explain', id, ...request });
    });
  }

  /** Ends the thread after its load and what it runs. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    if (worker === undefined) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, lastRunMs);
      const ended = () => {
        if (this.#inThread.size > 0) return;
        clearTimeout(timer);
        resolve();
      };
      this.#onIdle = ended;
      worker.facts.then(ended, ended);
    });
    this.#worker = undefined;
    await worker.thread.terminate();
  }

  #post(thread: Worker, message: ExplainMessage): void {
    thread.postMessage(message);
  }

  #launch(): { thread: Worker; facts: Promise<ExplainerFacts> } {
    const thread = new Worker(new URL('./explain-worker.ts', import.meta.url), { workerData: this.#start });
    const facts = new Promise<ExplainerFacts>((resolve, reject) => {
      thread.on('message', (reply: ExplainReply) => {
        switch (reply.type) {
          case 'ready':
            resolve(reply.facts);
            return;
          case 'refused':
            reject(fromWireError(reply.error));
            this.#drop(thread);
            return;
          case 'result':
            this.#settle(reply.id)?.resolve(reply.explanations);
            break;
          case 'failed':
            this.#settle(reply.id)?.reject(fromWireError(reply.error));
        }
        this.#inThread.delete(reply.id);
        this.#onIdle();
      });
      thread.on('error', reject);
      thread.on('exit', () => {
        reject(lost());
        // A thread that rested for long may have a successor already, whose requests are not lost.
        if (this.#worker !== undefined && this.#worker.thread !== thread) return;
        this.#worker = undefined;
        for (const id of this.#pending.keys()) this.#settle(id)?.reject(lost());
        this.#inThread.clear();
        this.#onIdle();
      });
    });
    // Whoever asks gets the error.
    facts.catch(() => undefined);
    return { thread, facts };
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    clearTimeout(pending?.timer);
    if (this.#pending.size === 0) this.#rest();
    return pending;
  }

  #rest(): void {
    clearTimeout(this.#idle);
    if (this.#pending.size > 0) return;
    this.#idle = setTimeout(() => {
      const { thread } = this.#worker ?? {};
      if (thread !== undefined) this.#drop(thread);
    }, idleMs);
    this.#idle.unref();
  }

  #drop(thread: Worker): void {
    if (this.#worker?.thread === thread) this.#worker = undefined;
    void thread.terminate();
  }
}

function cancelled(): AppError {
  return new AppError('run.cancelled', 'The client went away.');
}

function lost(): AppError {
  return new AppError('serve.inference', 'The thread that explains predictions ended.', { fix: 'Send it again.' });
}
