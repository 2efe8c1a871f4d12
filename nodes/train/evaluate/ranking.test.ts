import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { evaluationReportSchema } from '../../../shared/model/report.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { imputeNode } from '../../feature/impute/definition.ts';
import { runner as impute } from '../../feature/impute/run.ts';
import { treesNode } from '../trees/definition.ts';
import { runner as trees } from '../trees/run.ts';
import { evaluateNode } from './definition.ts';
import { runner as evaluate } from './run.ts';

let chain: StepChain;
beforeAll(async () => {
  chain = await StepChain.create();
});
afterAll(() => chain[Symbol.asyncDispose]());

/** Queries of ten rows; x says how relevant a row is. */
const query = (from: number, to: number) =>
  `SELECT i // 10 AS query, x, CASE WHEN x > 0.8 THEN 2 WHEN x > 0.2 THEN 1 ELSE 0 END AS relevance
   FROM (SELECT i, sin(i * 12.9898) AS x FROM range(${from}, ${to}) r(i))`;

test('a model that ranks is measured by query', async () => {
  const train = await chain.table(query(0, 2000), 'train');
  const { features } = await chain.run(imputeNode, impute, { columns: ['x'] }, { input: [train] });
  const params = { label: 'relevance', task: 'regression', objective: 'ranking', group: 'query', trees: 20 } as const;
  const { model } = await chain.run(treesNode, trees, params, { features: [features as InputArtifact] });
  const measured = async (table: InputArtifact) => {
    const { report } = await chain.run(evaluateNode, evaluate, {}, { model: [model as InputArtifact], table: [table] });
    const path = (report as InputArtifact).path('report.json');
    return evaluationReportSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  };
  const { metrics } = await measured(await chain.table(query(2000, 2600), 'test'));
  expect(metrics['ndcgAt10']).toBeGreaterThan(0.97);
  expect(metrics['meanReciprocalRank']).toBeGreaterThan(0.97);
  expect(metrics['meanAveragePrecision']).toBeLessThanOrEqual(1);
  const without = await measured(await chain.table(`SELECT x, relevance FROM (${query(2000, 2600)})`, 'test'));
  expect(without.metrics['ndcgAt10']).toBeUndefined();
  expect(without.warnings?.some((warning) => warning.includes('“query”'))).toBe(true);
  const alone = `SELECT row_number() OVER () AS query, x, relevance FROM (${query(2000, 2100)})`;
  const single = await measured(await chain.table(alone, 'test'));
  expect(single.metrics['ndcgAt10']).toBeUndefined();
  expect(single.warnings?.some((warning) => warning.includes('one row'))).toBe(true);
});
