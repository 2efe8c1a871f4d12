import type { WireError } from '../../shared/errors/app-error.ts';
import type { OutputRef, Progress, RunEvent, StepStatus } from '../../shared/events/run-events.ts';
import type { GraphNode } from '../../shared/graph/document.ts';

/** One step of a run, as far as its events tell. */
export interface StepRun {
  state: 'pending' | 'queued' | 'running' | StepStatus;
  attempt: number;
  startedMs: number | undefined;
  durationMs: number | undefined;
  progress: Progress | undefined;
  /** When `progress` was told, on the engine's clock. */
  progressMs: number | undefined;
  /** Latest partial output, e.g. `{curve: {metric, train, valid}}`. */
  partial: Record<string, unknown> | undefined;
  error: WireError | undefined;
  reason: string | undefined;
  key: string | undefined;
  /** Of a step that stands beside another with the settings of a variant. */
  variant?: { of: string; node: string; name: string } | undefined;
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
  /** No further step starts until it is resumed. */
  paused: boolean;
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

const maxLogLines = 5000;

const untouched: StepRun = {
  state: 'pending',
  attempt: 0,
  startedMs: undefined,
  durationMs: undefined,
  progress: undefined,
  progressMs: undefined,
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
    paused: false,
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
    case 'run.paused':
    case 'run.resumed':
      return { ...next, paused: event.type === 'run.paused' };
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
      return withStep(next, event.id, { progress: event.progress, progressMs: event.time });
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
        variant: event.variant,
        outputs: event.outputs,
        error: event.error,
      });
    case 'run.finished':
      return { ...next, status: event.status, finishedMs: event.time, metrics: event.metrics };
  }
}
