import type { RunEvent } from '../../shared/events/run-events.ts';
import type { RunView } from '../state/run-view.ts';

/** Times and kinds of a run's steps that its view does not keep. */
export interface RunTimes {
  lastSeq: number;
  /** Unix ms when a step was handed over, by step. */
  queuedMs: Record<string, number>;
  /** Unix ms when a step ended, by step. */
  endedMs: Record<string, number>;
  kinds: Record<string, string>;
  /** Time of the newest event, Unix ms. */
  lastMs: number;
}

export const noTimes: RunTimes = { lastSeq: 0, queuedMs: {}, endedMs: {}, kinds: {}, lastMs: 0 };

/** The times after one event more; events already seen change nothing. */
export function applyTimes(times: RunTimes, event: RunEvent): RunTimes {
  if (event.seq <= times.lastSeq) return times;
  const next: RunTimes = { ...times, lastSeq: event.seq, lastMs: event.time };
  if (event.type === 'run.started') {
    return { ...next, kinds: Object.fromEntries(event.steps.map((step) => [step.id, step.kind])) };
  }
  if (event.type === 'step.queued') return { ...next, queuedMs: { ...times.queuedMs, [event.id]: event.time } };
  if (event.type === 'step.finished') return { ...next, endedMs: { ...times.endedMs, [event.id]: event.time } };
  return next;
}

export interface TimelineBar {
  /** Shares of the run's time, 0 … 1. */
  queuedFrom: number | undefined;
  from: number | undefined;
  to: number | undefined;
}

/** Where a step stands on the run's time axis, which ends at `untilMs`; nothing for a step that never started. */
export function timelineBar(
  times: RunTimes,
  view: Pick<RunView, 'startedMs' | 'steps'>,
  id: string,
  untilMs: number,
): TimelineBar {
  const span = Math.max(1, untilMs - view.startedMs);
  const share = (timeMs: number | undefined) =>
    timeMs === undefined ? undefined : Math.max(0, Math.min(1, (timeMs - view.startedMs) / span));
  const step = view.steps[id];
  const started = step?.startedMs;
  if (step?.state === 'cached') {
    const at = share(times.endedMs[id]);
    return { queuedFrom: undefined, from: at, to: at };
  }
  const ended = step?.state === 'running' ? untilMs : (times.endedMs[id] ?? untilMs);
  return {
    queuedFrom: share(times.queuedMs[id]),
    from: share(started),
    to: started === undefined ? undefined : share(ended),
  };
}
