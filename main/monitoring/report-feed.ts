import type { MonitorReport } from '../../shared/rpc/engine-contract.ts';

/** The newest report of a monitor, for any number of watchers. */
export interface ReportFeed {
  readonly latest: MonitorReport | undefined;
  readonly watched: boolean;
  publish(report: MonitorReport): void;
  /** The newest report at once, then each new one until closed or aborted. */
  watch(signal: AbortSignal): AsyncIterable<MonitorReport>;
  close(): void;
}

export function createReportFeed(): ReportFeed {
  const watchers = new Set<() => void>();
  const closed = new AbortController();
  let latest: MonitorReport | undefined;
  return {
    get watched() {
      return watchers.size > 0;
    },
    get latest() {
      return latest;
    },
    publish(report) {
      latest = report;
      for (const wake of watchers) wake();
    },
    async *watch(signal) {
      let wake: (() => void) | undefined;
      let seen: MonitorReport | undefined;
      const onChange = () => wake?.();
      watchers.add(onChange);
      signal.addEventListener('abort', onChange, { once: true });
      closed.signal.addEventListener('abort', onChange, { once: true });
      try {
        while (!signal.aborted && !closed.signal.aborted) {
          if (latest !== undefined && latest !== seen) {
            seen = latest;
            yield latest;
          } else {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        }
      } finally {
        watchers.delete(onChange);
        signal.removeEventListener('abort', onChange);
        closed.signal.removeEventListener('abort', onChange);
      }
    },
    close: () => closed.abort(),
  };
}
