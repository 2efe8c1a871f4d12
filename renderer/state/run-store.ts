import { create } from 'zustand';
import type { GraphNode } from '../../shared/graph/document.ts';
import type { WireError } from '../../shared/errors/app-error.ts';
import type { OutputRef, Progress, RunEvent, StepStatus } from '../../shared/events/run-events.ts';
import { engine } from '../client/engine-client.ts';
import { isAbort, toEngineError } from '../client/engine-error.ts';
import { useConnection } from '../client/connection-store.ts';

/** One step of a run, as far as its events tell. */
export interface StepRun {
  state: 'pending' | 'queued' | 'running' | StepStatus;
  attempt: number;
  startedMs: number | undefined;
  durationMs: number | undefined;
  progress: Progress | undefined;
  /** Latest partial output, e.g. `{curve: {metric, train, valid}}`. */
  partial: Record<string, unknown> | undefined;
  error: WireError | undefined;
  reason: string | undefined;
  key: string | undefined;
  outputs: Record<string, OutputRef>;
}

export interface LogLine {
  seq: number;
  timeMs: number;
  nodeId: string;
  level: 'debug' | 'info' | 'warn' | 'error';
  text: string;
}

export interface RunView {
  runId: string;
  graphId: string;
  status: 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted';
  startedMs: number;
  finishedMs: number | undefined;
  /** Step ids in plan order. */
  order: string[];
  steps: Record<string, StepRun>;
  /** Metrics of report artifacts by node; filled when the run has finished. */
  metrics: Record<string, Record<string, number>>;
  logs: LogLine[];
  lastSeq: number;
  /** The graph's nodes when this window started the run; undefined for a run found in the store. */
  nodes: Readonly<Record<string, GraphNode>> | undefined;
}

interface RunState {
  /** Latest run by tab. */
  runs: Record<string, RunView>;
}

export const useRuns = create<RunState>(() => ({ runs: {} }));

const maxLogLines = 5000;
const coalesceMs = 60;

const untouched: StepRun = {
  state: 'pending',
  attempt: 0,
  startedMs: undefined,
  durationMs: undefined,
  progress: undefined,
  partial: undefined,
  error: undefined,
  reason: undefined,
  key: undefined,
  outputs: {},
};

export function newRunView(runId: string, graphId: string, nodes?: RunView['nodes']): RunView {
  return {
    runId,
    graphId,
    status: 'running',
    startedMs: Date.now(),
    finishedMs: undefined,
    order: [],
    steps: {},
    metrics: {},
    logs: [],
    lastSeq: 0,
    nodes,
  };
}

function withStep(view: RunView, id: string, change: Partial<StepRun>): RunView {
  return { ...view, steps: { ...view.steps, [id]: { ...(view.steps[id] ?? untouched), ...change } } };
}

/** The view after one event; events already seen change nothing. */
export function applyRunEvent(view: RunView, event: RunEvent): RunView {
  if (event.seq <= view.lastSeq) return view;
  const next: RunView = { ...view, lastSeq: event.seq };
  switch (event.type) {
    case 'run.started':
      return {
        ...next,
        graphId: event.graphId,
        startedMs: event.time,
        order: event.steps.map((step) => step.id),
        steps: Object.fromEntries(event.steps.map((step) => [step.id, untouched])),
      };
    case 'step.queued':
      return withStep(next, event.id, { state: 'queued' });
    case 'step.started':
      return withStep(next, event.id, {
        state: 'running',
        attempt: event.attempt,
        startedMs: event.time,
        progress: undefined,
        partial: undefined,
        error: undefined,
      });
    case 'step.progress':
      return withStep(next, event.id, { progress: event.progress });
    case 'step.partial':
      return withStep(next, event.id, { partial: event.value });
    case 'step.log': {
      const line: LogLine = {
        seq: event.seq,
        timeMs: event.time,
        nodeId: event.id,
        level: event.level,
        text: event.text,
      };
      return { ...next, logs: [...next.logs.slice(-maxLogLines + 1), line] };
    }
    case 'step.finished':
      return withStep(next, event.id, {
        state: event.status,
        durationMs: event.durationMs,
        reason: event.reason,
        key: event.key,
        outputs: event.outputs,
        error: event.error,
      });
    case 'run.finished':
      return { ...next, status: event.status, finishedMs: event.time, metrics: event.metrics };
  }
}

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
        if (abort.signal.aborted || isAbort(error)) return;
        if (toEngineError(error).code === 'run.not-found') return;
        await nextConnection(abort.signal);
      }
    }
  }
  void follow();
}

/** Resolves with the next connection to the engine, at the latest after 5 s. */
function nextConnection(signal: AbortSignal): Promise<void> {
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

export function forgetRun(tabId: string): void {
  followed.get(tabId)?.abort();
  followed.delete(tabId);
  useRuns.setState((state) => {
    const runs = { ...state.runs };
    delete runs[tabId];
    return { runs };
  });
}
