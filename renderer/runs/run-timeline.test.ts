import { expect, it } from 'vitest';
import type { RunEvent } from '../../shared/events/run-events.ts';
import type { RunView } from '../state/run-view.ts';
import { applyTimes, noTimes, timelineBar } from './run-timeline.ts';

const base = (seq: number, time: number) => ({ runId: 'r', seq, time });
const events: RunEvent[] = [
  {
    ...base(1, 1000),
    type: 'run.started',
    graphId: 'g',
    steps: [
      { id: 'file', kind: 'data.file' },
      { id: 'trees', kind: 'train.trees' },
      { id: 'late', kind: 'train.evaluate' },
    ],
  },
  {
    ...base(2, 1000),
    type: 'step.finished',
    id: 'file',
    kind: 'data.file',
    status: 'cached',
    key: 'k',
    durationMs: 0,
    outputs: {},
  },
  { ...base(3, 1000), type: 'step.queued', id: 'trees' },
  { ...base(4, 1500), type: 'step.started', id: 'trees', attempt: 1 },
];
const step = (state: RunView['steps'][string]['state'], startedMs?: number) =>
  ({ state, startedMs }) as RunView['steps'][string];
const view = {
  startedMs: 1000,
  steps: { file: step('cached'), trees: step('running', 1500), late: step('pending') },
};

it('keeps when steps were queued and ended, and their kinds', () => {
  const times = events.reduce(applyTimes, noTimes);
  expect(times).toMatchObject({ queuedMs: { trees: 1000 }, endedMs: { file: 1000 }, lastMs: 1500 });
  expect(times.kinds.trees).toBe('train.trees');
});

it('places steps on the time axis: queued, running until now, cached as a moment', () => {
  const times = events.reduce(applyTimes, noTimes);
  expect(timelineBar(times, view, 'trees', 3000)).toEqual({ queuedFrom: 0, from: 0.25, to: 1 });
  expect(timelineBar(times, view, 'file', 3000)).toEqual({ queuedFrom: undefined, from: 0, to: 0 });
  expect(timelineBar(times, view, 'late', 3000)).toEqual({ queuedFrom: undefined, from: undefined, to: undefined });
});

it('ignores events it has seen', () => {
  const times = events.reduce(applyTimes, noTimes);
  expect(events.reduce(applyTimes, times)).toBe(times);
});
