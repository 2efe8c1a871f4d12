import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { compareNode } from './definition.ts';
import { runner } from './run.ts';

let chain: StepChain;
let before: InputArtifact;
let same: InputArtifact;
let moved: InputArtifact;

const table = (from: number, shift: number, code: string) => `
  SELECT ((i * 7919) % 1000) / 10.0 + ${shift} AS amount, '${code}' || (i % 5) AS code
  FROM range(${from}, ${from + 800}) AS r(i)`;

beforeAll(async () => {
  chain = await StepChain.create();
  before = await chain.table(table(0, 0, ''));
  same = await chain.table(table(300, 0, ''));
  moved = await chain.table(`SELECT amount, code, 1 AS extra FROM (${table(0, 0, 'K')})`);
});
afterAll(() => chain[Symbol.asyncDispose]());

const compare = async (current: InputArtifact, params: { onDrift?: 'report' | 'fail' } = {}) =>
  chain.run(compareNode, runner, params, { reference: [before], current: [current] });

it('says which columns differ, and how, and hands the table on', async () => {
  const outputs = await compare(moved);
  expect(outputs['table']?.manifest).toMatchObject({ rowCount: 800, schema: moved.manifest.schema });
  const report = JSON.parse(readFileSync(outputs['report']?.path('report.json') ?? '', 'utf8'));
  const verdicts = Object.fromEntries(
    report.report.columns.map(({ column, drifted, state }: { column: string; drifted: boolean; state: string }) => [
      column,
      `${drifted} ${state}`,
    ]),
  );
  expect(verdicts).toEqual({ amount: 'false ok', code: 'true ok', extra: 'true not-in-reference' });
  expect(report.words.code).toContain('K0');
  expect(outputs['report']?.manifest.meta['metrics']).toMatchObject({ driftedColumns: 2, columns: 3 });
});

it('stops what comes after it only where it is asked to and there is drift', async () => {
  const { report } = await compare(same, { onDrift: 'fail' });
  expect(report?.manifest.meta['metrics']).toMatchObject({ driftedColumns: 0 });
  await expect(compare(moved, { onDrift: 'fail' })).rejects.toMatchObject({
    code: 'data.expectation',
    message: '2 of 3 columns differ from the reference: code, extra.',
  });
});
