import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelManifest, PipelineStep } from '../../../shared/model/signature.ts';
import { attribute, createGraphBuilder, type GraphBuilder } from '../../compute/onnx/graph-builder.ts';
import { modelWithRule, routeModels } from '../../compute/onnx/route-models.ts';
import { createEndpointHost, type EndpointHost } from '../endpoint-host.ts';
import { artifactModelSource } from '../model-source.ts';
import { spansOf } from '../tracing/otlp-spans.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

/** Prediction of a row: x + 1 where that is at most `limit`, else 2 x + 1000; the second model cannot take `poison`. */
const limit = 50;
const poison = 7777;
const answerOf = (x: number) => (x + 1 > limit ? 2 * x + 1000 : x + 1);

const shape = { task: 'regression' as const, classes: [], label: { column: 'y', type: 'float64' as const } };
const inputs = [{ name: 'x', type: 'float64' as const }];

function model(build: (builder: GraphBuilder, x: string) => string): Uint8Array {
  const builder = createGraphBuilder('model');
  const x = builder.node('Cast', [builder.input('x', 'FP64', ['N', 1])], { to: attribute.int(1) });
  builder.output('prediction', build(builder, x), 'FP32', ['N', 1]);
  return builder.toBytes();
}

const first = model((builder, x) => builder.node('Add', [x, builder.float(1)]));
/** Fails on `poison`: its position is looked up outside a table of one entry. */
const second = model((builder, x) => {
  const bad = builder.node('Cast', [builder.node('Equal', [x, builder.float(poison)])], { to: attribute.int(7) });
  const checked = builder.node('Gather', [builder.initializer('FP32', [0], [1]), bad]);
  const doubled = builder.node('Mul', [x, builder.float(2)]);
  return builder.node('Add', [builder.node('Add', [doubled, builder.float(1000)]), checked]);
});

const steps: PipelineStep[] = [
  {
    name: 'cheap',
    file: 'step-0.onnx',
    inputs: ['x'],
    takesAnswer: false,
    answers: true,
    routes: true,
    when: [],
    optional: false,
  },
  {
    name: 'deep',
    file: 'step-1.onnx',
    inputs: ['x'],
    takesAnswer: false,
    answers: true,
    routes: false,
    when: [{ step: 'cheap', route: true }],
    optional: false,
  },
];

let dir: string;
let host: EndpointHost;
let url: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-pipeline-'));
  const addRule = (builder: GraphBuilder, answer: { prediction?: string } | undefined) =>
    builder.node('Cast', [builder.node('Greater', [answer?.prediction ?? '', builder.float(limit)])], {
      to: attribute.int(1),
    });
  const routed = { shape, first: { bytes: first, inputs }, inputs, addRule };
  const folder = join(dir, 'model');
  await mkdir(folder);
  const manifest: ModelManifest = {
    ...shape,
    inputs,
    features: [],
    trainer: { kind: 'serve.router', params: {} },
    training: { rows: 1, table: '0'.repeat(64), curve: { metric: 'x', train: [], valid: [] } },
    importance: [],
    example: { x: 1 },
    choices: {},
    pipeline: { steps },
  };
  await writeFile(
    join(folder, 'model.onnx'),
    await routeModels({ ...routed, second: { bytes: second, inputs }, onAnswer: true }),
  );
  await writeFile(join(folder, 'step-0.onnx'), await modelWithRule(routed));
  await writeFile(join(folder, 'step-1.onnx'), second);
  await writeFile(join(folder, 'model.json'), JSON.stringify(manifest));
  host = createEndpointHost({ dataDir: dir, log: () => undefined });
  const started = await host.startModels({
    graphId: 'g',
    nodeId: 'n',
    name: 'routed',
    http: { port: 0 },
    models: [await artifactModelSource({ name: 'routed', version: '1', digest: '1', dir: folder })],
  });
  url = started.http ?? '';
});
afterAll(async () => {
  await host.close();
  await removeFolder(dir);
});

async function predict(xs: readonly number[], headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/v1/models/routed/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ rows: xs.map((x) => ({ x })) }),
  });
  return { response, body: (await response.json()) as { predictions?: { value: number }[]; error?: string } };
}

