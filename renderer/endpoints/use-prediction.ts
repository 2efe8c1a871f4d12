import { useEffect, useRef, useState } from 'react';
import type { WireError } from '../../shared/errors/app-error.ts';
import type { LoggedTiming } from '../../shared/rpc/engine-contract.ts';
import { useConnection } from '../client/connection-store.ts';
import { engine } from '../client/engine-client.ts';
import { isAbort, toEngineError } from '../client/engine-error.ts';

const settleMs = 160;

export type Prediction = Awaited<ReturnType<typeof engine.endpoint.predict>>['predictions'][number];

/** The prediction for a row, asked again shortly after it changes; the last one stays meanwhile. Null asks nothing. */
export function usePrediction(
  endpointId: string | undefined,
  row: Record<string, unknown> | null,
): {
  prediction: Prediction | undefined;
  durationMs: number | undefined;
  timing: LoggedTiming | undefined;
  error: WireError | undefined;
  waiting: boolean;
} {
  const epoch = useConnection((connection) => connection.epoch);
  const [state, setState] = useState<{
    prediction?: Prediction;
    durationMs?: number;
    timing?: LoggedTiming;
    error?: WireError;
    waiting: boolean;
  }>({
    waiting: false,
  });
  const key = row === null || endpointId === undefined ? undefined : `${endpointId} ${JSON.stringify(row)}`;
  const latest = useRef(row);
  latest.current = row;

  // oxlint-disable-next-line react-hooks/exhaustive-deps -- epoch asks again after the engine came back
  useEffect(() => {
    const asked = latest.current;
    if (key === undefined || asked === null || endpointId === undefined) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      setState((before) => ({ ...before, waiting: true }));
      engine.endpoint.predict({ id: endpointId, rows: [asked], isTest: true }, { signal: abort.signal }).then(
        ({ predictions, durationMs, timing }) => {
          const [prediction] = predictions;
          if (!abort.signal.aborted)
            setState({ ...(prediction ? { prediction } : {}), durationMs, timing, waiting: false });
        },
        (error: unknown) => {
          if (!abort.signal.aborted && !isAbort(error)) {
            setState((before) => ({ ...before, error: toEngineError(error), waiting: false }));
          }
        },
      );
    }, settleMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [key, endpointId, epoch]);

  return {
    prediction: state.prediction,
    durationMs: state.durationMs,
    timing: state.timing,
    error: state.error,
    waiting: state.waiting,
  };
}
