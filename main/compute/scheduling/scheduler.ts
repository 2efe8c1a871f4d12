export interface ResourceRequest {
  /** Threads the step can use. */
  cpu: number;
  memoryBytes: number;
  /** Graphics processors the step has to itself; default 0. Those of `gpusIfFree` it has only if nobody has them or waits for them. */
  gpus?: number;
  gpusIfFree?: number;
  /** Called once when another step has the graphics processors it asks for. */
  onGpuWait?(): void;
}

export interface Lease {
  threads: number;
  gpus: number;
  memoryBytes: number;
  release(): void;
}

export interface SchedulerLimits {
  cores: number;
  memoryBytes: number;
  maxWorkers: number;
  gpus?: number;
}

/**
 * Hands out workers, threads, memory and graphics processors in the order they are asked for: of the machine to the steps
 * of all runs, and of a step to its trials.
 */
export interface Scheduler {
  readonly maxWorkers: number;
  /** Found only once a step asks for one: looking takes seconds. */
  setGpus(count: number): void;
  /** Rejects with the reason of the signal when that aborts first. */
  acquire(request: ResourceRequest, signal: AbortSignal): Promise<Lease>;
}

interface Waiting {
  request: ResourceRequest;
  told?: true;
  grant(lease: Lease): void;
}

/**
 * A step starts when a worker is free and its memory fits; one that fits nowhere still runs, alone. It gets the threads
 * that are free, at least one, so that a cheap step need not wait for a long one that holds every core. Steps for the
 * processor pass those that wait for a graphics processor, and nobody passes these who wants one too, however few. A step
 * that asks for more of them than there are gets all.
 */
export function createScheduler(limits: SchedulerLimits): Scheduler {
  const queue: Waiting[] = [];
  let workers = 0;
  let usedCpu = 0;
  let usedMemory = 0;
  let usedGpus = 0;
  let allGpus = limits.gpus ?? 0;
  const gpusOf = ({ gpus = 0 }: ResourceRequest) => Math.min(gpus, allGpus);
  const firstAllowed = (): Waiting | undefined => {
    let isGpuAwaited = false;
    return queue.find(({ request }) => {
      const gpus = gpusOf(request);
      if (gpus === 0) return true;
      if (!isGpuAwaited && usedGpus + gpus <= allGpus) return true;
      isGpuAwaited = true;
      return false;
    });
  };

  const dispatch = () => {
    for (;;) {
      const next = firstAllowed();
      for (const waiting of next === undefined ? queue : queue.slice(0, queue.indexOf(next))) {
        if (waiting.told) continue;
        waiting.told = true;
        waiting.request.onGpuWait?.();
      }
      if (next === undefined) return;
      const { cpu, memoryBytes } = next.request;
      const asked = gpusOf(next.request);
      const free = queue.some(({ request }) => gpusOf(request) > 0) ? 0 : allGpus - usedGpus;
      const gpus = asked > 0 ? asked : Math.min(next.request.gpusIfFree ?? 0, free);
      const fits = usedMemory + memoryBytes <= limits.memoryBytes;
      if (workers > 0 && (workers >= limits.maxWorkers || !fits)) return;
      queue.splice(queue.indexOf(next), 1);
      const share = Math.floor((limits.cores - usedCpu) / Math.min(1 + queue.length, limits.maxWorkers - workers));
      const threads = Math.max(1, Math.min(Math.ceil(cpu), share));
      workers++;
      usedCpu += threads;
      usedMemory += memoryBytes;
      usedGpus += gpus;
      let held = true;
      next.grant({
        threads,
        gpus,
        memoryBytes: Math.max(memoryBytes, Math.floor(limits.memoryBytes / limits.maxWorkers)),
        release: () => {
          if (!held) return;
          held = false;
          workers--;
          usedCpu -= threads;
          usedMemory -= memoryBytes;
          usedGpus -= gpus;
          dispatch();
        },
      });
    }
  };

  let scheduled = false;
  /** Steps that become ready together share the cores. */
  const dispatchSoon = () => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      dispatch();
    });
  };

  return {
    maxWorkers: limits.maxWorkers,
    setGpus: (count) => {
      allGpus = count;
    },
    acquire: (request, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason as Error);
          return;
        }
        const onAbort = () => {
          queue.splice(queue.indexOf(entry), 1);
          reject(signal.reason as Error);
          dispatchSoon();
        };
        const entry: Waiting = {
          request,
          grant: (lease) => {
            signal.removeEventListener('abort', onAbort);
            resolve(lease);
          },
        };
        signal.addEventListener('abort', onAbort, { once: true });
        queue.push(entry);
        dispatchSoon();
      }),
  };
}
