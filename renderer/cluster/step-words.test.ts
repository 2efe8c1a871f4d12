import { expect, it } from 'vitest';
import { whyOf } from './step-words.ts';

const step = {
  id: 'trees',
  state: 'scheduling' as const,
  reason: '0/3 nodes: Insufficient memory',
  fix: 'Lower the requests.',
  pod: 'p',
  container: 'c',
  attempts: 1,
  startedMs: null,
  finishedMs: null,
  warnings: [],
};

it('says the cause, what to do, and warnings that add something', () => {
  const warnings = [
    { reason: 'FailedScheduling', message: '0/3 nodes: Insufficient memory', count: 3 },
    { reason: 'BackOff', message: 'restarting', count: 1 },
  ];
  expect(whyOf({ ...step, warnings })).toBe('0/3 nodes: Insufficient memory Lower the requests. BackOff: restarting');
  expect(whyOf({ ...step, reason: null, fix: null })).toBe('');
});
