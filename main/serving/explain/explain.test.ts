import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { encodeNode } from '../../../nodes/feature/encode/definition.ts';
import { runner as encode } from '../../../nodes/feature/encode/run.ts';
import { imputeNode } from '../../../nodes/feature/impute/definition.ts';
import { runner as impute } from '../../../nodes/feature/impute/run.ts';
import { mlpNode } from '../../../nodes/train/mlp/definition.ts';
import { runner as mlp } from '../../../nodes/train/mlp/run.ts';
import { treesNode } from '../../../nodes/train/trees/definition.ts';
import { runner as trees } from '../../../nodes/train/trees/run.ts';
import { mkdtemp, readFile, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelManifestSchema } from '../../../shared/model/signature.ts';
import { createEndpointHost, type EndpointHost } from '../endpoint-host.ts';
import { ExplainExecutor } from './explain-executor.ts';
import type { ExplainAnswer } from './explain-service.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

let chain: StepChain;
let dataDir: string;
let host: EndpointHost;
const urls: Record<string, string> = {};
const dirs: Record<string, string> = {};

const query = `SELECT a, b, city, a + CASE city WHEN 'rome' THEN 1.5 ELSE 0 END > 0.7 AS late
  FROM (SELECT sin(i * 12.9898) * 1.5 AS a, sin(i * 4.1414) AS b, ['rome', 'oslo', 'lima'][1 + i % 3] AS city
    FROM range(1200) r(i))`;

async function serve(name: string, model: InputArtifact): Promise<void> {
  const dir = dirname(model.path('model.onnx'));
  const started = await host.start({
    graphId: 'g',
    nodeId: name,
    name,
    http: { port: 0 },
    model: { name, version: '1', digest: model.digest, dir },
  });
  urls[name] = started.http as string;
  dirs[name] = dir;
}

beforeAll(async () => {
  chain = await StepChain.create();
  dataDir = await mkdtemp(join(tmpdir(), 'explain-'));
  host = createEndpointHost({ dataDir, log: () => undefined });
  const train = await chain.table(query, 'train');
  const numbers = await chain.run(imputeNode, impute, { columns: ['a', 'b'] }, { input: [train] });
  const cities = await chain.run(encodeNode, encode, { columns: ['city'], method: 'one-hot' }, { input: [train] });
  const features = [numbers['features'] as InputArtifact, cities['features'] as InputArtifact];
  const grown = await chain.run(treesNode, trees, { label: 'late', trees: 30 }, { features });
  const learnt = await chain.run(mlpNode, mlp, { label: 'late', epochs: 1 }, { features });
  await serve('trees', grown['model'] as InputArtifact);
  await serve('network', learnt['model'] as InputArtifact);
});
afterAll(async () => {
  await host.close();
  await chain[Symbol.asyncDispose]();
  await removeFolder(dataDir);
});

async function ask(
  model: string,
  body: unknown,
  path = `/v1/models/${model}/explain`,
): Promise<{ status: number; answer: ExplainAnswer & { error?: string } }> {
  const response = await fetch(`${urls[model]}${path}`, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, answer: (await response.json()) as ExplainAnswer };
}

const rome = { a: 0.2, b: 0, city: 'rome' };

test('a prediction of trees is explained by the columns of the request, exactly', async () => {
  const { status, answer } = await ask('trees', { rows: [rome, { ...rome, city: 'oslo' }], encoded: true, id: 'r1' });
  expect(status).toBe(200);
  expect(answer).toMatchObject({
    model_name: 'trees',
    model_version: '1',
    id: 'r1',
    method: 'tree',
    scale: 'log-odds',
  });
  const [first, second] = answer.explanations;
  expect(first).toMatchObject({ label: true, class: true });
  expect(second).toMatchObject({ label: false, class: true });
  const sum = (first?.contributions ?? []).reduce((total, { contribution }) => total + contribution, first?.base ?? 0);
  expect(sum).toBeCloseTo(first?.score ?? 0, 9);
  expect(1 / (1 + Math.exp(-sum))).toBeCloseTo(first?.value ?? 0, 5);
  const predicted = await fetch(`${urls['trees']}/v1/models/trees/predict`, {
    method: 'POST',
    body: JSON.stringify({ rows: [rome] }),
  });
  const { predictions } = (await predicted.json()) as { predictions: { scores: { score: number }[] }[] };
  expect(first?.value).toBeCloseTo(predictions[0]?.scores[1]?.score ?? 0, 5);
  expect(first?.contributions.find(({ column }) => column === 'city')).toMatchObject({ value: 'rome' });
  expect(first?.encoded?.some(({ column }) => column.startsWith('city'))).toBe(true);
  const other = await ask('trees', { rows: [rome], class: false }, '/v2/models/trees/versions/1/explain');
  expect(other.answer.explanations[0]?.score).toBeCloseTo(-sum, 9);
});

