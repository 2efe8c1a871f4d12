import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createGraphBuilder } from '../compute/onnx/graph-builder.ts';
import { auditPath } from './audit-log.ts';
import { createEndpointHost, type EndpointHost, type StartedEndpoint } from './endpoint-host.ts';
import { loadGrpcService } from './grpc/grpc-service.ts';
import { createKey, keyFilePath, revokeKey } from './keys/key-file.ts';
import { modelSourcesAt } from './model-source.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

let dir: string;
let host: EndpointHost;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-security-'));
  const graph = createGraphBuilder('echo');
  graph.output('y', graph.node('Identity', [graph.input('x', 'FP32', ['N', 1])]), 'FP32', ['N', 1]);
  await writeFile(join(dir, 'echo.onnx'), graph.toBytes());
  host = createEndpointHost({ dataDir: dir, log: () => undefined });
});

afterAll(async () => {
  await host.close();
  await removeFolder(dir);
});

async function start(nodeId: string, options: object): Promise<StartedEndpoint> {
  const models = await modelSourcesAt(join(dir, 'echo.onnx'));
  return host.startModels({ graphId: 'security', nodeId, name: 'echo', http: { port: 0 }, models, ...options });
}

const body = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [1] }] });

describe('keys of an endpoint', () => {
  it('opens by scope, limits the rate, follows a revocation without a restart, and writes who was refused', async () => {
    const limits = { expiresMs: null, ratePerSecond: 0.01, requestsPerDay: null };
    const { key, secret } = await createKey(keyFilePath(dir), { name: 'app', scopes: ['infer'], ...limits });
    const admin = await createKey(keyFilePath(dir), { name: 'ops', scopes: ['admin'], ...limits, ratePerSecond: null });
    const { http } = await start('keys', { keys: 'required' });
    const send = (path: string, used: string, method = 'POST', sent = body) =>
      fetch(`${http}${path}`, {
        method,
        headers: { authorization: `Bearer ${used}` },
        ...(method === 'POST' ? { body: sent } : {}),
      });
    expect((await send('/v2/models/echo/infer', secret)).status).toBe(200);
    const limited = await send('/v2/models/echo/infer', secret);
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '1']);
    expect((await send('/metrics', secret, 'GET')).status).toBe(403);
    expect((await send('/v1/models/echo/rollback', secret)).status).toBe(403);
    expect((await send('/v1/models/echo/traffic', admin.secret)).status).toBe(400);
    expect((await send('/v2/logging', admin.secret, 'POST', '{}')).status).toBe(200);
    await revokeKey(keyFilePath(dir), key.id);
    await expect.poll(async () => (await send('/v2/models/echo/infer', secret)).status).toBe(401);
    expect((await fetch(`${http}/healthz`)).status).toBe(200);
    await vi.waitFor(async () => {
      const lines = (await readFile(auditPath(dir), 'utf8')).trim().split('\n');
      const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(events).toContainEqual(expect.objectContaining({ action: 'logging', key: admin.key.id, status: 200 }));
      const actions = new Set(events.map(({ action }) => action));
      expect(actions).toEqual(new Set(['auth.limited', 'auth.scope', 'logging', 'auth.required']));
    });
  });
});

describe('pages of other origins', () => {
  it('may ask when they are allowed, and only then', async () => {
    const { http } = await start('cors', { corsOrigins: ['https://app.example.com'] });
    const send = (origin: string, method = 'POST', headers = {}) =>
      fetch(`${http}/v2/models/echo/infer`, {
        method,
        headers: { origin, ...headers },
        ...(method === 'POST' ? { body } : {}),
      });
    const answer = await send('https://app.example.com');
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([
      200,
      'https://app.example.com',
    ]);
    const exposed = answer.headers.get('access-control-expose-headers')?.split(', ');
    expect(exposed).toEqual(expect.arrayContaining(['slipway-features', 'x-slipway-request-id']));
    const asked = { 'access-control-request-method': 'POST' };
    const preflight = await send('https://app.example.com', 'OPTIONS', asked);
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([204, 'POST']);
    const other = await send('https://evil.example');
    expect([other.status, other.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    expect((await send('https://evil.example', 'OPTIONS', asked)).status).toBe(405);
  });
});

describe('TLS', () => {
  it('serves HTTPS and gRPC with the given certificate, and refuses files that are none', async (context) => {
    const [certPath, keyPath] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
    try {
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
      const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
      execFileSync('openssl', [...kind, '-keyout', keyPath, '-out', certPath, ...subject], { stdio: 'ignore' });
    } catch {
      context.skip('openssl is not installed');
    }
    const { http, grpc } = await start('tls', { tls: { certPath, keyPath }, grpcPort: 0 });
    expect(http).toMatch(/^https:/);
    const ca = await readFile(certPath);
    const status = await new Promise((resolve, reject) => {
      const request = httpsRequest(`${http}/v2/models/echo/infer`, { method: 'POST', ca }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on('error', reject).end(body);
    });
    expect(status).toBe(200);
    const method = loadGrpcService('./inference.proto', 'inference.GRPCInferenceService')['ServerLive'];
    if (method === undefined) throw new Error('no ServerLive');
    const client = new Client((grpc ?? '').replace('127.0.0.1', 'localhost'), credentials.createSsl(ca));
    const live = await new Promise((resolve, reject) => {
      client.makeUnaryRequest(method.path, method.requestSerialize, method.responseDeserialize, {}, (error, answer) => {
        if (error === null) resolve(answer);
        else reject(error);
      });
    });
    client.close();
    expect(live).toMatchObject({ live: true });
    const wrong = start('tls-wrong', { tls: { certPath: join(dir, 'echo.onnx'), keyPath } });
    await expect(wrong).rejects.toMatchObject({ code: 'params.invalid' });
  });
});
