import { describe, expect, it } from 'vitest';
import type { StepState } from '../../shared/plan/plan.ts';
import type { StepRun } from '../state/run-view.ts';
import { type NodeStatusInput, nodeStatus, progressWord, timeLeft } from './node-status.ts';

const step: StepState = {
  id: 'trees',
  kind: 'train.trees',
  key: 'k1',
  hit: false,
  reasons: [],
  changed: [],
  ranBefore: false,
  estimate: { seconds: null, memoryBytes: null },
  outputs: {},
};
const run: StepRun = {
  state: 'pending',
  attempt: 1,
  startedMs: 0,
  durationMs: undefined,
  progress: undefined,
  progressMs: undefined,
  partial: undefined,
  error: undefined,
  reason: undefined,
  key: undefined,
  outputs: {},
};
const input: NodeStatusInput = {
  service: undefined,
  pinned: false,
  step,
  run: undefined,
  runActive: false,
  unchangedSinceRun: false,
  runId: 'run-0001',
  place: undefined,
  problems: [],
  endpoint: undefined,
  failedAbove: undefined,
  invalidAbove: undefined,
};

describe('nodeStatus', () => {
  it('says what never ran and its place in the plan', () => {
    expect(nodeStatus({ ...input, place: { at: 2, of: 3 } })).toMatchObject({
      status: 'never',
      word: 'Not run yet',
      aside: '2 of 3',
    });
  });

  it('names the cause of a stale result', () => {
    const stale = { ...step, ranBefore: true, reasons: ['rate 0.1 → 0.05'] };
    expect(nodeStatus({ ...input, step: stale })).toMatchObject({ status: 'stale', cause: 'rate 0.1 → 0.05' });
  });

  it('tells a result of this run from one of an earlier run', () => {
    const hit = { ...step, hit: true, fromRun: 'run-0001' };
    const executed: StepRun = { ...run, state: 'executed', durationMs: 8400 };
    expect(nodeStatus({ ...input, step: hit, run: executed })).toMatchObject({ status: 'fresh', aside: '8.4 s' });
    expect(nodeStatus({ ...input, step: hit })).toMatchObject({ status: 'cached', aside: 'run 0001' });
  });

  it('keeps a failure until the key or the node changes', () => {
    const failed: StepRun = {
      ...run,
      state: 'failed',
      key: 'k1',
      error: { code: 'data.query', category: 'user', message: 'No such column.' },
    };
    expect(nodeStatus({ ...input, run: failed })).toMatchObject({ status: 'failed', cause: 'No such column.' });
    expect(nodeStatus({ ...input, run: failed, step: { ...step, key: 'k2' } }).status).toBe('never');
    expect(nodeStatus({ ...input, run: failed, step: { ...step, key: null } }).status).toBe('never');
    expect(nodeStatus({ ...input, run: failed, step: { ...step, key: null }, unchangedSinceRun: true }).status).toBe(
      'failed',
    );
  });

  it('shows work before doubt: running wins over stale', () => {
    const running: StepRun = { ...run, state: 'running', progress: { done: 62, total: 100, unit: 'trees' } };
    const stale = { ...step, ranBefore: true, reasons: ['x'] };
    const status = nodeStatus({ ...input, step: stale, run: running, runActive: true });
    expect(status).toMatchObject({ status: 'running', word: 'Tree 62 of 100', level: 0.62 });
  });

  it('says what a skipped step waits for', () => {
    const skipped: StepRun = { ...run, state: 'skipped' };
    expect(nodeStatus({ ...input, run: skipped, failedAbove: 'Boosted trees' }).word).toBe('Waits for Boosted trees');
  });
});

describe('progressWord', () => {
  it('counts small totals one by one and large ones in thousands and millions', () => {
    expect(progressWord({ done: 3, total: 20, unit: 'epochs' })).toBe('Epoch 3 of 20');
    expect(progressWord({ done: 98_304, total: 518_831, unit: 'rows' })).toBe('98 of 519 k rows');
    expect(progressWord({ done: 1_900_000, total: 3_000_000, unit: 'rows' })).toBe('1.9 of 3.0 M rows');
  });

  it('says a share alone', () => {
    expect(progressWord({ done: 70, total: 100, unit: '%' })).toBe('70 %');
  });
});

describe('timeLeft', () => {
  it('extrapolates the pace, and stays silent in the first seconds', () => {
    const progress = { done: 25, total: 100, unit: 'trees' };
    expect(timeLeft(progress, 0, 2000)).toBeUndefined();
    expect(timeLeft(progress, 0, 10_000)).toBe('30 s');
  });
});
