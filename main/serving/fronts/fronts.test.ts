import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGraphBuilder } from '../../compute/onnx/graph-builder.ts';
import { auditPath } from '../audit-log.ts';
import { createEndpointHost, type EndpointHost, type StartModels } from '../endpoint-host.ts';
import { createKey, keyFilePath } from '../keys/key-file.ts';
import { type ModelSource, modelSourcesAt } from '../model-source.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

let dir: string;
let host: EndpointHost;
let models: ModelSource[];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-fronts-'));
  const graph = createGraphBuilder('double');
  const x = graph.input('x', 'FP32', ['N', 1]);
  graph.output('y', graph.node('Add', [x, x]), 'FP32', ['N', 1]);
  await writeFile(join(dir, 'double.onnx'), graph.toBytes());
  const [source] = await modelSourcesAt(join(dir, 'double.onnx'));
  models = ['1', '2'].map((version) => ({ ...(source as ModelSource), version, digest: version }));
  host = createEndpointHost({ dataDir: dir, log: () => undefined });
});
afterAll(async () => {
  await host.close();
  await removeFolder(dir);
});

async function start(nodeId: string, more: Partial<StartModels> = {}): Promise<string> {
  const started = await host.startModels({
    graphId: 'g',
    nodeId,
    name: nodeId,
    http: { port: 0 },
    models,
    fronts: 2,
    ...more,
  });
  return started.http ?? '';
}

interface Sent {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Over a connection of its own. */
function send(
  url: string,
  body: Buffer | string | undefined,
  headers: Record<string, string> = {},
  ca?: Buffer,
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const options = {
      method: body === undefined ? 'GET' : 'POST',
      agent: false,
      headers,
      ...(ca === undefined ? {} : { ca }),
    };
    const request = (url.startsWith('https') ? httpsRequest : httpRequest)(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
      response.on('error', reject);
    });
    request.on('error', reject).end(body);
  });
}

const inferBody = (values: number[]) =>
  JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [values.length, 1], data: values }] });
const outputOf = ({ body }: Sent) =>
  (JSON.parse(body.toString()) as { outputs: { data: number[] }[] }).outputs[0]?.data;

async function metric(url: string, pattern: RegExp, headers = {}): Promise<number[]> {
  const page = (await send(`${url}/metrics`, undefined, headers)).body.toString();
  return [...page.matchAll(pattern)].map(([, value]) => Number(value));
}

