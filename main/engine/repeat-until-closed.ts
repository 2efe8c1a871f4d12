export interface Repetition {
  everyMs: number;
  firstAfterMs: number;
  /** Not told of what fails because it was closed. */
  onError(error: unknown): void;
}

/** Does `work` again and again, `everyMs` after the end of the time before, whether that failed or not. */
export function repeatUntilClosed(
  work: (signal: AbortSignal) => Promise<void>,
  { everyMs, firstAfterMs, onError }: Repetition,
): { close(): void } {
  const closed = new AbortController();
  let timer = setTimeout(next, firstAfterMs);
  function next(): void {
    work(closed.signal)
      .catch((error: unknown) => {
        if (!closed.signal.aborted) onError(error);
      })
      .finally(() => {
        if (!closed.signal.aborted) timer = setTimeout(next, everyMs);
      });
  }
  return {
    close() {
      clearTimeout(timer);
      closed.abort();
    },
  };
}
