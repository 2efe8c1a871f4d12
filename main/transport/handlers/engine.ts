import { rpc } from '../rpc-base.ts';

const readingIntervalMs = 2_000;

export const engineHandlers = {
  info: rpc.engine.info.handler(({ context }) => context.engine.info()),
  watchDevices: rpc.engine.watchDevices.handler(async function* ({ signal }) {
    const si = await import('systeminformation');
    while (!signal?.aborted) {
      const [load, memory] = await Promise.all([si.currentLoad(), si.mem()]);
      yield {
        cpuPercent: load.currentLoad,
        memoryUsedBytes: memory.active,
        memoryTotalBytes: memory.total,
        gpuPercent: null,
      };
      await pause(readingIntervalMs, signal);
    }
  }),
};

/** Resolves after the time or at the abort, whichever comes first. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}
