export interface ResourceRequest {
  /** Threads the step can use. */
  cpu: number;
  memoryBytes: number;
}

export interface Lease {
  threads: number;
  memoryBytes: number;
  release(): void;
}

/** Hands out workers, threads and memory to the steps of all runs, in the order they ask. */
export interface Scheduler {
  readonly maxWorkers: number;
  /** Rejects with the reason of the signal when that aborts first. */
  acquire(request: ResourceRequest, signal: AbortSignal): Promise<Lease>;
}

interface Waiting {
  request: ResourceRequest;
  grant(lease: Lease): void;
}

/**
 * A step starts when a worker is free and its memory fits; one that fits nowhere still runs, alone. It gets the threads
 * that are free, at least one, so that a cheap step need not wait for a long one that holds every core.
 */
export function createScheduler(limits: { cores: number; memoryBytes: number; maxWorkers: number }): Scheduler {
  const queue: Waiting[] = [];
  let workers = 0;
  let usedCpu = 0;
  let usedMemory = 0;

  const dispatch = () => {
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      const { cpu, memoryBytes } = next.request;
      const fits = usedMemory + memoryBytes <= limits.memoryBytes;
      if (workers > 0 && (workers >= limits.maxWorkers || !fits)) return;
      queue.shift();
      const share = Math.floor((limits.cores - usedCpu) / Math.min(1 + queue.length, limits.maxWorkers - workers));
      const threads = Math.max(1, Math.min(Math.ceil(cpu), share));
      workers++;
      usedCpu += threads;
      usedMemory += memoryBytes;
      let held = true;
      next.grant({
        threads,
        memoryBytes: Math.max(memoryBytes, Math.floor(limits.memoryBytes / limits.maxWorkers)),
        release: () => {
          if (!held) return;
          held = false;
          workers--;
          usedCpu -= threads;
          usedMemory -= memoryBytes;
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
