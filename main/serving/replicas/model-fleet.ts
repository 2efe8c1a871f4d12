import { AppError } from '../../../shared/errors/app-error.ts';
import type { TensorSpec } from '../tensor.ts';
import { byNeed, type CoreUse, donorFor } from './core-sharing.ts';
import type { Replica } from './replica.ts';
import type { ReplicaSet } from './replica-set.ts';
import type { FleetOptions } from './scaling-options.ts';

type Specs = { inputs: TensorSpec[]; outputs: TensorSpec[] };

/** How often scaling is looked at. */
const tickMs = 250;
/** How long a load waits for a model in use to become free. */
const roomTimeoutMs = 20_000;
const roomPollMs = 25;

/** A model version as the fleet sees it. */
interface Member {
  replicas: ReplicaSet;
  /** Whether a request holds it. */
  isHeld(): boolean;
}

/**
 * What the models of one process share: memory (the least recently used one that nobody uses makes room), and cores (a
 * model whose requests wait gets a free one, else one of the model that needs it least; waits are weighed by share).
 */
export class ModelFleet {
  readonly options: FleetOptions;
  readonly #members = new Map<ReplicaSet, Member>();
  readonly #log: (level: 'info' | 'warn', text: string) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #changing = new Set<ReplicaSet>();
  #loading = 0;
  #loadsStarted = 0;

  constructor(options: FleetOptions, log: (level: 'info' | 'warn', text: string) => void) {
    this.options = options;
    this.#log = log;
    this.#timer = setInterval(() => this.tick(performance.now()), tickMs);
    this.#timer.unref();
  }

  /** Bytes that the loaded models count for. */
  get memoryBytes(): number {
    let bytes = 0;
    for (const replicas of this.#members.keys()) bytes += replicas.memoryBytes;
    return bytes;
  }

  /** Threads of all replicas. */
  get threads(): number {
    let threads = 0;
    for (const { workers, threads: each } of this.#members.keys()) threads += workers * each;
    return threads;
  }

  add(replicas: ReplicaSet, isHeld: () => boolean): void {
    this.#members.set(replicas, { replicas, isHeld });
  }

  remove(replicas: ReplicaSet): void {
    this.#members.delete(replicas);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /**
   * Unloads other models until one more replica fits the memory budget, then counts it. Waits for models in use. Errors:
   * `serve.not-ready` (larger than the budget, or nothing became free in time).
   */
  async makeRoom(wanted: ReplicaSet, replica: Replica): Promise<void> {
    const { memoryBudgetBytes } = this.options;
    if (memoryBudgetBytes !== null) await this.#untilRoom(wanted, memoryBudgetBytes);
    replica.memoryBytes = wanted.replicaBytes;
  }

  async #untilRoom(wanted: ReplicaSet, memoryBudgetBytes: number): Promise<void> {
    if (wanted.replicaBytes > memoryBudgetBytes) {
      throw new AppError(
        'serve.not-ready',
        `The model needs ${mebibytes(wanted.replicaBytes)}, more than the memory budget of ${mebibytes(memoryBudgetBytes)}.`,
        { fix: 'Start the endpoint with a larger --memory-budget.' },
      );
    }
    const untilMs = performance.now() + roomTimeoutMs;
    while (this.memoryBytes + wanted.replicaBytes > memoryBudgetBytes) {
      if (await this.#unloadOne(wanted)) continue;
      if (performance.now() > untilMs) {
        throw new AppError(
          'serve.not-ready',
          'There is no memory for the model: every loaded one is in use or pinned.',
          {
            fix: 'Try again later, or start the endpoint with a larger --memory-budget.',
          },
        );
      }
      await new Promise((resolve) => {
        setTimeout(resolve, roomPollMs);
      });
    }
  }

  /**
   * Loads a worker and tells how much the process grew, which says what it takes only where nothing else is loaded at
   * the time, and where it is not the first: that one brings the runtime itself. Errors: those of `load`.
   */
  async measure(load: () => Promise<Specs>): Promise<{ specs: Specs; bytes: number | undefined }> {
    const wasAlone = this.#loading === 0;
    const turn = ++this.#loadsStarted;
    const before = process.memoryUsage.rss();
    this.#loading++;
    try {
      const specs = await load();
      const isAlone = turn > 1 && wasAlone && turn === this.#loadsStarted;
      return { specs, bytes: isAlone ? process.memoryUsage.rss() - before : undefined };
    } finally {
      this.#loading--;
    }
  }

  /** A load may take more than expected: unloads others that nobody uses until the budget is kept. */
  async keepBudget(loaded: ReplicaSet): Promise<void> {
    const { memoryBudgetBytes } = this.options;
    if (memoryBudgetBytes === null) return;
    while (this.memoryBytes > memoryBudgetBytes && (await this.#unloadOne(loaded)));
  }

  /** Ends idle workers, and gives and takes cores. */
  tick(nowMs: number): void {
    const wanting: ReplicaSet[] = [];
    const queueMsOf = new Map<ReplicaSet, number>();
    for (const { replicas, isHeld } of this.#members.values()) {
      const { change, queueMs } = replicas.sample(nowMs);
      queueMsOf.set(replicas, queueMs);
      if (this.#changing.has(replicas) || replicas.replicas.length === 0) continue;
      const { minReplicas, idleSeconds } = replicas.scaling;
      const isIdle = nowMs - replicas.lastUsedMs > idleSeconds * 1000 && !isHeld() && !replicas.isBusy;
      if (minReplicas === 0 && isIdle && replicas.state === 'ready') {
        this.#change(replicas, () => replicas.unload('idle'));
      } else if (change === -1) {
        this.#change(replicas, () => replicas.shrink());
      } else if (change === 1) {
        wanting.push(replicas);
      }
    }
    const useOf = (replicas: ReplicaSet) => ({ queueMs: queueMsOf.get(replicas) ?? 0, share: replicas.share });
    for (const replicas of wanting.sort((a, b) => byNeed(useOf(a), useOf(b)))) {
      if (this.threads + replicas.threads <= this.options.cores) this.#change(replicas, () => replicas.grow());
      else this.#takeFor(replicas, useOf);
    }
  }

  /** Takes a core from the model that needs it least; the other gets it at the next look. */
  #takeFor(wanting: ReplicaSet, useOf: (replicas: ReplicaSet) => CoreUse): void {
    const holders = [...this.#members.keys()].flatMap((set) =>
      set === wanting || this.#changing.has(set)
        ? []
        : [{ ...useOf(set), replicas: set.replicas.length, minReplicas: set.scaling.minReplicas, set }],
    );
    const donor = donorFor(useOf(wanting), holders)?.set;
    if (donor !== undefined) this.#change(donor, () => donor.shrink());
  }

  #change(replicas: ReplicaSet, change: () => Promise<void>): void {
    this.#changing.add(replicas);
    change()
      .catch((error: unknown) => this.#log('warn', error instanceof Error ? error.message : String(error)))
      .finally(() => this.#changing.delete(replicas));
  }

  async #unloadOne(wanted: ReplicaSet): Promise<boolean> {
    let oldest: ReplicaSet | undefined;
    for (const { replicas, isHeld } of this.#members.values()) {
      if (replicas === wanted || replicas.pinned || replicas.replicas.length === 0) continue;
      if (isHeld() || replicas.isBusy || replicas.state === 'loading' || this.#changing.has(replicas)) continue;
      if (oldest === undefined || replicas.lastUsedMs < oldest.lastUsedMs) oldest = replicas;
    }
    if (oldest === undefined) return false;
    await oldest.unload('memory');
    return true;
  }
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
