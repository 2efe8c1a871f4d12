import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createGraphBuilder } from '../../compute/onnx/graph-builder.ts';
import { createEndpointHost, type EndpointHost } from '../endpoint-host.ts';
import { loadGrpcService } from '../grpc/grpc-service.ts';
import { modelSourcesAt } from '../model-source.ts';
import { serverTiming } from '../request-timing.ts';
import { type OtlpSpan, readTraceparent, spansOf } from './otlp-spans.ts';
import { Tracer } from './tracer.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parentSpanId = '00f067aa0ba902b7';

interface Received {
  path: string;
  key: string | undefined;
  body: { resourceSpans: { resource: { attributes: unknown[] }; scopeSpans: { spans: OtlpSpan[] }[] }[] };
}

let collector: Server;
let address: string;
let dir: string;
let host: EndpointHost;
const received: Received[] = [];

beforeAll(async () => {
  collector = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      const key = request.headers['x-key'];
      received.push({ path: request.url ?? '', key: String(key), body: JSON.parse(text) as Received['body'] });
      response.end('{}');
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => collector.once('listening', resolve));
  address = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  dir = await mkdtemp(join(tmpdir(), 'slipway-tracing-'));
  const graph = createGraphBuilder('echo');
  graph.output('y', graph.node('Identity', [graph.input('x', 'FP32', ['N', 1])]), 'FP32', ['N', 1]);
  await writeFile(join(dir, 'echo.onnx'), graph.toBytes());
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await host?.close();
  collector.close();
  await removeFolder(dir);
});

const spansReceived = () =>
  received.flatMap(({ body }) =>
    body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
  );

