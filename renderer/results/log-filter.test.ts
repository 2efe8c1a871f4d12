import { expect, it } from 'vitest';
import type { LogLine } from '../state/run-view.ts';
import { filterLog, logText } from './log-filter.ts';

const line = (seq: number, nodeId: string, level: LogLine['level'], text: string): LogLine => ({
  seq,
  timeMs: Date.UTC(2026, 0, 1, 12, 0, seq),
  nodeId,
  level,
  text,
});
const lines = [
  line(1, 'file', 'debug', 'Opened penguins.json'),
  line(2, 'file', 'info', '344 rows'),
  line(3, 'trees', 'warn', 'Few rows per leaf'),
  line(4, 'trees', 'error', 'One class only'),
];

it('keeps a level and worse, a step, and what is searched', () => {
  expect(filterLog(lines, { nodeId: undefined, level: 'warn', search: '' }).map((l) => l.seq)).toEqual([3, 4]);
  expect(filterLog(lines, { nodeId: 'file', level: 'debug', search: '' }).map((l) => l.seq)).toEqual([1, 2]);
  expect(filterLog(lines, { nodeId: undefined, level: 'debug', search: ' ROWS ' }).map((l) => l.seq)).toEqual([2, 3]);
  expect(filterLog(lines, { nodeId: undefined, level: 'debug', search: 'trees' }).map((l) => l.seq)).toEqual([3, 4]);
});

it('copies as text with full times', () => {
  expect(logText(lines.slice(1, 2))).toBe('2026-01-01T12:00:02.000Z file info 344 rows');
});
