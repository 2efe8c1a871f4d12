import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../shared/events/run-events.ts';
import { applyRunEvent, newRunView } from './run-view.ts';

const base = { runId: 'r1', time: 1000 };
const events: RunEvent[] = [
  { ...base, seq: 1, type: 'run.started', graphId: 'g', steps: [{ id: 'a', kind: 'data.file' }] },
  { ...base, seq: 2, type: 'step.queued', id: 'a' },
  { ...base, seq: 3, type: 'step.started', id: 'a', attempt: 1 },
  { ...base, seq: 4, type: 'step.progress', id: 'a', progress: { done: 1, total: 4, unit: 'rows' } },
  { ...base, seq: 5, type: 'step.log', id: 'a', level: 'info', text: 'reads' },
  {
    ...base,
    seq: 6,
    type: 'step.finished',
    id: 'a',
    kind: 'data.file',
    status: 'executed',
    key: 'k',
    durationMs: 12,
    outputs: { table: { digest: 'd', type: 'table' } },
  },
  { ...base, seq: 7, type: 'run.finished', status: 'succeeded', steps: [], outputs: {}, metrics: { a: { rows: 4 } } },
];

describe('applyRunEvent', () => {
  it('follows a step from the queue to its result', () => {
    const states = events.slice(0, 6).reduce<string[]>((seen, _event, at) => {
      const view = events.slice(0, at + 1).reduce(applyRunEvent, newRunView('r1', 'g'));
      return [...seen, view.steps.a?.state ?? ''];
    }, []);
    expect(states).toEqual(['pending', 'queued', 'running', 'running', 'running', 'executed']);
  });

  it('ends with status, metrics, outputs and logs', () => {
    const view = events.reduce(applyRunEvent, newRunView('r1', 'g'));
    expect(view).toMatchObject({ status: 'succeeded', finishedMs: 1000, metrics: { a: { rows: 4 } }, order: ['a'] });
    expect(view.steps.a).toMatchObject({ durationMs: 12, key: 'k', outputs: { table: { digest: 'd' } } });
    expect(view.logs).toMatchObject([{ nodeId: 'a', level: 'info', text: 'reads' }]);
  });

  it('ignores events it has seen, as after a reconnect', () => {
    const view = events.reduce(applyRunEvent, newRunView('r1', 'g'));
    expect(events.reduce(applyRunEvent, view)).toBe(view);
  });

  it('leaves other steps untouched, so that only the node concerned wakes', () => {
    const two = applyRunEvent(newRunView('r1', 'g'), {
      ...base,
      seq: 1,
      type: 'run.started',
      graphId: 'g',
      steps: [
        { id: 'a', kind: 'data.file' },
        { id: 'b', kind: 'data.sql' },
      ],
    });
    const next = applyRunEvent(two, { ...base, seq: 2, type: 'step.queued', id: 'a' });
    expect(next.steps.b).toBe(two.steps.b);
  });
});
