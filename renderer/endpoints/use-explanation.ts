import { useEffect, useState } from 'react';
import type { WireError } from '../../shared/errors/app-error.ts';
import { engine } from '../client/engine-client.ts';
import { isAbort, toEngineError } from '../client/engine-error.ts';

const settleMs = 250;

type Answer = Awaited<ReturnType<typeof engine.endpoint.explain>>;

/** Why a row gets its score, asked again shortly after it changes; the last answer stays meanwhile. Null asks nothing. */
export function useExplanation(
  endpointId: string | undefined,
  row: Record<string, unknown> | null,
): { answer: Answer | undefined; error: WireError | undefined; waiting: boolean } {
  const [state, setState] = useState<{ answer?: Answer; error?: WireError; waiting: boolean }>({ waiting: false });
  useEffect(() => {
    if (row === null || endpointId === undefined) {
      setState({ waiting: false });
      return;
    }
    const abort = new AbortController();
    const timer = setTimeout(() => {
      setState((before) => ({ ...before, waiting: true }));
      engine.endpoint.explain({ id: endpointId, row }, { signal: abort.signal }).then(
        (answer) => {
          if (!abort.signal.aborted) setState({ answer, waiting: false });
        },
        (error: unknown) => {
          if (!abort.signal.aborted && !isAbort(error)) setState({ error: toEngineError(error), waiting: false });
        },
      );
    }, settleMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [endpointId, row]);
  return { answer: state.answer, error: state.error, waiting: state.waiting };
}
