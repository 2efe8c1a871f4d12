import { AppError } from '../../shared/errors/app-error.ts';
import { AdmissionLimit } from './admission-limit.ts';
import { concatenateInputs, splitOutputs } from './batch-tensors.ts';
import type { RequestTiming } from './request-timing.ts';
import { type BatchingPolicy, levelOf, timeoutOf } from './batching-policy.ts';
import type { Tensor } from './tensor.ts';

export interface BatchResult {
  outputs: Tensor[];
  /** Time in the model itself. */
  inferMs: number;
}

/** Runs one batch. Rejects with `WorkerLost` when the worker died, with anything else when the model failed. */
export interface BatchExecutor {
  /** `disposable`: nobody reads the inputs afterwards, so their memory may be moved instead of copied. */
  run(inputs: readonly Tensor[], outputs: readonly string[], disposable: boolean): Promise<BatchResult>;
}

/** The worker ended while a batch was in it. */
export class WorkerLost extends Error {
  constructor() {
    super('the model worker ended during a request');
    this.name = 'WorkerLost';
  }
}

export interface BatcherLimits {
  /** Rows of one run; a request with more runs alone. */
  maxBatchRows: number;
  /** Rows that may wait; a request that does not fit is refused, unless nothing waits. */
  maxQueueRows: number;
  /** Longest wait in the queue. */
  queueTimeoutMs: number;
  /** Latency that the queue is kept short for; null: only `maxQueueRows` bounds it. */
  objectiveMs: number | null;
  /** How batches are put together; undefined: at once, first come first served. */
  batching?: BatchingPolicy | undefined;
}

export interface BatcherObserver {
  /** A request left the queue after this long. */
  queued(waitedMs: number): void;
  /** A run of this many rows for this many requests ended. */
  ran(rows: number, requests: number, durations: RunDurations): void;
}

export interface RunDurations {
  /** Putting the batch together and handing it to the worker and its results back. */
  inputMs: number;
  inferMs: number;
  /** Taking the results apart. */
  outputMs: number;
}

interface Job {
  inputs: readonly Tensor[];
  outputs: readonly string[];
  /** Jobs with equal keys may share a run. */
  key: string;
  rows: number;
  enqueuedMs: number;
  /** When its bytes may have arrived. */
  arrivedMs: number;
  timing: RequestTiming | undefined;
  /** `performance.now()` after which it is refused, or goes behind the others of its level. */
  deadlineMs: number;
  /** Refused at the latest then, whatever its level does with what waited too long. */
  lastDeadlineMs: number;
  /** 0: the highest priority. */
  level: number;
  /** Whether it waited too long at a level that puts such requests behind the others. */
  delayed: boolean;
  /** Set once its worker died under it: it runs alone and gets no third attempt. */
  retried: boolean;
  resolve(outputs: Tensor[]): void;
  reject(error: unknown): void;
}

export interface InferJob {
  inputs: readonly Tensor[];
  outputs: readonly string[];
  parameterKey: string;
  rows: number;
  /** `performance.now()` at which its bytes may have arrived; undefined: just now. */
  arrivedMs?: number | undefined;
  /** Longest wait in the queue that the client asked for; undefined: that of the endpoint. */
  timeoutMs?: number | undefined;
  /** From 1, the highest; undefined or unknown: the model's default. */
  priority?: number | undefined;
  /** Gets the moments of the run. */
  timing?: RequestTiming | undefined;
  signal?: AbortSignal | undefined;
}

/** Runs handed to the executor at a time, once every further one is full: it then never waits for this thread. */
const maxRunsAhead = 2;

/** With an objective a full batch is handed over only so long before the end of the run ahead of it. */
const aheadMs = 2;
const aheadShare = 0.1;

/**
 * Dynamic batching for one model version. A run takes what is queued when the executor is free (or soon will be, and a full
 * batch waits), first come first served within a priority level, and only requests with equal extents after axis 0,
 * parameters and requested outputs share it. Nothing waits for others to come unless `BatchingPolicy.maxDelayMs` says so.
 * A shared run that fails is repeated request by request, so that only the culprit fails.
 */
export class Batcher {
  readonly #executor: BatchExecutor;
  readonly #limits: BatcherLimits;
  readonly #admission: AdmissionLimit;
  readonly #observer: BatcherObserver;
  readonly #policy: BatchingPolicy | undefined;
  /** False for a model whose first axis is not a batch. */
  #mergeable: boolean;
  /** By level, those that waited too long behind the others of theirs. */
  #queue: Job[] = [];
  #queuedRows = 0;
  readonly #levelRows: number[];
  #delayTimer: NodeJS.Timeout | undefined;
  #scheduled = false;
  #running = 0;
  #answeredMs = 0;
  /** `performance.now()` from which a further run may be handed over behind the one that runs. */
  #aheadFromMs = 0;
  #aheadTimer: NodeJS.Timeout | undefined;
  #paused = true;
  #closed: AppError | undefined;
  readonly #sweep: NodeJS.Timeout;

