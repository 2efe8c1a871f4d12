import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import type { BatcherObserver, InferJob } from '../batcher.ts';
import { durationBuckets, Histogram } from '../histogram-metric.ts';
import { hashText } from '../traffic.ts';
import type { Tensor, TensorSpec } from '../tensor.ts';
import type { Placement } from '../worker-protocol.ts';
import type { ModelFleet } from './model-fleet.ts';
import { Replica, type ReplicaOptions } from './replica.ts';
import { ReplicaScaler } from './replica-scaler.ts';
import type { ScalingOptions } from './scaling-options.ts';

/** `on-demand`: no worker; the next request starts one. */
export type ReplicaSetState = 'ready' | 'loading' | 'on-demand' | 'restarting' | 'failed';

/** Why a model has no worker. */
export type UnloadReason = 'idle' | 'memory';

export interface ReplicaSetOptions extends Omit<ReplicaOptions, 'mergeable'> {
  /** Size of the model's file, the least a replica counts for. */
  fileBytes: number;
  scaling: ScalingOptions;
  fleet: ModelFleet;
  /** Whether it never makes room for others. */
  pinned: boolean;
  /** Weight of the model when cores are short. */
  share: number;
}

/** The workers of one model version: how many there are, and which of them gets a request. */
export class ReplicaSet {
  readonly scaling: ScalingOptions;
  readonly pinned: boolean;
  readonly share: number;
  readonly threads: number;
  /** Time from the request that found no worker to the first worker being ready. */
  readonly coldStartSeconds = new Histogram(durationBuckets);
  /** ms; null before the first. */
  lastColdStartMs: number | null = null;
  loads = 0;
  readonly unloads: Record<UnloadReason, number> = { idle: 0, memory: 0 };
  /** `performance.now()` of the last request. */
  lastUsedMs = performance.now();
  readonly #options: ReplicaSetOptions;
  readonly #scaler: ReplicaScaler;
  /** Those that take requests. */
  #replicas: Replica[] = [];
  /** Those that answer what they have, then end. */
  readonly #leaving = new Set<Replica>();
  #mergeable = true;
  #nextId = 0;
  #closed: AppError | undefined;
  #failure: { error: AppError; untilMs: number } | undefined;
  /** Bytes that a replica took when it was last loaded; 0: not known yet. */
  #measuredBytes = 0;
  /** Bytes of the process beside its last replica. */
  #processBytes = 0;
  #waitedMs = 0;
  #waits = 0;
  #busyMs = 0;
  #sampledMs = performance.now();

  constructor(options: ReplicaSetOptions) {
    this.#options = options;
    this.scaling = options.scaling;
    this.pinned = options.pinned;
    this.share = options.share;
    this.threads = options.start.threads;
    this.#scaler = new ReplicaScaler(options.scaling);
  }

  get replicas(): readonly Replica[] {
    return this.#replicas;
  }

  /** Workers there are, those that load or leave included. */
  get workers(): number {
    return this.#replicas.length + this.#leaving.size;
  }

  get state(): ReplicaSetState {
    const [first] = this.#replicas;
    if (first === undefined) return this.#closed === undefined ? 'on-demand' : 'failed';
    const states = this.#replicas.map((replica) => replica.state);
    if (states.includes('ready')) return 'ready';
    if (states.includes('restarting')) return 'restarting';
    return states.includes('loading') ? 'loading' : 'failed';
  }

  /** Where the first worker runs the model; null where none has loaded it. */
  get ran(): Placement | null {
    return this.#replicas[0]?.ran ?? null;
  }

  get queuedRows(): number {
    return this.#replicas.reduce((sum, replica) => sum + replica.queuedRows, 0);
  }