describe('two front processes', () => {
  let shared: string;
  beforeAll(async () => {
    shared = await start('shared', {
      responseCacheMiB: 1,
      predictionLog: { mode: 'full', redactColumns: [], retentionDays: 1 },
    });
  });

  it('share the connections out; every caller gets its own rows, and canary, cache and log count all of them', async () => {
    const url = shared;
    const infer = `${url}/v2/models/double/infer`;
    const traffic = { stable: '1', canary: { version: '2', percent: 30 } };
    expect((await send(`${url}/v1/models/double/traffic`, JSON.stringify(traffic))).status).toBe(200);
    const answers = await Promise.all(Array.from({ length: 120 }, (_, i) => send(infer, inferBody([i, i + 1000]))));
    expect(answers.map(outputOf)).toEqual(Array.from({ length: 120 }, (_, i) => [2 * i, 2 * (i + 1000)]));
    const perFront = await metric(url, /pipeline_front_requests_total\{front="\d"\} (\d+)/g);
    expect(perFront).toHaveLength(2);
    for (const requests of perFront) expect(requests).toBeGreaterThan(20);
    const [stable = 0, canary = 0] = await Promise.all(
      ['1', '2'].map(async (version) => {
        const counted = `pipeline_inference_requests_total\\{model="double",version="${version}",code="200"\\} (\\d+)`;
        return (await metric(url, new RegExp(counted, 'g')))[0] ?? 0;
      }),
    );
    expect(stable + canary).toBe(120);
    expect(canary).toBeGreaterThan(15);
    expect(canary).toBeLessThan(60);
    const session = await Promise.all(
      Array.from({ length: 12 }, () => send(infer, inferBody([7]), { 'x-slipway-session': 'anna' })),
    );
    expect(
      new Set(session.map(({ body }) => (JSON.parse(body.toString()) as { model_version: string }).model_version)).size,
    ).toBe(1);
    // Of twelve equal requests, whichever front they came over, at most those that began before the first answer missed.
    await send(infer, inferBody([7]), { 'x-slipway-session': 'anna' });
    const [hits = 0] = (
      await metric(url, /nv_cache_num_hits_per_model\{model="double",version="\d"\} (\d+)/g)
    ).toSorted((a, b) => b - a);
    expect(hits).toBeGreaterThanOrEqual(1);
    const logged = async () =>
      (await metric(url, /pipeline_request_log_rows_total\{[^}]*state="(?:written|unsampled|lost)"\} (\d+)/g)).reduce(
        (a, b) => a + b,
      );
    await expect.poll(logged).toBe(120 * 2 + 13);
    expect(JSON.parse((await send(`${url}/v1/models`, undefined)).body.toString())).toMatchObject({
      fronts: { processes: 2, policy: 'least-outstanding' },
    });
  });

  it('end TLS, hold quotas together, and tell who asked', async (context) => {
    const [certPath, keyPath] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
    try {
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
      const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
      execFileSync('openssl', [...kind, '-keyout', keyPath, '-out', certPath, ...subject], { stdio: 'ignore' });
    } catch {
      context.skip('openssl is not installed');
    }
    const url = await start('quota', { keys: 'required', tls: { certPath, keyPath } });
    const ca = await readFile(certPath);
    const { secret } = await createKey(keyFilePath(dir), {
      name: 'few',
      scopes: ['infer'],
      expiresMs: null,
      ratePerSecond: null,
      requestsPerDay: 10,
    });
    const headers = { authorization: `Bearer ${secret}`, 'x-slipway-client-address': '6.6.6.6' };
    const ask = () => send(`${url}/v2/models/double/infer`, inferBody([1]), headers, ca);
    await expect.poll(async () => (await ask()).status).toBe(200);
    const statuses = (await Promise.all(Array.from({ length: 40 }, ask))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(9);
    expect(statuses.filter((status) => status === 429)).toHaveLength(31);
    await expect.poll(async () => (await readFile(auditPath(dir), 'utf8')).includes('auth.limited')).toBe(true);
    const audit = await readFile(auditPath(dir), 'utf8');
    expect(audit).toMatch(/"address":"(::ffff:)?127\.0\.0\.1"/);
    expect(audit).not.toContain('6.6.6.6');
    const wrong = start('tls-wrong', { tls: { certPath: join(dir, 'double.onnx'), keyPath } });
    await expect(wrong).rejects.toMatchObject({ code: 'params.invalid' });
  });

  it('take compressed bodies, large ones, and none that are too large', async () => {
    const url = shared;
    const infer = `${url}/v2/models/double/infer`;
    const values = Array.from({ length: 5000 }, (_, i) => i);
    const coded = await send(infer, gzipSync(inferBody(values)), {
      'content-encoding': 'gzip',
      'accept-encoding': 'gzip',
    });
    expect(coded.headers['content-encoding']).toBe('gzip');
    expect(outputOf({ ...coded, body: gunzipSync(coded.body) })).toEqual(values.map((value) => 2 * value));
    const bomb = gzipSync(Buffer.alloc(80 * 2 ** 20));
    expect((await send(infer, bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
    expect((await send(infer, '{', {})).status).toBe(400);
    expect((await send(`${url}/v2/models/none/infer`, inferBody([1]))).status).toBe(404);
    expect((await send(`${url}/healthz`, undefined)).status).toBe(200);
  });

  it('leave nothing behind, and say whose port is taken', async () => {
    const port = Number(new URL(shared).port);
    await expect(start('second', { http: { port } })).rejects.toMatchObject({ code: 'port.in-use' });
    await host.stop('g/shared');
    await expect(send(`${shared}/healthz`, undefined)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
