import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { evaluationReportSchema, type EvaluationReport } from '../../../shared/model/report.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { imputeNode } from '../../feature/impute/definition.ts';
import { runner as impute } from '../../feature/impute/run.ts';
import { linearNode } from '../linear/definition.ts';
import { runner as linear } from '../linear/run.ts';
import { evaluateNode } from './definition.ts';
import { runner as evaluate } from './run.ts';

let chain: StepChain;
beforeAll(async () => {
  chain = await StepChain.create();
});
afterAll(() => chain[Symbol.asyncDispose]());

/** `outcome` is the label in other words; `a` is only related to it. */
const rows = (from: number, to: number) =>
  `SELECT i, a, a + noise > 0 AS late, CASE WHEN a + noise > 0 THEN 30 ELSE 2 END + i % 5 AS outcome
   FROM (SELECT i, sin(i * 12.9898) AS a, sin(i * 78.233) * 0.8 AS noise FROM range(${from}, ${to}) r(i)) ORDER BY i`;

async function reportFor(columns: string[], train: InputArtifact, test: InputArtifact): Promise<EvaluationReport> {
  const { features } = await chain.run(imputeNode, impute, { columns }, { input: [train] });
  const { model } = await chain.run(linearNode, linear, { label: 'late' }, { features: [features as InputArtifact] });
  const { report } = await chain.run(evaluateNode, evaluate, {}, { model: [model as InputArtifact], table: [test] });
  const text = await readFile((report as InputArtifact).path('report.json'), 'utf8');
  return evaluationReportSchema.parse(JSON.parse(text));
}

it('finds an input that tells the label alone, and rows that are in both tables, with the evidence', async () => {
  const train = await chain.table(rows(0, 1000), 'train');
  const report = await reportFor(['a', 'outcome'], train, await chain.table(rows(900, 1300), 'test'));
  expect(report.leaks).toMatchObject([
    { check: 'label-known', feature: 'outcome', measure: 'ROC AUC', rows: 400 },
    { check: 'rows-in-both', rows: 100, of: 400 },
  ]);
  expect(report.warnings).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^Leak: “outcome” alone predicts the label with ROC AUC 1\.0000/),
      expect.stringMatching(/^Leak: 100 of 400 test rows \(25\.0 %\)/),
    ]),
  );
});

it('finds nothing where there is nothing, also in tables whose rows are alike by nature', async () => {
  const train = await chain.table(rows(0, 1000), 'train');
  expect((await reportFor(['a'], train, await chain.table(rows(1000, 1400), 'test'))).leaks).toEqual([]);
  const alike = (from: number, to: number) =>
    `SELECT i % 7 AS a, hash(i) % 3 = 0 AS late FROM range(${from}, ${to}) r(i)`;
  const few = await chain.table(alike(0, 500), 'train');
  expect((await reportFor(['a'], few, await chain.table(alike(500, 900), 'test'))).leaks).toEqual([]);
});
