import { create } from 'zustand';
import type { RunEvent } from '../../shared/events/run-events.ts';
import { nextConnection } from '../client/next-connection.ts';
import { engine } from '../client/engine-client.ts';
import { toEngineError } from '../client/engine-error.ts';
import { countRender } from '../canvas/render-count.ts';
import { applyRunEvent, newRunView, type RunView } from './run-view.ts';

interface RunState {
  /** Latest run by tab. */
  runs: Record<string, RunView>;
}

export const useRuns = create<RunState>(() => ({ runs: {} }));

/** Events within this time become one change of the store: two frames. */
const coalesceMs = 32;

const followed = new Map<string, AbortController>();

export interface FollowOptions {
  nodes?: RunView['nodes'];
  onFinished?: (view: RunView) => void;
}

/** Shows a run in a tab: replays its events, then follows it, over reconnects, until it has finished. */
export function followRun(tabId: string, runId: string, graphId: string, options: FollowOptions = {}): void {
  followed.get(tabId)?.abort();
  const abort = new AbortController();
  followed.set(tabId, abort);
  useRuns.setState((state) => ({ runs: { ...state.runs, [tabId]: newRunView(runId, graphId, options.nodes) } }));

  let pending: RunEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  function flush() {
    timer = undefined;
    const batch = pending;
    pending = [];
    if (abort.signal.aborted || batch.length === 0) return;
    useRuns.setState((state) => {
      const view = state.runs[tabId];
      if (view?.runId !== runId) return state;
      return { runs: { ...state.runs, [tabId]: batch.reduce(applyRunEvent, view) } };
    });
  }
  async function follow() {
    while (!abort.signal.aborted) {
      try {
        const after = useRuns.getState().runs[tabId]?.lastSeq ?? 0;
        for await (const event of await engine.run.events({ runId, after }, { signal: abort.signal })) {
          if (abort.signal.aborted) return;
          if (event.type.startsWith('step.') && event.type !== 'step.log') countRender('status-event');
          pending.push(event);
          timer ??= setTimeout(flush, coalesceMs);
        }
        flush();
        const view = useRuns.getState().runs[tabId];
        if (view?.runId === runId && view.status === 'running') {
          useRuns.setState((state) => ({
            runs: { ...state.runs, [tabId]: { ...view, status: 'interrupted', finishedMs: Date.now() } },
          }));
        }
        const last = useRuns.getState().runs[tabId];
        if (last?.runId === runId) options.onFinished?.(last);
        return;
      } catch (error) {
        flush();
        // A connection that is lost ends its streams as if they had been aborted.
        if (abort.signal.aborted) return;
        if (toEngineError(error).code === 'run.not-found') return;
        await nextConnection(abort.signal);
      }
    }
  }
  void follow();
}

export function forgetRun(tabId: string): void {
  followed.get(tabId)?.abort();
  followed.delete(tabId);
  useRuns.setState((state) => {
    const runs = { ...state.runs };
    delete runs[tabId];
    return { runs };
  });
}