test('a network is explained by sampling, with errors', async () => {
  const { status, answer } = await ask('network', { rows: [rome] });
  expect(status).toBe(200);
  expect(answer).toMatchObject({ method: 'sampling', scale: 'probability' });
  const [row] = answer.explanations;
  expect(row?.score).toBeCloseTo(row?.value ?? 0, 5);
  expect(row?.contributions.every(({ standardError }) => standardError !== undefined)).toBe(true);
});

test('bad requests say what is wrong, and metrics count them', async () => {
  expect((await ask('trees', { row: [] })).answer.error).toContain('no list "rows"');
  expect((await ask('trees', { rows: [rome], class: 'maybe' })).answer.error).toContain('no class "maybe"');
  expect(await ask('trees', { rows: Array.from({ length: 1001 }, () => rome) })).toMatchObject({ status: 413 });
  expect(await ask('trees', { rows: [{ a: 'high' }] })).toMatchObject({ status: 400 });
  expect((await ask('trees', { rows: [rome] }, '/v1/models/none/explain')).status).toBe(404);
  expect((await fetch(`${urls['trees']}/v1/models/trees/explain`)).status).toBe(405);
  const metrics = await (await fetch(`${urls['trees']}/metrics`)).text();
  expect(metrics).toContain('pipeline_explain_requests_total{model="trees",version="1",code="200"}');
  const document = (await (await fetch(`${urls['trees']}/v2/openapi.json`)).json()) as {
    paths: Record<string, unknown>;
  };
  expect(document.paths['/v1/models/trees/explain']).toBeDefined();
});

test('a model whose own parameters are gone cannot be explained, and still predicts', async () => {
  const train = await chain.table(query, 'train');
  const numbers = await chain.run(imputeNode, impute, { columns: ['a', 'b'] }, { input: [train] });
  const grown = await chain.run(
    treesNode,
    trees,
    { label: 'late', trees: 3 },
    { features: [numbers['features'] as InputArtifact] },
  );
  const model = grown['model'] as InputArtifact;
  await unlink(model.path('native.bin'));
  await serve('bare', model);
  const { status, answer } = await ask('bare', { rows: [rome] });
  expect(status).toBe(501);
  expect(answer.error).toContain('cannot be explained');
  const predicted = await fetch(`${urls['bare']}/v1/models/bare/predict`, {
    method: 'POST',
    body: JSON.stringify({ rows: [rome] }),
  });
  expect(predicted.status).toBe(200);
});

test('a thread that still loads its model is ended only after that', async () => {
  const dir = dirs['trees'] as string;
  const manifest = modelManifestSchema.parse(JSON.parse(await readFile(join(dir, 'model.json'), 'utf8')));
  const executor = new ExplainExecutor({ dir, label: 'model trees', manifest });
  const facts = executor.facts();
  await executor.close();
  expect((await facts).method).toBe('tree');
});

test('an explanation that nobody waits for any more ends, and the next one is answered', async () => {
  const counted = async () => {
    const metrics = await (await fetch(`${urls['network']}/metrics`)).text();
    return Number(/pipeline_explain_requests_total\{[^}]*code="499"[^}]*\} (\d+)/.exec(metrics)?.[1] ?? 0);
  };
  const rows = Array.from({ length: 80 }, (_, i) => ({ a: i / 80, b: -i / 80, city: 'oslo' }));
  // The thread is busy with these while the last one waits.
  const before = Array.from({ length: 6 }, () => ask('network', { rows }));
  const gone = new AbortController();
  const path = `${urls['network']}/v1/models/network/explain`;
  const asked = fetch(path, { method: 'POST', body: JSON.stringify({ rows }), signal: gone.signal });
  await fetch(`${urls['network']}/healthz`);
  gone.abort();
  await expect(asked).rejects.toThrow();
  await expect.poll(counted).toBe(1);
  expect((await Promise.all(before)).map(({ status }) => status)).toEqual(Array(6).fill(200));
});
