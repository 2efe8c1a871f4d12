import { expect, it } from 'vitest';
import { definitionOf } from '../../nodes/catalog.ts';
import { readGraphText } from '../../shared/graph/read-graph.ts';
import { createPlan } from '../../shared/plan/create-plan.ts';
import { selectSteps } from '../../shared/plan/select-steps.ts';
import { retrainGraph, type TrainPart, trainPartOf } from './retrain-graph.ts';
import { readTemplate } from './templates.ts';

async function loop() {
  const { document } = readGraphText((await readTemplate('closed-loop')).text, definitionOf);
  if (document === undefined) throw new Error('the template is no graph');
  return document;
}

it('finds the rows a model learns from and is measured on', async () => {
  expect(trainPartOf(await loop(), 'endpoint')).toMatchObject({
    registerId: 'register',
    evaluateId: 'evaluate',
    trainSource: 'split.train',
  });
});

it('gives a graph whose train part needs no step before the new rows', async () => {
  const document = await loop();
  const part = trainPartOf(document, 'endpoint') as TrainPart;
  const files = { trainPath: '/t.parquet', holdoutPath: '/h.parquet' };
  const changed = retrainGraph(document, part, { ...files, alias: 'next', approval: false });
  const { plan, diagnostics } = createPlan(changed, definitionOf);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const { selected } = selectSteps(plan, { to: 'register' });
  expect([...selected].toSorted()).toEqual(
    ['calendar', 'encode', 'evaluate', 'impute', 'register', 'retrain-holdout', 'retrain-rows', 'trees'].toSorted(),
  );
  expect(plan.steps.find(({ id }) => id === 'register')?.params).toMatchObject({ alias: 'next', name: 'closed-loop' });
  expect(document.nodes['register']?.params['alias']).toBe('champion');
  const asked = retrainGraph(document, part, { ...files, alias: 'next', approval: true });
  expect(asked.nodes['register']?.params['approval']).toBe('person');
  expect(changed.nodes['register']?.params['approval']).toBe(document.nodes['register']?.params['approval']);
});

it('says why a graph cannot be retrained', async () => {
  const document = await loop();
  const without = (to: string) => ({ ...document, edges: document.edges.filter((edge) => edge.to !== to) });
  expect(trainPartOf(without('endpoint.model'), 'endpoint')).toMatch(/no Register node/);
  expect(trainPartOf(without('register.report'), 'endpoint')).toMatch(/no report/);
  expect(trainPartOf(without('evaluate.table'), 'endpoint')).toMatch(/Evaluate node has no table/);
  const twoTables = document.edges.map((edge) =>
    edge.to === 'encode.input' ? { ...edge, from: 'sample.table' } : edge,
  );
  expect(trainPartOf({ ...document, edges: twoTables }, 'endpoint')).toMatch(/several tables/);
});
