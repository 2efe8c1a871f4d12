import { mkdtemp } from 'node:fs/promises';
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEndpointHost, type EndpointHost, type StartedEndpoint } from '../../../main/serving/endpoint-host.ts';
import { modelSourcesAt } from '../../../main/serving/model-source.ts';
import { allCases } from './all-cases.ts';
import { writeFixtureModels } from './fixture-models.ts';
import { GrpcClient } from './grpc-client.ts';
import { runKit } from './kit.ts';
import { removeFolder } from '../../support/remove-folder.ts';

let dir: string;
let host: EndpointHost;
let endpoint: StartedEndpoint;
const servers: Server[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-oip-'));
  await writeFixtureModels(join(dir, 'models'));
  host = createEndpointHost({ dataDir: dir, log: () => undefined });
  endpoint = await host.startModels({
    graphId: 'conformance',
    nodeId: 'oip',
    name: 'oip',
    http: { port: 0 },
    grpcPort: 0,
    models: await modelSourcesAt(join(dir, 'models')),
    repositoryDir: join(dir, 'models'),
  });
});

afterAll(async () => {
  for (const server of servers) server.close();
  await host.close();
  await removeFolder(dir);
});

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(handle).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('our server passes every case, and none is skipped', async () => {
  const grpc = new GrpcClient(endpoint.grpc ?? '');
  const report = await runKit({ url: endpoint.http ?? '', grpc, cases: allCases, onResult: () => undefined });
  grpc.close();
  expect(report.cases.filter((result) => result.status !== 'pass')).toEqual([]);
  expect(report.cases.length).toBe(allCases.length);
  expect(new Set(report.cases.map((result) => result.id)).size).toBe(allCases.length);
});

/** Our server behind a proxy that loses ids, rounds integers and takes every verb. */
function broken(request: IncomingMessage, response: ServerResponse): void {
  const target = new URL(request.url ?? '/', endpoint.http ?? '');
  const forwarded = httpRequest(target, { method: request.method, headers: request.headers }, (answer) => {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', () => {
      let body = Buffer.concat(chunks);
      const isPlainJson = answer.headers['content-type'] === 'application/json' && !answer.headers['content-encoding'];
      if (isPlainJson && body.length > 0) {
        const { id: _lost, ...rest } = JSON.parse(body.toString());
        body = Buffer.from(Array.isArray(JSON.parse(body.toString())) ? body : JSON.stringify(rest));
      }
      const { 'content-length': _length, ...headers } = answer.headers;
      response.writeHead(answer.statusCode === 405 ? 200 : (answer.statusCode ?? 500), headers).end(body);
    });
  });
  forwarded.on('error', () => response.destroy());
  request.pipe(forwarded);
}

it('finds what a broken server gets wrong, and only that', async () => {
  const url = await listen(broken);
  const chosen = allCases.filter(
    ({ id, group }) => ['identity', 'numbers', 'not-found'].includes(group) || id.startsWith('hostile/wrong-verbs'),
  );
  const report = await runKit({ url, grpc: undefined, cases: chosen, onResult: () => undefined });
  const failed = report.cases.filter((result) => result.status === 'fail');
  const wrongVerbs = chosen.filter(({ id }) => id.startsWith('hostile/wrong-verbs')).map(({ id }) => id);
  expect(failed.map((result) => result.id).sort()).toEqual(
    [
      'identity/id-echo',
      'numbers/int64-beyond-2^53',
      'numbers/int64-least',
      'numbers/uint64-most',
      ...wrongVerbs,
    ].sort(),
  );
  for (const { detail } of failed) expect(detail).not.toBe('');
});

it('skips what a server lacks, never passes it', async () => {
  const url = await listen((request, response) => {
    const ok = request.url === '/v2' || request.url?.startsWith('/v2/health') === true;
    const body = ok ? { name: 'empty', version: '1', extensions: [], live: true } : { error: 'not found' };
    response.writeHead(ok ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  const report = await runKit({ url, grpc: undefined, cases: allCases, onResult: () => undefined });
  const passed = report.cases.filter((result) => result.status === 'pass').map((result) => result.id);
  expect(passed.sort()).toEqual([
    'health/live',
    'health/ready',
    'metadata/server',
    'not-found/unknown-model',
    'not-found/unknown-path',
  ]);
  expect(report.cases.filter((result) => result.status === 'fail').map((result) => result.id)).toEqual([
    'hostile/wrong-verbs /v2',
    'hostile/wrong-verbs /v2/health/live',
    'hostile/wrong-verbs /v2/health/ready',
  ]);
  const skipped = report.cases.filter((result) => result.status === 'skip');
  expect(skipped.length).toBe(allCases.length - passed.length - 3);
  for (const { detail } of skipped) expect(detail).toMatch(/no model|no gRPC|extension/);
});
