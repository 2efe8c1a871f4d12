import { expect, it } from 'vitest';
import type { Training } from '../../shared/rpc/experiment-schemas.ts';
import { cellOf, differencesOf, firstColumns, numberOf, scatterColumns } from './training-columns.ts';

const training = (id: string, params: Record<string, string>, metrics: Record<string, number | null>): Training => ({
  id,
  name: id,
  status: 'FINISHED',
  startMs: 0,
  endMs: 1,
  runId: null,
  nodeId: null,
  modelDigest: null,
  params,
  metrics,
  note: '',
});

it('begins with the figures people look for, then what was set', () => {
  const keys = { params: ['label', 'rounds', 'leaves'], metrics: ['seconds', 'logLoss', 'rocAuc', 'train.logLoss'] };
  expect(firstColumns(keys)).toEqual(['metrics.rocAuc', 'metrics.logLoss', 'params.rounds', 'params.leaves']);
  expect(firstColumns({ params: Array.from({ length: 30 }, (_, i) => `p${i}`), metrics: [] })).toHaveLength(7);
});

it('reads cells as text and as numbers', () => {
  const one = training('a', { rounds: '100', loss: 'auto', empty: '' }, { auc: 0.7, bad: null });
  expect(cellOf(one, 'params.rounds')).toBe('100');
  expect(numberOf(one, 'params.rounds')).toBe(100);
  expect(numberOf(one, 'params.loss')).toBeUndefined();
  expect(numberOf(one, 'params.empty')).toBeUndefined();
  expect(numberOf(one, 'metrics.bad')).toBeUndefined();
  expect(numberOf(one, 'metrics.auc')).toBe(0.7);
});

it('says what differs among trainings, also where one lacks it', () => {
  const rows = differencesOf([
    training('a', { rounds: '100', seed: '1' }, { auc: 0.7 }),
    training('b', { rounds: '50', seed: '1', depth: '3' }, { auc: 0.7 }),
  ]);
  expect(rows.filter(({ differs }) => differs).map(({ column }) => column)).toEqual(['params.rounds', 'params.depth']);
  expect(rows.find(({ column }) => column === 'params.depth')?.cells).toEqual([undefined, '3']);
});

it('sets the first metric that differs against the first param that differs', () => {
  const trainings = [
    training('a', { seed: '1', rounds: '100', loss: 'log' }, { accuracy: 1, rocAuc: 0.7 }),
    training('b', { seed: '1', rounds: '50', loss: 'log' }, { accuracy: 1, rocAuc: 0.8 }),
  ];
  const columns = ['metrics.accuracy', 'metrics.rocAuc', 'params.seed', 'params.rounds', 'params.loss'] as const;
  expect(scatterColumns(trainings, columns)).toEqual({
    numbers: ['metrics.accuracy', 'metrics.rocAuc', 'params.seed', 'params.rounds'],
    across: 'params.rounds',
    up: 'metrics.rocAuc',
  });
  // No param differs: another metric that does; nothing at all differs: what there is.
  const metrics = ['metrics.accuracy', 'metrics.rocAuc', 'params.seed'] as const;
  expect(scatterColumns(trainings, metrics)).toMatchObject({ across: 'metrics.accuracy', up: 'metrics.rocAuc' });
  expect(scatterColumns(trainings.slice(0, 1), columns)).toMatchObject({
    across: 'metrics.rocAuc',
    up: 'metrics.accuracy',
  });
  expect(scatterColumns(trainings, ['params.loss'])).toEqual({ numbers: [], across: undefined, up: undefined });
});
