import { expect, it } from 'vitest';
import { definitionOf } from '../../nodes/catalog.ts';
import type { PlanStep } from '../../shared/plan/plan.ts';
import { estimateRun } from './estimate-run.ts';

function step(id: string, after: string[] = [], more: Partial<PlanStep> = {}): PlanStep {
  const inputs = { input: after.map((other) => ({ step: other, port: 'table' })) };
  return { id, kind: 'data.sql', version: 1, title: id, params: {}, inputs, outputs: [], ...more };
}

function estimate(target: string, steps: PlanStep[], seconds: Record<string, number | null>, hits: string[] = []) {
  const graph = { id: 'g', name: 'G' };
  const plan = { format: 'slipway/plan' as const, formatVersion: 1 as const, graph, steps, services: [] };
  const times = new Map(Object.entries(seconds).map(([id, value]) => [id, { hit: hits.includes(id), seconds: value }]));
  return estimateRun({ plan, definitionOf, version: '1' }, target, times);
}

const resources = { cpu: 2, memoryBytes: 2 ** 30 };
const steps = [step('a', [], { resources }), step('b', ['a'], { resources }), step('c', ['a'], { resources })];

it('adds up what one pod does in order, and takes the longest way where steps run side by side', () => {
  const seconds = { a: 60, b: 120, c: 240 };
  const inOrder = estimate('kubernetes', steps, seconds);
  expect(inOrder).toMatchObject({ localSeconds: 420, clusterSeconds: 10 + 420 + 4, unknownSteps: 0 });
  expect(inOrder.coreHours).toBeCloseTo((2 * 434) / 3600, 6);
  const sideBySide = estimate('argo', steps, seconds);
  expect(sideBySide).toMatchObject({ localSeconds: 420, clusterSeconds: 10 + 60 + 10 + 240 });
  expect(sideBySide.memoryGibHours).toBeCloseTo((420 + 30) / 3600, 6);
});

it('counts what is up to date as nothing, and says of which steps nobody knows the time', () => {
  expect(estimate('argo', steps, { a: 60, b: null, c: 240 }, ['a'])).toMatchObject({
    localSeconds: 240,
    clusterSeconds: 10 + 10 + 240,
    unknownSteps: 1,
  });
  expect(estimate('kubernetes', [], {})).toMatchObject({ clusterSeconds: 0, coreHours: 0 });
});

it('divides the trials of a search among pods', () => {
  const search = step('s', [], { kind: 'train.search', params: { label: 'x', trials: 5 }, resources });
  const { localSeconds, clusterSeconds } = estimate('kubernetes', [search], { s: 500 });
  expect({ localSeconds, clusterSeconds }).toEqual({ localSeconds: 500, clusterSeconds: 110 });
});
