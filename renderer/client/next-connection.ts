import { useConnection } from './connection-store.ts';

/** Resolves with the next connection to the engine, at the latest after 5 s. */
export function nextConnection(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const timer = setTimeout(done, 5000);
    const unsubscribe = useConnection.subscribe((state, before) => {
      if (state.epoch !== before.epoch) done();
    });
    signal.addEventListener('abort', done, { once: true });
  });
}
