import type { LogLine, RunView } from '../state/run-view.ts';
import { formatDuration } from '../ui/format.ts';
import { t } from './text.ts';
import { errorText } from '../translation/engine-text.ts';

/** A run's log with what happened to its steps between the lines they wrote, by time. */
export function runLines(view: Pick<RunView, 'order' | 'steps' | 'logs'>): LogLine[] {
  const starts: LogLine[] = [];
  const ends: LogLine[] = [];
  // Lines of the run itself take negative numbers: those of steps count up from 1.
  let seq = -1;
  const line = (timeMs: number, nodeId: string, level: LogLine['level'], text: string): LogLine => ({
    seq: seq--,
    timeMs,
    nodeId,
    level,
    text,
  });
  for (const id of view.order) {
    const step = view.steps[id];
    if (step?.startedMs === undefined) continue;
    starts.push(line(step.startedMs, id, 'info', step.attempt > 1 ? t.startedAttempt(step.attempt) : t.started));
    if (step.durationMs === undefined) continue;
    const endMs = step.startedMs + step.durationMs;
    if (step.state === 'executed') ends.push(line(endMs, id, 'info', t.doneIn(formatDuration(step.durationMs))));
    if (step.state === 'cancelled') ends.push(line(endMs, id, 'warn', t.stopped));
    if (step.state === 'failed') {
      const { error } = step;
      ends.push(line(endMs, id, 'error', error ? errorText(error) : t.failed));
    }
  }
  // Sorting is stable: at one moment a step's start comes before what it wrote, its end after it.
  return [...starts, ...view.logs, ...ends].sort((a, b) => a.timeMs - b.timeMs);
}
