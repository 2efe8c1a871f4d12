import { expect, it } from 'vitest';
import { itemShares, itemSteps } from './item-steps.ts';
import type { PlanStep } from './plan.ts';

function step(path: string, needs: string[] = [], kind = 'data.sql'): PlanStep {
  const names = path.split('/');
  const inputs = { input: needs.map((id) => ({ step: id.replaceAll('/', '--'), port: 'table' })) };
  const id = names.join('--');
  return {
    id,
    kind,
    version: 1,
    title: id,
    params: {},
    inputs,
    outputs: ['table'],
    ...(names[1] ? { path: names } : {}),
  };
}

const found = (steps: PlanStep[]) =>
  itemSteps(steps).map(({ items, ...map }) => ({ ...map, items: items.map((item) => item.map(({ id }) => id)) }));

it('finds the items of a map, each with its partition, and where they can start', () => {
  const steps = [
    step('rows'),
    step('each/partition/a', ['rows']),
    step('limits'),
    step('each/partition/b', ['rows']),
    step('each/a/mean', ['each/partition/a', 'limits']),
    step('each/b/mean', ['each/partition/b', 'limits']),
    step('each/collect/table', ['each/a/mean', 'each/b/mean']),
  ];
  const items = [
    ['each--partition--a', 'each--a--mean'],
    ['each--partition--b', 'each--b--mean'],
  ];
  expect(found(steps)).toEqual([{ id: 'each', startBefore: 'each--partition--b', items }]);
  const [map] = itemSteps(steps);
  expect(map && [itemShares(map), itemShares(map, 1)]).toEqual([2, 0]);
});

it('finds maps inside groups, and leaves those inside items to the item', () => {
  const steps = [
    step('rows'),
    ...['x', 'y'].flatMap((outer) => ['1', '2'].map((inner) => step(`group/each/${outer}/deep/${inner}/n`, ['rows']))),
  ];
  expect(found(steps)).toMatchObject([{ id: 'group/each', items: [{ length: 2 }, { length: 2 }] }]);
});

it.each([
  ['one item', [step('each/a/n')]],
  ['nodes of a plain group', [step('group/a'), step('group/b')]],
  ['different parts', [step('group/a/n'), step('group/b/n', [], 'data.filter')]],
  ['parts that need each other', [step('group/a/n'), step('group/b/n', ['group/a/n'])]],
  ['… through another step', [step('group/a/n'), step('group/m', ['group/a/n']), step('group/b/n', ['group/m'])]],
])('takes %s for no items', (_what, steps) => {
  expect(itemSteps(steps)).toEqual([]);
});