  constructor(executor: BatchExecutor, limits: BatcherLimits, observer: BatcherObserver, mergeable: boolean) {
    this.#executor = executor;
    this.#limits = limits;
    this.#admission = new AdmissionLimit(limits);
    this.#observer = observer;
    this.#policy = limits.batching;
    this.#levelRows = Array.from({ length: limits.batching?.levels.length ?? 1 }, () => 0);
    this.#mergeable = mergeable;
    this.#sweep = setInterval(() => this.#dropExpired(), 1_000);
    this.#sweep.unref();
  }

  get queuedRows(): number {
    return this.#queuedRows;
  }

  /** Whether nothing waits or runs, not even a part of a shared run that failed and is repeated. */
  get isIdle(): boolean {
    return this.#queue.length === 0 && this.#running === 0;
  }

  /** Rows that may wait at this moment. */
  get queueLimitRows(): number {
    return this.#admission.rows;
  }

  /** Whether a request of this many rows, whose bytes may have arrived `lateMs` ago, would be queued now. */
  hasRoom(rows: number, lateMs = 0): boolean {
    // A request of higher priority than the last one can take its place; which it has is not known before it is read.
    if ((this.#queue.at(-1)?.level ?? 0) > 0) return true;
    return this.#admission.admits(this.#queuedRows, rows, lateMs);
  }

  /**
   * Outputs of the request's own rows. Errors: `serve.overloaded` (queue full, waited too long), `run.cancelled` (the
   * signal), `serve.inference` (the model failed), `serve.not-ready` (closed).
   */
  submit(request: InferJob): Promise<Tensor[]> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const enqueuedMs = performance.now();
    const { arrivedMs = enqueuedMs } = request;
    const level = levelOf(this.#policy, request.priority);
    if (!this.#makeRoom(level, request.rows, enqueuedMs - arrivedMs)) {
      return Promise.reject(queueFull(this.#queuedRows));
    }
    return new Promise((resolve, reject) => {
      const { inputs, outputs, rows, timeoutMs, timing, signal } = request;
      const lastDeadlineMs = enqueuedMs + this.#limits.queueTimeoutMs;
      const job: Job = {
        inputs,
        outputs,
        key: this.#mergeable ? batchKey(request) : '',
        rows,
        enqueuedMs,
        arrivedMs,
        timing,
        deadlineMs: Math.min(enqueuedMs + timeoutOf(this.#policy, level, timeoutMs), lastDeadlineMs),
        lastDeadlineMs,
        level,
        delayed: false,
        retried: false,
        resolve,
        reject,
      };
      signal?.addEventListener('abort', () => this.#cancel(job), { once: true });
      this.#enter(job);
      this.#schedule();
    });
  }

  /** Behind what goes before it. */
  #enter(job: Job): void {
    let at = this.#queue.length;
    while (at > 0 && placeOf(this.#queue[at - 1] as Job) > placeOf(job)) at--;
    if (at === this.#queue.length) this.#queue.push(job);
    else this.#queue.splice(at, 0, job);
    this.#count(job, job.rows);
  }

  #count({ level }: Job, rows: number): void {
    this.#queuedRows += rows;
    this.#levelRows[level] = (this.#levelRows[level] as number) + rows;
  }

  /** Whether a request may be queued; the newest of lower priority are refused for it where that helps. */
  #makeRoom(level: number, rows: number, lateMs: number): boolean {
    const most = this.#policy?.levels[level]?.maxQueueRows ?? 0;
    const atLevel = this.#levelRows[level] as number;
    if (most > 0 && atLevel > 0 && atLevel + rows > most) return false;
    if (this.#admission.admits(this.#queuedRows, rows, lateMs)) return true;
    const below: Job[] = [];
    let freed = 0;
    for (let i = this.#queue.length - 1; i >= 0 && freed < rows; i--) {
      const job = this.#queue[i] as Job;
      if (job.level <= level) break;
      below.push(job);
      freed += job.rows;
    }
    if (freed < rows) return false;
    this.#refuse(below, () => queueFull(this.#queuedRows));
    return true;
  }

  /** Whether runs may start; a paused batcher keeps its queue. */
  setPaused(paused: boolean): void {
    this.#paused = paused;
    this.#schedule();
  }

  /** Refuses what waits and everything to come. */
  close(error: AppError): void {
    this.#closed = error;
    clearInterval(this.#sweep);
    clearTimeout(this.#aheadTimer);
    clearTimeout(this.#delayTimer);
    this.#refuse(this.#queue, () => error);
  }

  /** Whether a run can start: at once for whatever waits, ahead of the end of others for a full batch only. */
  #canRun(): boolean {
    if (this.#paused || this.#queue.length === 0) return false;
    if (this.#running === 0) return this.#isDue();
    if (!this.#mergeable || this.#running >= maxRunsAhead || this.#queuedRows < this.#limits.maxBatchRows) return false;
    return this.#aheadFromMs <= performance.now();
  }

  /** Whether the next batch has waited long enough for others, or need not: it is full or of a preferred size. */
  #isDue(): boolean {
    const delayMs = this.#policy?.maxDelayMs ?? 0;
    if (delayMs === 0 || !this.#mergeable) return true;
    const batch = this.#candidates();
    const now = performance.now();
    const waitMs = batch.reduce((least, job) => Math.min(least, job.enqueuedMs), now) + delayMs - now;
    if (waitMs <= 0 || batch[0]?.retried === true || preferredCount(batch, this.#policy) > 0) return true;
    if (rowsOf(batch) >= this.#limits.maxBatchRows) return true;
    clearTimeout(this.#delayTimer);
    this.#delayTimer = setTimeout(() => this.#schedule(), Math.ceil(waitMs));
    return false;
  }

  /** Requests that may share the next run. */
  #candidates(): Job[] {
    const [head] = this.#queue;
    if (head === undefined) return [];
    const batch = [head];
    let rows = head.rows;
    if (!this.#mergeable || head.retried) return batch;
    for (let i = 1; i < this.#queue.length && rows < this.#limits.maxBatchRows; i++) {
      const job = this.#queue[i] as Job;
      if (job.key !== head.key || job.retried || rows + job.rows > this.#limits.maxBatchRows) continue;
      batch.push(job);
      rows += job.rows;
    }
    return batch;
  }

  /**
   * A run begins in the worker. What is handed over behind it waits there instead of here, where it could still be
   * refused: with an objective, long runs get their successor late, but before the worker has nothing to do.
   */
  #runBegins(nowMs: number): void {
    if (this.#limits.objectiveMs === null) return;
    const { runMs } = this.#admission;
    const waitMs = runMs * (1 - aheadShare) - aheadMs;
    clearTimeout(this.#aheadTimer);
    this.#aheadFromMs = 0;
    if (waitMs < 1) return;
    // The timer must not come before the moment it is for.
    this.#aheadFromMs = nowMs + waitMs - 1;
    this.#aheadTimer = setTimeout(() => this.#schedule(), waitMs);
  }

  #schedule(): void {
    if (this.#scheduled || !this.#canRun()) return;
    this.#scheduled = true;
    // After the sockets that are readable now have been read: their requests join this run.
    setImmediate(() => {
      this.#scheduled = false;
      this.#dropExpired();
      this.#dropTooLate();
      while (this.#canRun()) {
        this.#running++;
        if (this.#running === 1) this.#runBegins(performance.now());
        void this.#runBatch(this.#takeBatch()).finally(() => {
          this.#running--;
          if (this.#running > 0) this.#runBegins(this.#answeredMs);
          this.#schedule();
        });
      }
    });
  }

  #takeBatch(): Job[] {
    const [head] = this.#queue;
    if (head === undefined) return [];
    const all = this.#candidates();
    const preferred = preferredCount(all, this.#policy);
    const batch = preferred === 0 ? all : all.slice(0, preferred);
    const now = performance.now();
    if (batch.length === this.#queue.length) {
      this.#queue = [];
    } else {
      const taken = new Set(batch);
      this.#queue = this.#queue.filter((job) => !taken.has(job));
    }
    this.#admission.started(now, now - head.enqueuedMs, this.#queuedRows);
    for (const job of batch) {
      this.#count(job, -job.rows);
      if (job.timing !== undefined) job.timing.runStartedMs = now;
      this.#observer.queued(now - job.enqueuedMs);
    }
    return batch;
  }

  async #runBatch(batch: readonly Job[]): Promise<void> {
    const [first] = batch;
    if (first === undefined) return;
    const rows = rowsOf(batch);
    try {
      const startedMs = performance.now();
      const inputs = concatenateInputs(batch.map((job) => job.inputs));
      // A single request's inputs are its own: they are needed again when its worker dies, and for the request log.
      const { outputs, inferMs } = await this.#executor.run(inputs, first.outputs, batch.length > 1);
      const answeredMs = performance.now();
      // A run handed over ahead of the end of another began after that.
      const runMs = answeredMs - Math.max(startedMs, this.#answeredMs);
      const inputMs = Math.max(0, runMs - inferMs);
      this.#admission.ended(answeredMs - startedMs, runMs);
      this.#answeredMs = answeredMs;
      for (const { timing } of batch) {
        if (timing !== undefined) Object.assign(timing, { runEndedMs: answeredMs, inferMs, batchRows: rows });
      }
      if (batch.length === 1) {
        this.#observer.ran(rows, 1, { inputMs, inferMs, outputMs: 0 });
        first.resolve(outputs);
        return;
      }
      const parts = splitOutputs(
        outputs,
        batch.map((job) => job.rows),
      );
      if (parts !== undefined) {
        this.#observer.ran(rows, batch.length, { inputMs, inferMs, outputMs: performance.now() - answeredMs });
        batch.forEach((job, i) => {
          job.resolve(parts[i] as Tensor[]);
        });
        return;
      }
      // An output does not follow the rows: this model's requests cannot share runs.
      this.#mergeable = false;
    } catch (error) {
      if (error instanceof WorkerLost) {
        this.#requeue(batch);
        return;
      }
      if (batch.length === 1) {
        first.reject(inferenceError(error));
        return;
      }
    }
    for (const job of batch) await this.#runBatch([job]);
  }

  /** The jobs of a lost worker go to the front, to run one by one. */
  #requeue(batch: readonly Job[]): void {
    for (const job of [...batch].reverse()) {
      if (job.retried) {
        job.reject(
          new AppError('serve.inference', 'The model ended its worker process twice on this request.', {
            fix: 'Check the model with this input; the log has the reason if there is one.',
          }),
        );
      } else if (this.#closed !== undefined) {
        job.reject(this.#closed);
      } else {
        job.retried = true;
        this.#queue.unshift(job);
        this.#count(job, job.rows);
      }
    }
  }

  #cancel(job: Job): void {
    if (!this.#queue.includes(job)) return;
    this.#refuse([job], () => new AppError('run.cancelled', 'The client went away.'));
  }

  #dropExpired(): void {
    const now = performance.now();
    const expired = this.#queue.filter((job) => job.deadlineMs < now);
    if (expired.length === 0) return;
    const delayed = new Set(
      expired.filter(
        ({ level, lastDeadlineMs }) => this.#policy?.levels[level]?.onTimeout === 'delay' && lastDeadlineMs >= now,
      ),
    );
    this.#refuse(
      expired.filter((job) => !delayed.has(job)),
      (job) =>
        new AppError('serve.overloaded', `The request waited ${Math.round(now - job.enqueuedMs)} ms in the queue.`, {
          fix: 'Try again later, or send fewer requests at once.',
        }),
    );
    if (delayed.size === 0) return;
    this.#queue = this.#queue.filter((job) => !delayed.has(job));
    for (const job of delayed) {
      this.#count(job, -job.rows);
      this.#enter(Object.assign(job, { delayed: true, deadlineMs: job.lastDeadlineMs }));
    }
  }

  #dropTooLate(): void {
    if (this.#limits.objectiveMs === null) return;
    const now = performance.now();
    const late = this.#queue.filter((job) => !job.retried && this.#admission.isTooLate(now, now - job.arrivedMs));
    if (late.length > 0) this.#refuse(late, () => queueFull(this.#queuedRows));
  }

  #refuse(jobs: readonly Job[], reason: (job: Job) => AppError): void {
    const refused = new Set(jobs);
    this.#queue = this.#queue.filter((job) => !refused.has(job));
    for (const job of refused) {
      this.#count(job, -job.rows);
      job.reject(reason(job));
    }
  }
}

function placeOf({ level, delayed }: Job): number {
  return 2 * level + (delayed ? 1 : 0);
}

function rowsOf(batch: readonly Job[]): number {
  return batch.reduce((sum, { rows }) => sum + rows, 0);
}

/** How many of these requests together have the largest preferred size that they can; 0: none of them. */
function preferredCount(batch: readonly Job[], policy: BatchingPolicy | undefined): number {
  if (policy === undefined || policy.preferredRows.length === 0) return 0;
  let rows = 0;
  let count = 0;
  batch.forEach((job, i) => {
    rows += job.rows;
    if (policy.preferredRows.includes(rows)) count = i + 1;
  });
  return count;
}

/** Says that a request was refused for those that wait already. */
export function queueFull(queuedRows: number): AppError {
  return new AppError('serve.overloaded', `${queuedRows} rows are waiting already; the queue is full.`, {
    fix: 'Try again shortly, or send fewer requests at once.',
  });
}

function batchKey(request: InferJob): string {
  const extents = request.inputs.map((input) => input.shape.slice(1).join()).join(';');
  return `${extents}|${request.outputs.join('\n')}|${request.parameterKey}`;
}

function inferenceError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new AppError('serve.inference', `The model failed on this request: ${message}`, {
    fix: 'Check the values and extents of the inputs against what the model was made for.',
    cause: error,
  });
}
