import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type ExplanationReport,
  explanationFile,
  explanationReportSchema,
} from '../../../shared/model/explanation-report.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { encodeNode } from '../../feature/encode/definition.ts';
import { runner as encode } from '../../feature/encode/run.ts';
import { imputeNode } from '../../feature/impute/definition.ts';
import { runner as impute } from '../../feature/impute/run.ts';
import { evaluateNode } from '../evaluate/definition.ts';
import { runner as evaluate } from '../evaluate/run.ts';
import { forestNode } from '../forest/definition.ts';
import { runner as forest } from '../forest/run.ts';
import { linearNode } from '../linear/definition.ts';
import { runner as linear } from '../linear/run.ts';
import { mlpNode } from '../mlp/definition.ts';
import { runner as mlp } from '../mlp/run.ts';
import { registerNode } from '../register/definition.ts';
import { runner as register } from '../register/run.ts';
import { treesNode } from '../trees/definition.ts';
import { runner as trees } from '../trees/run.ts';
import { explainNode } from './definition.ts';
import { runner as explain } from './run.ts';

let chain: StepChain;
let held: InputArtifact;
let features: InputArtifact[];

/** `late` depends on a and city, on b only together with a, and not at all on noise. */
const query = (from: number, to: number) => `
  SELECT a, b, city, noise, a + CASE city WHEN 'rome' THEN 1.5 ELSE 0 END + 2 * a * b > 0.7 AS late,
    3 * a + b AS price, CASE WHEN a < -0.3 THEN 'early' WHEN b > 0 THEN 'fine' ELSE 'late' END AS class
  FROM (SELECT sin(i * 12.9898) * 1.5 AS a, sin(i * 4.1414) AS b, ['rome', 'oslo', 'lima'][1 + i % 3] AS city,
    sin(i * 78.233) AS noise FROM range(${from}, ${to}) r(i))`;

beforeAll(async () => {
  chain = await StepChain.create();
  const train = await chain.table(query(0, 1500), 'train');
  held = await chain.table(query(1500, 1900), 'test');
  const numbers = await chain.run(imputeNode, impute, { columns: ['a', 'b', 'noise'] }, { input: [train] });
  const cities = await chain.run(encodeNode, encode, { columns: ['city'], method: 'one-hot' }, { input: [train] });
  features = [numbers['features'] as InputArtifact, cities['features'] as InputArtifact];
});
afterAll(() => chain[Symbol.asyncDispose]());

async function explained(
  model: InputArtifact,
  params: { class?: string; columns?: string[] } = {},
): Promise<ExplanationReport> {
  const { report } = await chain.run(
    explainNode,
    explain,
    { repeats: 2, ...params },
    { model: [model], table: [held] },
  );
  return explanationReportSchema.parse(
    JSON.parse(await readFile((report as InputArtifact).path('report.json'), 'utf8')),
  );
}

test('trees: columns that decide come first, whatever was made of them, and what two do together is seen', async () => {
  const { model } = await chain.run(treesNode, trees, { label: 'late', trees: 40 }, { features });
  const report = await explained(model as InputArtifact);
  expect(report.shap).toMatchObject({ method: 'tree', scale: 'log-odds' });
  expect(new Set(report.permutation.columns.map(({ column }) => column))).toEqual(new Set(['a', 'b', 'city', 'noise']));
  const [first] = report.permutation.columns;
  expect(first?.column).toBe('a');
  expect(first?.low).toBeGreaterThan(0);
  expect(report.permutation.columns.at(-1)?.column).toBe('noise');
  expect(report.shap.columns[0]?.column).toBe('a');
  expect(report.shap.columns.at(-1)?.column).toBe('noise');
  expect(report.interactions[0]?.columns.toSorted()).toEqual(['a', 'b']);
  const city = report.dependence.find(({ column }) => column === 'city');
  expect(city?.values).toHaveLength(3);
  const rome = city?.mean[city.values.indexOf('rome')] as number;
  expect(rome).toBeGreaterThan(city?.mean[city.values.indexOf('oslo')] as number);
  const points = report.shap.columns.find(({ column }) => column === 'city')?.points ?? [];
  expect(points.filter(([, value]) => value === 'rome').every(([contribution]) => contribution > 0)).toBe(true);
});

test('linear, forest and network models say how they are explained', async () => {
  const { model: fitted } = await chain.run(linearNode, linear, { label: 'price' }, { features });
  const regression = await explained(fitted as InputArtifact);
  expect(regression.shap).toMatchObject({ method: 'linear', scale: 'prediction' });
  expect(regression.permutation.metric).toBe('rmse');
  const { model: grown } = await chain.run(forestNode, forest, { label: 'class', trees: 20 }, { features });
  const classes = await explained(grown as InputArtifact, { class: 'fine', columns: ['b'] });
  expect(classes).toMatchObject({ class: 'fine', shap: { method: 'tree', scale: 'probability' } });
  expect(classes.shap.columns[0]?.byClass).toHaveLength(3);
  expect(classes.dependence.map(({ column }) => column)).toEqual(['b']);
  const { model: network } = await chain.run(mlpNode, mlp, { label: 'late', epochs: 2 }, { features });
  expect((await explained(network as InputArtifact)).shap).toMatchObject({ method: 'sampling', scale: 'probability' });
});

test('a registered model keeps the explanation of itself, and of no other', async () => {
  const { model } = await chain.run(linearNode, linear, { label: 'late' }, { features });
  const { model: another } = await chain.run(linearNode, linear, { label: 'price' }, { features });
  const tested = { model: [model as InputArtifact], table: [held] };
  const { report } = await chain.run(evaluateNode, evaluate, {}, tested);
  const { report: why } = await chain.run(explainNode, explain, { repeats: 1 }, tested);
  const { report: other } = await chain.run(
    explainNode,
    explain,
    { repeats: 1 },
    { ...tested, model: [another as InputArtifact] },
  );
  const given = { model: tested.model, report: [report as InputArtifact] };
  const { model: kept } = await chain.run(
    registerNode,
    register,
    {},
    { ...given, explanation: [why as InputArtifact] },
  );
  const text = await readFile((kept as InputArtifact).path(explanationFile), 'utf8');
  expect(explanationReportSchema.parse(JSON.parse(text)).permutation.columns).toHaveLength(4);
  const wrong = chain.run(registerNode, register, {}, { ...given, explanation: [other as InputArtifact] });
  await expect(wrong).rejects.toThrow('another model');
});

test('a class or a column that the model does not have is named', async () => {
  const { model } = await chain.run(linearNode, linear, { label: 'late' }, { features });
  await expect(explained(model as InputArtifact, { class: 'maybe' })).rejects.toThrow('no class “maybe”');
  await expect(explained(model as InputArtifact, { columns: ['citi'] })).rejects.toThrow('“citi”');
  await expect(explained(model as InputArtifact, { columns: ['qqqqqqqqqq'] })).rejects.toMatchObject({
    fix: expect.stringContaining('Choose columns the model uses'),
  });
});
