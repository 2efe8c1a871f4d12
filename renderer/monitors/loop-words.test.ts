import { expect, it } from 'vitest';
import type { LoopEvent } from '../../shared/rpc/engine-contract.ts';
import { attemptsOf, comparisonOf, loopState, waitingAttempt } from './loop-words.ts';

let seq = 0;
const event = (type: LoopEvent['type'], attempt: string | null, evidence: LoopEvent['evidence'] = {}): LoopEvent => ({
  seq: ++seq,
  graphId: 'g',
  nodeId: 'retrain',
  attempt,
  type,
  timeMs: seq,
  text: '',
  evidence,
});

it('says where the loop is', () => {
  expect(loopState([])).toBe('watching');
  expect(loopState([event('triggered', 'a'), event('retraining', 'a')])).toBe('training');
  expect(loopState([event('canary', 'a')])).toBe('canary');
  expect(loopState([event('promoted', 'a')])).toBe('live');
  expect(loopState([event('promoted', 'a'), event('confirmed', 'a')])).toBe('watching');
});

it('asks a person only while the newest event waits for one', () => {
  const waiting = event('awaiting-approval', 'a');
  expect(waitingAttempt([waiting])).toBe(waiting);
  expect(waitingAttempt([waiting, event('approved', 'a')])).toBeUndefined();
});

it('puts the events of a retraining together and finds its comparison', () => {
  const interval = { difference: 0.1, low: 0, high: 0.2, pValue: 0.01 };
  const figures = { metric: 'rocAuc', rows: 10, champion: 0.6, challenger: 0.7, ...interval };
  const attempts = attemptsOf([event('triggered', 'a'), event('resumed', null), event('compared', 'a', figures)]);
  expect(attempts.map(({ events }) => events.map(({ type }) => type))).toEqual([
    ['triggered', 'compared'],
    ['resumed'],
  ]);
  expect(comparisonOf(attempts[0]?.events ?? [])).toEqual(figures);
  expect(comparisonOf([event('compared', 'a', { metric: 'rocAuc' })])).toBeUndefined();
});