describe('a model of several steps at an endpoint', () => {
  it('gives each caller its own rows in order, as if each row were alone, whoever asks beside it', async () => {
    const callers = fc.array(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 9 }), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(callers, async (requests) => {
        const answers = await Promise.all(requests.map((xs) => predict(xs)));
        const values = answers.map(({ body }) => body.predictions?.map(({ value }) => value));
        expect(values).toEqual(requests.map((xs) => xs.map(answerOf)));
      }),
      { seed: 6, numRuns: 40 },
    );
  });

  it('batches each step by itself and counts its rows', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, i) => predict([i * 2])));
    const listed = (await (await fetch(`${url}/v1/models`)).json()) as {
      models: { state: string; steps: { name: string; rows: number; runs: number; state: string }[] }[];
    };
    const [cheap, deep] = listed.models[0]?.steps ?? [];
    expect([cheap?.name, deep?.name, cheap?.state, deep?.state]).toEqual(['cheap', 'deep', 'ready', 'ready']);
    expect(cheap?.rows).toBeGreaterThan(deep?.rows as number);
    expect(cheap?.runs).toBeLessThan(cheap?.rows as number);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain(`pipeline_step_rows_total{model="routed",version="1",step="deep"} ${deep?.rows}`);
    expect(metrics).toMatch(/pipeline_step_queue_seconds_count\{model="routed",version="1",step="cheap"\} \d/);
  });

  it('tells the time of each step, and only of those that ran', async () => {
    const timing = async (xs: number[]) =>
      (await predict(xs, { 'x-slipway-timing': '1' })).response.headers.get('server-timing') ?? '';
    expect(await timing([1, 99])).toMatch(
      /queue;dur=[\d.]+, run;dur=[\d.]+, model;dur=[\d.]+, .*step-cheap;dur=[\d.]+;desc="queue [\d.]+ ms, 2 rows in a batch of 2", step-deep;dur=[\d.]+;desc="queue [\d.]+ ms, 1 rows in a batch of 1"/,
    );
    expect(await timing([1, 2])).not.toContain('step-deep');
  });

  it('names the step that fails, for the caller whose row it is only', async () => {
    const [bad, ...good] = await Promise.all([
      predict([1, poison]),
      ...Array.from({ length: 8 }, (_, i) => predict([60 + i])),
    ]);
    expect(bad?.response.status).toBe(500);
    expect(bad?.body.error).toContain('Step “deep”');
    expect(good.map(({ body }) => body.predictions?.[0]?.value)).toEqual(
      Array.from({ length: 8 }, (_, i) => answerOf(60 + i)),
    );
  });

  it('answers tensor requests with the outputs that are asked for', async () => {
    const response = await fetch(`${url}/v2/models/routed/infer`, {
      method: 'POST',
      body: JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP64', shape: [3, 1], data: [1, 90, 2] }] }),
    });
    expect(await response.json()).toMatchObject({
      outputs: [{ name: 'prediction', shape: [3, 1], data: [1, 90, 2].map(answerOf) }],
    });
  });

  it('describes its steps in the OpenAPI document', async () => {
    const document = (await (await fetch(`${url}/v2/openapi.json`)).json()) as {
      paths: Record<string, { post?: { description?: string } }>;
    };
    expect(document.paths['/v1/models/routed/predict']?.post?.description).toContain(
      'cheap, deep where cheap says yes',
    );
  });

  it('gives each step a span of its own below that of the request', () => {
    const moments = { startedMs: 10, preparedMs: 11, runStartedMs: 12, runEndedMs: 20, endedMs: 21 };
    const spans = spansOf({
      context: { traceId: 'a'.repeat(32), parentSpanId: '' },
      name: 'predict routed',
      startedEpochMs: 1000,
      timing: {
        ...moments,
        steps: [
          { name: 'cheap', rows: 2, startedMs: 11, runStartedMs: 12, runEndedMs: 14, batchRows: 5 },
          { name: 'deep', rows: 1, startedMs: 15, runStartedMs: 16, runEndedMs: 20, batchRows: 1 },
        ],
      },
      attributes: {},
      status: 200,
    });
    const [request] = spans;
    const deep = spans.find(({ name }) => name === 'step deep');
    expect(spans.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['step cheap queue', 'step cheap', 'step deep']),
    );
    expect(deep).toMatchObject({
      parentSpanId: request?.spanId,
      startTimeUnixNano: '1006000000',
      endTimeUnixNano: '1010000000',
    });
    expect(deep?.attributes).toContainEqual({ key: 'slipway.rows', value: { intValue: '1' } });
  });
});
