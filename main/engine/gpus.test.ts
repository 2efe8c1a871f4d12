import { expect, it } from 'vitest';
import { definitionOf } from '../../nodes/catalog.ts';
import type { PlanStep } from '../../shared/plan/plan.ts';
import type { ArtifactStore } from '../store/artifact-store.ts';
import type { StepHistory } from '../store/step-history.ts';
import { createGpus } from './gpus.ts';
import type { Kinds } from './kinds.ts';
import { estimateStep } from './step-estimate.ts';

const found = (names: string[]) => () => Promise.resolve(names);

it('counts what is found once, unless the setting says how many', async () => {
  let looked = 0;
  const gpus = createGpus(() => {
    looked++;
    return Promise.resolve(['A', 'B']);
  }, {});
  expect(await gpus.count()).toBe(2);
  expect(await gpus.names()).toEqual(['A', 'B']);
  expect(looked).toBe(1);
  expect(await createGpus(found(['A', 'B']), { SLIPWAY_GPUS: '1' }).count()).toBe(1);
  expect(await createGpus(found(['A']), { SLIPWAY_GPUS: '0' }).count()).toBe(0);
  expect(() => createGpus(found([]), { SLIPWAY_GPUS: 'two' })).toThrow(/SLIPWAY_GPUS is “two”/);
});

it.each<[string, Partial<PlanStep>, string[], number]>([
  ['a network that measures, where there is a device', { kind: 'train.mlp' }, ['A'], 1],
  ['a network that measures, where there is none', { kind: 'train.mlp' }, [], 0],
  ['a network on the processor', { kind: 'train.mlp', device: 'cpu' }, ['A'], 0],
  ['a network on a device', { kind: 'train.mlp', device: 'cuda' }, [], 1],
  ['folds, of what is not known before', { kind: 'train.cross-validate' }, ['A'], 0],
  ['folds on a device', { kind: 'train.cross-validate', device: 'cuda' }, [], 1],
  ['trees, whatever they are told', { kind: 'train.trees', device: 'cuda' }, ['A'], 0],
  [
    'a script that asks for two',
    { kind: 'data.python', resources: { gpu: { resource: 'nvidia.com/gpu', count: 2 } } },
    ['A', 'B'],
    2,
  ],
])('%s', async (_name, given, names, expected) => {
  const step = { id: 'n', version: 1, params: {}, inputs: {}, ...given } as unknown as PlanStep;
  const params = definitionOf(step.kind)?.examples[0]?.params ?? {};
  const estimate = await estimateStep('g', { ...step, params }, undefined, {
    kinds: { definitionOf } as unknown as Kinds,
    history: { recent: () => [] } as unknown as StepHistory,
    store: {} as ArtifactStore,
    gpus: createGpus(found(names), {}),
  });
  expect(estimate.gpus).toBe(expected);
});
