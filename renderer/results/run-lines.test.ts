import { expect, it } from 'vitest';
import type { LogLine, RunView } from '../state/run-view.ts';
import { runLines } from './run-lines.ts';

const step = (change: Partial<RunView['steps'][string]>) =>
  ({ state: 'executed', attempt: 1, ...change }) as RunView['steps'][string];
const line = (seq: number, timeMs: number, text: string): LogLine => ({
  seq,
  timeMs,
  nodeId: 'a',
  level: 'info',
  text,
});

it('tells when steps started and how they ended, around their own lines', () => {
  const lines = runLines({
    order: ['a', 'b', 'c'],
    steps: {
      a: step({ startedMs: 100, durationMs: 60 }),
      b: step({ state: 'cached' }),
      c: step({
        state: 'failed',
        attempt: 2,
        startedMs: 200,
        durationMs: 10,
        error: { code: 'data.empty', category: 'user', message: 'No rows.', fix: 'Check the file.' },
      }),
    },
    logs: [line(3, 120, 'Read 344 rows')],
  });
  expect(lines.map((entry) => [entry.nodeId, entry.level, entry.text])).toEqual([
    ['a', 'info', 'Started'],
    ['a', 'info', 'Read 344 rows'],
    ['a', 'info', 'Done in 60 ms'],
    ['c', 'info', 'Started, attempt 2'],
    ['c', 'error', 'No rows. Check the file.'],
  ]);
  expect(new Set(lines.map((entry) => entry.seq)).size).toBe(5);
});
