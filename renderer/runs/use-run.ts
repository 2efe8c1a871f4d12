import { useEffect, useState } from 'react';
import type { WireError } from '../../shared/errors/app-error.ts';
import type { RunEvent } from '../../shared/events/run-events.ts';
import { useConnection } from '../client/connection-store.ts';
import { engine } from '../client/engine-client.ts';
import { isAbort, toEngineError } from '../client/engine-error.ts';
import { applyRunEvent, newRunView, type RunView } from '../state/run-view.ts';
import { applyTimes, noTimes, type RunTimes } from './run-timeline.ts';

const coalesceMs = 80;

export interface TimedRun {
  view: RunView;
  times: RunTimes;
}

/** A run from its stored events, followed until it has finished. */
export function useRun(runId: string): { run: TimedRun | undefined; error: WireError | undefined } {
  const epoch = useConnection((connection) => connection.epoch);
  const [state, setState] = useState<{ runId: string; run?: TimedRun; error?: WireError }>({ runId });

  // oxlint-disable-next-line react-hooks/exhaustive-deps -- epoch follows the same run after the engine came back
  useEffect(() => {
    const abort = new AbortController();
    let run: TimedRun = { view: newRunView(runId, ''), times: noTimes };
    let pending: RunEvent[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    function flush() {
      clearTimeout(timer);
      timer = undefined;
      run = { view: pending.reduce(applyRunEvent, run.view), times: pending.reduce(applyTimes, run.times) };
      pending = [];
      if (!abort.signal.aborted) setState({ runId, run });
    }
    async function follow() {
      try {
        for await (const event of await engine.run.events({ runId, after: 0 }, { signal: abort.signal })) {
          if (abort.signal.aborted) return;
          pending.push(event);
          timer ??= setTimeout(flush, coalesceMs);
        }
        flush();
      } catch (error) {
        if (abort.signal.aborted || isAbort(error)) return;
        flush();
        setState((before) => ({ ...before, runId, error: toEngineError(error) }));
      }
    }
    void follow();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [runId, epoch]);

  return state.runId === runId ? { run: state.run, error: state.error } : { run: undefined, error: undefined };
}
