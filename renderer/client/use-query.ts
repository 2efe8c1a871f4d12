import { useCallback, useEffect, useRef, useState } from 'react';
import type { WireError } from '../../shared/errors/app-error.ts';
import { useConnection } from './connection-store.ts';
import { toEngineError } from './engine-error.ts';

export interface QueryResult<T> {
  /** Last good value of this key; kept while offline and while it is fetched again. */
  data: T | undefined;
  error: WireError | undefined;
  loading: boolean;
  refetch: () => void;
}

interface QueryOptions {
  /** Fetches again after this time, while the page is visible. */
  refetchMs?: number;
}

/**
 * Value of one engine call. `key` names what is asked, so that it is fetched again when it changes; null asks nothing.
 * Fetched again when the engine comes back.
 */
export function useQuery<T>(
  key: string | null,
  load: (signal: AbortSignal) => Promise<T>,
  options: QueryOptions = {},
): QueryResult<T> {
  const epoch = useConnection((connection) => connection.epoch);
  const [tick, setTick] = useState(0);
  const [result, setResult] = useState<{ key: string | null; data?: T; error?: WireError; loading: boolean }>({
    key,
    loading: key !== null,
  });
  const latest = useRef(load);
  latest.current = load;

  // oxlint-disable-next-line react-hooks/exhaustive-deps -- epoch and tick ask for the same key again
  useEffect(() => {
    if (key === null) return;
    const abort = new AbortController();
    setResult((before) => (before.key === key ? { ...before, loading: true } : { key, loading: true }));
    latest.current(abort.signal).then(
      (data) => {
        if (!abort.signal.aborted) setResult({ key, data, loading: false });
      },
      (error: unknown) => {
        if (!abort.signal.aborted) {
          setResult((before) => ({ ...before, key, error: toEngineError(error), loading: false }));
        }
      },
    );
    return () => abort.abort();
  }, [key, epoch, tick]);

  const { refetchMs } = options;
  useEffect(() => {
    if (refetchMs === undefined || key === null) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') setTick((n) => n + 1);
    }, refetchMs);
    return () => clearInterval(timer);
  }, [refetchMs, key]);

  const current = result.key === key;
  return {
    data: current ? result.data : undefined,
    error: current ? result.error : undefined,
    loading: key !== null && (!current || result.loading),
    refetch: useCallback(() => setTick((n) => n + 1), []),
  };
}
