/** Work that several may wait for; it is given up once all of them have left. */
export interface SharedWork<T> {
  /** Rejects with the reason of the signal when that aborts first. */
  wait(signal: AbortSignal | undefined): Promise<T>;
}

/** `onGivenUp`: all have left before it was done. */
export function startSharedWork<T>(work: (signal: AbortSignal) => Promise<T>, onGivenUp: () => void): SharedWork<T> {
  const stop = new AbortController();
  let waiting = 0;
  let done = false;
  const result = work(stop.signal);
  const finish = () => {
    done = true;
  };
  result.then(finish, finish);
  return {
    async wait(signal) {
      signal?.throwIfAborted();
      waiting++;
      let leave: (() => void) | undefined;
      const left = new Promise<never>((_resolve, reject) => {
        leave = () => {
          reject(signal?.reason as Error);
          // Those that are still there keep it going.
          if (waiting > 1 || done) return;
          onGivenUp();
          stop.abort();
        };
        signal?.addEventListener('abort', leave, { once: true });
      });
      // Left in the same turn as it counts less, so that the last of several that leave at once is known as such.
      const less = () => {
        waiting--;
      };
      signal?.addEventListener('abort', less, { once: true });
      try {
        return await Promise.race([result, left]);
      } finally {
        if (signal?.aborted !== true) waiting--;
        if (leave !== undefined) signal?.removeEventListener('abort', leave);
        signal?.removeEventListener('abort', less);
      }
    },
  };
}
