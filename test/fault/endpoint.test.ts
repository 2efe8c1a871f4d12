import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGraphBuilder } from '../../main/compute/onnx/graph-builder.ts';
import { createEndpointHost, type EndpointHost } from '../../main/serving/endpoint-host.ts';
import { modelSourcesAt } from '../../main/serving/model-source.ts';
import { removeFolder } from '../support/remove-folder.ts';

let dir: string;
let host: EndpointHost;
let url: string;
let port: number;
const logs: string[] = [];
const sockets: Socket[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-endpoint-fault-'));
  const graph = createGraphBuilder('echo');
  graph.output('y', graph.node('Identity', [graph.input('x', 'FP32', ['N', 'M'])]), 'FP32', ['N', 'M']);
  await writeFile(join(dir, 'echo.onnx'), graph.toBytes());
  host = createEndpointHost({ dataDir: dir, log: (_level, text) => logs.push(text) });
  ({ url, port } = await start('plain'));
});

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await host.close();
  await removeFolder(dir);
});

async function start(nodeId: string): Promise<{ url: string; port: number }> {
  const { http } = await host.startModels({
    graphId: 'fault',
    nodeId,
    name: 'echo',
    http: { port: 0 },
    models: await modelSourcesAt(join(dir, 'echo.onnx')),
    predictionLog: { mode: 'full', redactColumns: [], retentionDays: 1 },
  });
  return { url: http ?? '', port: Number(new URL(http ?? '').port) };
}

const small = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [1] }] });

async function infer(base = url, body: string | Buffer<ArrayBuffer> = small, headers: Record<string, string> = {}) {
  const answer = await fetch(`${base}/v2/models/echo/infer`, { method: 'POST', body, headers });
  await answer.arrayBuffer();
  return answer.status;
}

async function open(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** A request whose only tensor has this many bytes in all, JSON part included. */
function binaryBody(bytes: number): { body: Buffer<ArrayBuffer>; headers: Record<string, string> } {
  const head = (floats: number) => {
    const input = { name: 'x', datatype: 'FP32', shape: [1, floats], parameters: { binary_data_size: floats * 4 } };
    return Buffer.from(JSON.stringify({ inputs: [input], parameters: { binary_data_output: true } }));
  };
  const floats = Math.floor((bytes - 200) / 4);
  const json = head(floats);
  const padded = Buffer.concat([json, Buffer.alloc(bytes - floats * 4 - json.length, ' ')]);
  return {
    body: Buffer.concat([padded, Buffer.alloc(floats * 4)]),
    headers: { 'inference-header-content-length': String(padded.length) },
  };
}

describe('endpoint', () => {
  it('answers beside a thousand connections that say nothing', async () => {
    await Promise.all(Array.from({ length: 1_000 }, open));
    expect((await fetch(`${url}/v2/health/ready`)).status).toBe(200);
    for (let i = 0; i < 20; i++) expect(await infer()).toBe(200);
  });

  it('ends a connection that sends its head byte by byte, and goes on', async () => {
    const socket = await open();
    let received = '';
    socket.write('POST /v2/models/echo/infer HTTP/1.1\r\nhost: localhost\r\n');
    const drip = setInterval(() => socket.write('x'), 500);
    // A byte sent after the answer meets a closed connection, and the answer could be lost to the reset.
    socket.on('data', (chunk: Buffer) => {
      clearInterval(drip);
      received += chunk.toString();
    });
    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(drip);
    expect(received).toMatch(/^HTTP\/1\.1 408 /);
    expect(await infer()).toBe(200);
  });

  it('takes a client that closed its sending half for gone: it stays no longer than that', async () => {
    const socket = await open();
    socket.end(
      `POST /v2/models/echo/infer HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${small.length}\r\n\r\n${small}`,
    );
    // Closing is the only sign a waiting client gives of having left, which must free its place in the queue.
    await once(socket, 'close');
    expect(await infer()).toBe(200);
  });

  it('takes bodies of 64 MiB and refuses larger ones; many at once end in 200 or 503', async () => {
    const { body, headers } = binaryBody(64 * 2 ** 20);
    expect(await infer(url, body, headers)).toBe(200);
    expect(await infer(url, Buffer.concat([body, Buffer.alloc(1)]), headers)).toBe(413);
    const quarter = binaryBody(16 * 2 ** 20);
    const statuses = await Promise.all(Array.from({ length: 6 }, () => infer(url, quarter.body, quarter.headers)));
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(await infer()).toBe(200);
  });

  it('answers although its request log cannot be written, and counts what is lost', async () => {
    // A file where the log's folder should be: as good as a full disk, also for root.
    await mkdir(join(dir, 'serving', 'fault', 'full'), { recursive: true });
    await writeFile(join(dir, 'serving', 'fault', 'full', 'requests'), '');
    const graph = createGraphBuilder('column');
    graph.output('y', graph.node('Identity', [graph.input('x', 'FP32', ['N', 1])]), 'FP32', ['N', 1]);
    await writeFile(join(dir, 'echo.onnx'), graph.toBytes());
    const full = await start('full');
    for (let i = 0; i < 5; i++) expect(await infer(full.url)).toBe(200);
    const lost = async () =>
      Number(
        /pipeline_request_log_rows_total\{.*state="lost"\} (\d+)/.exec(
          await (await fetch(`${full.url}/metrics`)).text(),
        )?.[1],
      );
    await expect.poll(lost).toBe(5);
    expect(await infer(full.url)).toBe(200);
  });
});
