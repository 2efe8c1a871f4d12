import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { mkdtemp, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGraphBuilder } from '../../compute/onnx/graph-builder.ts';
import { createEndpointHost, type EndpointHost } from '../endpoint-host.ts';
import { modelSourcesAt } from '../model-source.ts';
import { encodeEvent, type EventSource, type PayloadEvent } from './cloud-event.ts';
import type { PayloadLogOptions } from './payload-log.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

const about: EventSource = {
  source: '/endpoints/delays',
  service: 'delays',
  namespace: 'default',
  format: 'binary',
  redacted: [],
};

const event = (payload: PayloadEvent['payload']): PayloadEvent => ({
  kind: 'request',
  id: 'größe "1"',
  timeMs: Date.parse('2026-03-01T10:00:00Z'),
  model: 'delays',
  version: '3',
  payload,
});

const json = (body: unknown) => ({ contentType: 'application/json', body: JSON.stringify(body) });

describe('events', () => {
  it('have the attributes of KServe as headers', () => {
    const encoded = encodeEvent(event(json({ rows: [{ a: 1 }] })), about);
    expect(encoded?.headers).toEqual({
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': 'gr%C3%B6%C3%9Fe%20%221%22',
      'ce-type': 'org.kubeflow.serving.inference.request',
      'ce-source': '/endpoints/delays',
      'ce-time': '2026-03-01T10:00:00.000Z',
      'ce-inferenceservicename': 'delays',
      'ce-namespace': 'default',
      'ce-component': 'predictor',
      'ce-endpoint': 'default',
      'ce-modelname': 'delays',
      'ce-modelversion': '3',
    });
  });

  it('are one JSON object each where that is asked for, bytes in base64', () => {
    const structured = { ...about, format: 'structured' as const };
    const whole = encodeEvent(event({ contentType: 'application/json', body: '{"id":9007199254740993}' }), structured);
    expect(whole?.headers).toEqual({ 'content-type': 'application/cloudevents+json' });
    expect(whole?.body).toContain('"data":{"id":9007199254740993}}');
    expect(JSON.parse(String(whole?.body))).toMatchObject({ specversion: '1.0', id: 'größe "1"' });
    const bytes = { contentType: 'application/octet-stream', body: Uint8Array.of(1, 2, 255), headerLength: 2 };
    expect(JSON.parse(String(encodeEvent(event(bytes), structured)?.body))).toMatchObject({
      data_base64: 'AQL/',
      datacontenttype: 'application/octet-stream',
      inferenceheadercontentlength: '2',
    });
  });

  it('leave columns out, keep the digits of numbers, and are withheld where that cannot be done', () => {
    const hiding = { ...about, redacted: ['secret'] };
    const bodyOf = (body: string) => encodeEvent(event({ contentType: 'application/json', body }), hiding)?.body;
    expect(bodyOf('{"rows":[{"a":1.50,"secret":7},{"secret":8}]}')).toBe('{"rows":[{"a":1.50},{}]}');
    expect(bodyOf('{"inputs":[{"name":"secret","shape":[1],"data":[1]},{"name":"n","data":[9007199254740993]}]}')).toBe(
      '{"inputs":[{"name":"secret","shape":[1]},{"name":"n","data":[9007199254740993]}]}',
    );
    expect(bodyOf('no JSON')).toBeUndefined();
    expect(encodeEvent(event({ contentType: 'text/csv', body: 'secret\n1\n' }), hiding)).toBeUndefined();
  });
});

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

let dir: string;
let host: EndpointHost;
let sink: Server;
let sinkUrl: string;
const received: Received[] = [];
let status = 202;

beforeAll(async () => {
  sink = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      if (status < 300) received.push({ headers: request.headers, body: Buffer.concat(parts).toString('utf8') });
      response.writeHead(status).end();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => sink.once('listening', resolve));
  sinkUrl = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/events`;
  dir = await mkdtemp(join(tmpdir(), 'slipway-payload-'));
  const graph = createGraphBuilder('echo');
  graph.output('y', graph.node('Identity', [graph.input('x', 'FP32', ['N', 1])]), 'FP32', ['N', 1]);
  await writeFile(join(dir, 'echo.onnx'), graph.toBytes());
  host = createEndpointHost({ dataDir: dir, log: () => undefined });
});

afterAll(async () => {
  await host.close();
  sink.close();
  sink.closeAllConnections();
  await removeFolder(dir);
});

async function start(nodeId: string, options: Partial<PayloadLogOptions> = {}) {
  const payloadLog = { url: sinkUrl, mode: 'all' as const, format: 'binary' as const, token: 'abc', ...options };
  const models = await modelSourcesAt(join(dir, 'echo.onnx'));
  const { http, id } = await host.startModels({
    graphId: 'p',
    nodeId,
    name: 'echo',
    http: { port: 0 },
    models,
    payloadLog,
    owner: 'Team Delays',
  });
  const infer = async (requestId: string) => {
    const input = { name: 'x', datatype: 'FP32', shape: [1, 1], data: [3] };
    const body = JSON.stringify({ id: requestId, inputs: [input] });
    const answer = await fetch(`${http}/v2/models/echo/infer`, { method: 'POST', body });
    expect(answer.status).toBe(200);
    return answer.text();
  };
  const counted = async () =>
    Object.fromEntries(
      [
        ...(await (await fetch(`${http}/metrics`)).text()).matchAll(
          /^pipeline_payload_log_events_total\{state="(\w+)"\} (\d+)$/gm,
        ),
      ].map(([, state, count]) => [state, Number(count)]),
    );
  const owner = async () => ((await (await fetch(`${http}/v1/models`)).json()) as { owner: string }).owner;
  return { id, infer, counted, owner };
}

describe('an endpoint with a payload log', () => {
  it('sends a request and its answer with one id, whole, to the sink', async () => {
    const endpoint = await start('all');
    const answer = await endpoint.infer('r1');
    expect(await endpoint.owner()).toBe('Team Delays');
    await expect.poll(endpoint.counted).toEqual({ sent: 2, lost: 0, withheld: 0 });
    const [request, response] = received.toSorted((a, b) =>
      String(a.headers['ce-type']).localeCompare(String(b.headers['ce-type'])),
    );
    expect([request?.headers['ce-id'], response?.headers['ce-id']]).toEqual(['r1', 'r1']);
    expect(response?.headers).toMatchObject({
      'ce-type': 'org.kubeflow.serving.inference.response',
      'content-type': 'application/json',
      authorization: 'Bearer abc',
    });
    expect(JSON.parse(request?.body ?? '')).toMatchObject({ id: 'r1', inputs: [{ name: 'x', data: [3] }] });
    expect(response?.body).toBe(answer);
    await host.stop(endpoint.id);
  });

  it('sends what waits when it ends, and only what is asked for', async () => {
    received.splice(0);
    const endpoint = await start('answers', { mode: 'response', format: 'structured' });
    await endpoint.infer('r2');
    await host.stop(endpoint.id);
    expect(received.map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual([
      'org.kubeflow.serving.inference.response',
    ]);
  });

  it('answers as before while the sink refuses, and counts what is lost', async () => {
    status = 400;
    const endpoint = await start('refused');
    await endpoint.infer('r3');
    await expect.poll(endpoint.counted).toEqual({ sent: 0, lost: 2, withheld: 0 });
    await endpoint.infer('r4');
    await host.stop(endpoint.id);
  });
});