  /** Rows that may wait at this moment. */
  get queueLimitRows(): number {
    if (this.#replicas.length === 0) return this.#options.limits.maxQueueRows;
    return this.#replicas.reduce((sum, replica) => sum + replica.queueLimitRows, 0);
  }

  /** Bytes that its workers count for, those that are being loaded or are leaving included. */
  get memoryBytes(): number {
    let bytes = 0;
    for (const replica of [...this.#replicas, ...this.#leaving]) bytes += replica.memoryBytes;
    return bytes;
  }

  /** Bytes that one more replica is expected to take. */
  get replicaBytes(): number {
    return Math.max(this.#measuredBytes, this.#options.fileBytes + workerBytes) + this.#processBytes;
  }

  /** Whether a worker of it has something to do. */
  get isBusy(): boolean {
    return this.#leaving.size > 0 || this.#replicas.some((replica) => replica.queuedRows + replica.outstandingRows > 0);
  }

  /** Starts the first worker and tells what the model's tensors are. Errors: `model.invalid`. */
  async openFirst(): Promise<{ inputs: TensorSpec[]; outputs: TensorSpec[] }> {
    const replica = this.#create();
    this.#replicas = [replica];
    try {
      await this.#options.fleet.makeRoom(this, replica);
      return await this.#open(replica);
    } catch (error) {
      this.#replicas = [];
      await replica.close(toAppError(error));
      throw error;
    }
  }

  /** Only known once the model's tensors are: whether requests may share a run. */
  setMergeable(mergeable: boolean): void {
    this.#mergeable = mergeable;
  }

  /** Brings the number of workers to the least there shall be. Errors: `model.invalid`. */
  async fill(): Promise<void> {
    while (this.#replicas.length < this.scaling.minReplicas) await this.grow();
  }

  /** One more worker; requests reach it once it is warm. Errors: `model.invalid`, `serve.not-ready` (no memory). */
  async grow(): Promise<void> {
    const { fleet } = this.#options;
    const replica = this.#create();
    this.#leaving.add(replica);
    try {
      await fleet.makeRoom(this, replica);
      await this.#open(replica);
    } catch (error) {
      this.#leaving.delete(replica);
      await replica.close(toAppError(error));
      throw error;
    }
    this.#leaving.delete(replica);
    this.#replicas = [...this.#replicas, replica];
    this.#scaler.changed();
  }

  /** One worker less: the one with the least to do answers what it has and ends. */
  async shrink(): Promise<void> {
    const [replica] = this.#replicas.toSorted((a, b) => load(a) - load(b));
    if (replica === undefined) return;
    this.#replicas = this.#replicas.filter((other) => other !== replica);
    this.#scaler.changed();
    await this.#retire(replica);
  }

  /** Ends every worker; the next request starts one. */
  async unload(reason: UnloadReason): Promise<void> {
    const replicas = this.#replicas;
    this.#replicas = [];
    this.unloads[reason]++;
    this.#scaler.changed();
    await Promise.all(replicas.map((replica) => this.#retire(replica)));
  }

  hasRoom(lateMs: number, session: string | undefined): boolean {
    return this.#replicas.length === 0 || this.#choose(session).hasRoom(1, lateMs);
  }

  /** Outputs of the request's rows. Errors: those of `Batcher.submit`, and of loading the model. */
  submit(job: InferJob, session: string | undefined): Promise<Tensor[]> {
    this.lastUsedMs = performance.now();
    if (this.#replicas.length === 0) {
      const refusal = this.#closed ?? this.#recentFailure();
      if (refusal !== undefined) return Promise.reject(refusal);
      this.#wake();
    }
    const replica = this.#choose(session);
    // With one replica nothing has to be balanced, and its queue says whether it is busy.
    return this.#replicas.length === 1 ? replica.submit(job) : replica.submitCounted(job);
  }

  /** What the queue asks for since the last call; `queueMs` tells sets of one process apart that ask for the same. */
  sample(nowMs: number): { change: -1 | 0 | 1; queueMs: number } {
    const passedMs = Math.max(1, nowMs - this.#sampledMs);
    const stuckMs = this.queuedRows > 0 ? passedMs : 0;
    const queueMs = this.#waits === 0 ? stuckMs : this.#waitedMs / this.#waits;
    const busy = this.#busyMs / passedMs;
    if (this.#waits > 0 || this.queuedRows === 0) this.#sampledMs = nowMs;
    this.#waitedMs = 0;
    this.#waits = 0;
    this.#busyMs = 0;
    const replicas = this.#replicas.length;
    if (replicas === 0 || this.state !== 'ready') return { change: 0, queueMs };
    return { change: this.#scaler.observe({ nowMs, replicas, queueMs, busy }), queueMs };
  }

  /** Refuses what waits and everything to come. */
  async close(reason: AppError): Promise<void> {
    this.#closed = reason;
    const replicas = [...this.#replicas, ...this.#leaving];
    this.#options.fleet.remove(this);
    await Promise.all(replicas.map((replica) => replica.close(reason)));
  }

  #choose(session: string | undefined): Replica {
    const [first] = this.#replicas as [Replica, ...Replica[]];
    if (this.#replicas.length === 1) return first;
    const ready = this.#replicas.filter((replica) => replica.state === 'ready');
    const candidates = ready.length === 0 ? this.#replicas : ready;
    if (session !== undefined && this.scaling.balance === 'session') {
      // Rendezvous hashing: a replica that comes or goes moves only the sessions it gets or had.
      return best(candidates, ({ id }) => -hashText(`${session}/${id}`));
    }
    return best(candidates, load);
  }

  #create(): Replica {
    const { fleet: _fleet, scaling: _scaling, observer, ...rest } = this.#options;
    const counted: BatcherObserver = {
      queued: (waitedMs) => {
        this.#waitedMs += waitedMs;
        this.#waits++;
        observer.queued(waitedMs);
      },
      ran: (rows, requests, durations) => {
        this.#busyMs += durations.inferMs;
        observer.ran(rows, requests, durations);
      },
    };
    return new Replica(this.#nextId++, { ...rest, observer: counted, mergeable: this.#mergeable });
  }

  /** Requests queue in front of the new worker while it loads. */
  #wake(): void {
    const startedMs = performance.now();
    const replica = this.#create();
    this.#replicas = [replica];
    const start = async () => {
      await this.#options.fleet.makeRoom(this, replica);
      await this.#open(replica);
      this.lastColdStartMs = performance.now() - startedMs;
      this.coldStartSeconds.observe(this.lastColdStartMs / 1000);
      this.#options.log(
        'info',
        `The ${this.#options.start.label} was loaded in ${this.lastColdStartMs.toFixed(0)} ms.`,
      );
    };
    start().catch((error: unknown) => {
      this.#replicas = this.#replicas.filter((other) => other !== replica);
      // Whoever closed it has refused its requests and ends its worker.
      if (this.#closed !== undefined) return;
      const reason = toAppError(error);
      this.#options.log('warn', reason.message);
      const refusal = new AppError(
        'serve.not-ready',
        `The ${this.#options.start.label} could not be loaded: ${reason.message}`,
        { fix: reason.fix ?? 'Check the model, and the log of the endpoint.', cause: error },
      );
      this.#failure = { error: refusal, untilMs: performance.now() + retryLoadMs };
      void replica.close(refusal);
    });
  }

  /** A load that has just failed is not tried again with every request. */
  #recentFailure(): AppError | undefined {
    return this.#failure !== undefined && performance.now() < this.#failure.untilMs ? this.#failure.error : undefined;
  }

  async #open(replica: Replica): Promise<{ inputs: TensorSpec[]; outputs: TensorSpec[] }> {
    this.#requireOpen();
    const { specs, bytes } = await this.#options.fleet.measure(() => replica.open());
    this.#requireOpen();
    this.loads++;
    // What the load itself used is part of the growth until it is collected: it must not count for good.
    const { fileBytes } = this.#options;
    if (bytes !== undefined) this.#measuredBytes = Math.min(bytes, 2 * fileBytes + 4 * workerBytes);
    this.#processBytes = replica.processBytes;
    replica.memoryBytes = this.replicaBytes;
    await this.#options.fleet.keepBudget(this);
    return specs;
  }

  /** A load takes long: the model may have been closed meanwhile. */
  #requireOpen(): void {
    if (this.#closed !== undefined) throw this.#closed;
  }

  async #retire(replica: Replica): Promise<void> {
    this.#leaving.add(replica);
    const untilMs = performance.now() + retireTimeoutMs;
    while (!replica.isIdle && performance.now() < untilMs && this.#closed === undefined) await pause(retirePollMs);
    await replica.close(new AppError('serve.not-ready', `The ${this.#options.start.label} is being unloaded.`));
    this.#leaving.delete(replica);
  }
}

/** What a worker thread with ONNX Runtime takes beside the model. */
const workerBytes = 8 * 2 ** 20;
const retryLoadMs = 3_000;
const retireTimeoutMs = 60_000;
const retirePollMs = 20;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function load(replica: Replica): number {
  return Math.max(replica.outstandingRows, replica.queuedRows);
}

function best(candidates: readonly Replica[], cost: (replica: Replica) => number): Replica {
  let chosen = candidates[0] as Replica;
  let lowest = cost(chosen);
  for (const candidate of candidates) {
    const own = cost(candidate);
    if (own < lowest) {
      chosen = candidate;
      lowest = own;
    }
  }
  return chosen;
}