describe('traces of requests', () => {
  it('reach the collector below the span of the caller, with queue and run, and only where the caller samples', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `${address}/`);
    vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-key=a%20b');
    vi.stubEnv('OTEL_TRACES_SAMPLER_ARG', '0');
    host = createEndpointHost({ dataDir: dir, log: () => undefined });
    const start = { graphId: 't', nodeId: 'n', name: 'n', http: { port: 0 } };
    const { http } = await host.startModels({ ...start, models: await modelSourcesAt(join(dir, 'echo.onnx')) });
    const body = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [1] }] });
    const send = (headers: Record<string, string>, sent = body) =>
      fetch(`${http}/v2/models/echo/infer`, { method: 'POST', body: sent, headers });
    await send({});
    await send({ traceparent: `00-${traceId}-${parentSpanId}-00` });
    await send({ traceparent: `00-${traceId}-${parentSpanId}-01` });
    const refused = await send({ traceparent: `00-${traceId}-${parentSpanId}-01` }, '{}');
    expect(refused.status).toBe(400);
    await expect.poll(() => spansReceived()).toHaveLength(4);
    const spans = spansReceived();
    expect(spans.every((span) => span.traceId === traceId)).toBe(true);
    const [root, queue, run, failed] = spans;
    expect(root).toMatchObject({ name: 'infer echo', parentSpanId, kind: 2 });
    expect([queue?.name, run?.name]).toEqual(['queue', 'run']);
    expect([queue?.parentSpanId, run?.parentSpanId]).toEqual([root?.spanId, root?.spanId]);
    expect(root?.attributes).toContainEqual({ key: 'http.response.status_code', value: { intValue: '200' } });
    expect(run?.attributes).toContainEqual({ key: 'slipway.batch.rows', value: { intValue: '1' } });
    expect(failed?.attributes).toContainEqual({ key: 'http.response.status_code', value: { intValue: '400' } });
    expect(received[0]).toMatchObject({ path: '/v1/traces', key: 'a b' });
    expect(Number(root?.endTimeUnixNano) / 1e6 - Date.now()).toBeLessThan(1_000);

    const scrape = async (accept: string) => fetch(`${http}/metrics`, { headers: { accept } });
    const openMetrics = await scrape('application/openmetrics-text; version=1.0.0, text/plain;q=0.5');
    expect(openMetrics.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    const text = await openMetrics.text();
    // The newest traced request of a bucket, with its value and time.
    const exemplar = new RegExp(
      `^pipeline_inference_duration_seconds_bucket\\{model="echo",version="1",le="[^"]+"\\} \\d+ # \\{trace_id="${traceId}"\\} 0\\.\\d+ \\d+\\.\\d{3}$`,
      'm',
    );
    expect(text).toMatch(exemplar);
    expect(text).toMatch(/^# TYPE pipeline_inference_requests counter$/m);
    expect(text).toMatch(/^# TYPE nv_inference_count unknown$/m);
    expect(text).toMatch(/^nv_inference_first_response_histogram_ms_count\{.*\} 4$/m);
    expect(text.endsWith('# EOF\n')).toBe(true);
    const plain = await scrape('text/plain');
    expect(plain.headers.get('content-type')).toContain('version=0.0.4');
    expect(await plain.text()).not.toContain('trace_id');

    const asked = await send({ 'x-slipway-timing': '1' });
    expect(asked.headers.get('server-timing')).toMatch(/^body;dur=.*queue;dur=.*run;dur=.*model;dur=.*total;dur=/);
    expect((await send({})).headers.get('server-timing')).toBeNull();
  });

  it('reach it from gRPC too, below the span in the metadata', async () => {
    const before = spansReceived().length;
    const start = { graphId: 't', nodeId: 'grpc', name: 'n', http: { port: 0 }, grpcPort: 0 };
    const { grpc } = await host.startModels({ ...start, models: await modelSourcesAt(join(dir, 'echo.onnx')) });
    const { ModelInfer } = loadGrpcService('./inference.proto', 'inference.GRPCInferenceService');
    if (ModelInfer === undefined) throw new Error('no such method');
    const client = new Client(grpc ?? '', credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set('traceparent', `00-${traceId}-${parentSpanId}-01`);
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 1], contents: { fp32_contents: [2] } }];
    await new Promise<void>((resolve, reject) => {
      const { path, requestSerialize, responseDeserialize } = ModelInfer;
      const request = { model_name: 'echo', inputs };
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
    client.close();
    await expect.poll(() => spansReceived()).toHaveLength(before + 3);
    const [root, queue, run] = spansReceived().slice(before);
    expect(root).toMatchObject({ name: 'infer echo', traceId, parentSpanId, kind: 2 });
    expect(root?.attributes).toContainEqual({ key: 'rpc.system', value: { stringValue: 'grpc' } });
    expect([queue?.name, run?.name]).toEqual(['queue', 'run']);
  });

  it('are dropped and counted when no collector answers', async () => {
    const logs: string[] = [];
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };
    const tracer = Tracer.fromEnvironment(env, '1', (_level, text) => logs.push(text));
    for (let i = 0; i < 3; i++) {
      const context = tracer?.begin(undefined);
      expect(context?.traceId).toMatch(/^[0-9a-f]{32}$/);
      if (context === undefined) continue;
      tracer?.end({ context, name: 'x', startedEpochMs: 0, timing: { startedMs: 0 }, attributes: {}, status: 200 });
      await tracer?.flush();
    }
    await tracer?.close();
    expect(tracer?.dropped).toBe(3);
    expect(logs).toHaveLength(1);
  });

  it('are off without an address, or with a bad one', () => {
    const logs: string[] = [];
    const log = (_level: string, text: string) => logs.push(text);
    expect(Tracer.fromEnvironment({}, '1', log)).toBeUndefined();
    expect(Tracer.fromEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: 'nowhere' }, '1', log)).toBeUndefined();
    expect(logs).toHaveLength(1);
  });
});

describe('traceparent', () => {
  it.each([
    '',
    'x',
    `00-${'0'.repeat(32)}-${parentSpanId}-01`,
    `01-${traceId}-${parentSpanId}-01`,
    `00-${traceId}-${parentSpanId}`,
  ])('ignores %j', (header) => {
    expect(readTraceparent(header)).toBeUndefined();
  });
});

it('measures the parts of a request', () => {
  const timing = {
    startedMs: 0,
    bodyMs: 1,
    preparedMs: 4,
    featuresMs: 2,
    runStartedMs: 6,
    runEndedMs: 9,
    inferMs: 2.5,
    batchRows: 8,
    endedMs: 10,
  };
  expect(serverTiming(timing)).toBe(
    'body;dur=1.000, prepare;dur=1.000, features;dur=2.000, queue;dur=2.000, run;dur=3.000, model;dur=2.500, total;dur=10.000, batch;desc="8 rows"',
  );
  const context = { traceId, parentSpanId: '' };
  const spans = spansOf({ context, name: 'x', startedEpochMs: 1e12, timing, attributes: {}, status: 503 });
  expect(spans.map(({ name }) => name)).toEqual(['x', 'features', 'queue', 'run']);
  expect(spans[0]).toMatchObject({ status: { code: 2 }, startTimeUnixNano: '1000000000000000000' });
  expect(spans[0]).not.toHaveProperty('parentSpanId');
});
