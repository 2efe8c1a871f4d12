import { useEffect, useRef, useState } from 'react';
import type { WireError } from '../../shared/errors/app-error.ts';
import { useConnection } from './connection-store.ts';
import { isAbort, toEngineError } from './engine-error.ts';

/**
 * Latest event of an engine stream; opened again when `key` changes or the engine comes back. A null key asks nothing.
 * The last value stays while offline; `live` tells.
 */
export function useSubscription<T>(
  key: string | null,
  open: (signal: AbortSignal) => Promise<AsyncIterable<T>>,
): { latest: T | undefined; error: WireError | undefined; live: boolean } {
  const epoch = useConnection((connection) => connection.epoch);
  const [result, setResult] = useState<{ key: string | null; latest?: T; error?: WireError; live: boolean }>({
    key,
    live: false,
  });
  const opener = useRef(open);
  opener.current = open;

  // oxlint-disable-next-line react-hooks/exhaustive-deps -- epoch opens the same stream again
  useEffect(() => {
    if (key === null) return;
    const abort = new AbortController();
    async function follow() {
      try {
        for await (const latest of await opener.current(abort.signal)) {
          if (abort.signal.aborted) return;
          setResult({ key, latest, live: true });
        }
        if (!abort.signal.aborted) setResult((before) => ({ ...before, live: false }));
      } catch (error) {
        if (abort.signal.aborted || isAbort(error)) return;
        setResult((before) => ({
          key,
          ...(before.key === key && before.latest !== undefined ? { latest: before.latest } : {}),
          error: toEngineError(error),
          live: false,
        }));
      }
    }
    void follow();
    return () => abort.abort();
  }, [key, epoch]);

  const current = result.key === key;
  return {
    latest: current ? result.latest : undefined,
    error: current ? result.error : undefined,
    live: current && result.live,
  };
}
