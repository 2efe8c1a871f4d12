import type { LogLine, RunView } from '../state/run-view.ts';
import { formatDuration } from '../ui/format.ts';

/** A run's log with what happened to its steps between the lines they wrote, by time. */
export function runLines(view: Pick<RunView, 'order' | 'steps' | 'logs'>): LogLine[] {
  const events: LogLine[] = [];
  // Lines of the run itself take negative numbers: those of steps count up from 1.
  let seq = -1;
  const add = (timeMs: number, nodeId: string, level: LogLine['level'], text: string) =>
    events.push({ seq: seq--, timeMs, nodeId, level, text });
  for (const id of view.order) {
    const step = view.steps[id];
    if (step?.startedMs === undefined) continue;
    add(step.startedMs, id, 'info', step.attempt > 1 ? `Started, attempt ${step.attempt}` : 'Started');
    if (step.durationMs === undefined) continue;
    const endMs = step.startedMs + step.durationMs;
    if (step.state === 'executed') add(endMs, id, 'info', `Done in ${formatDuration(step.durationMs)}`);
    if (step.state === 'cancelled') add(endMs, id, 'warn', 'Stopped');
    if (step.state === 'failed') {
      const { error } = step;
      add(endMs, id, 'error', error ? [error.message, error.fix].filter(Boolean).join(' ') : 'Failed');
    }
  }
  // Sorting is stable: at one moment a step's start comes before what it wrote, its end after it.
  const starts = events.filter((event) => event.text.startsWith('Started'));
  const ends = events.filter((event) => !event.text.startsWith('Started'));
  return [...starts, ...view.logs, ...ends].sort((a, b) => a.timeMs - b.timeMs);
}
