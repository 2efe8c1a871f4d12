import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../shared/events/run-events.ts';
import { type RunningApp, root, startApp } from '../e2e/app.ts';
import { connectRpc, type RpcConnection } from '../support/rpc-client.ts';

let app: RunningApp;
let rpc: RpcConnection;
const penguins = JSON.parse(readFileSync(join(root, 'resources/templates/penguins.slipway.json'), 'utf8')) as Record<
  string,
  unknown
>;

beforeAll(async () => {
  app = await startApp();
  rpc = await connectRpc(app.url);
});
afterAll(async () => {
  rpc.close();
  await app.stop();
});

async function runToEnd(document: Record<string, unknown>): Promise<RunEvent[]> {
  const { runId } = await rpc.client.run.start({ document });
  const events: RunEvent[] = [];
  for await (const event of await rpc.client.run.events({ runId, after: 0 })) events.push(event);
  return events;
}

/** Status of a plain HTTP request with headers a browser would not let a page set. */
function statusOf(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<number | undefined> {
  const url = new URL(path, app.url);
  return new Promise((resolve, reject) => {
    request(url, { headers, method }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

/** Connects without an HTTP client, which would not send such requests. */
function connection(): Socket {
  const { hostname, port } = new URL(app.url);
  return connect(Number(port), hostname);
}

async function firstLineOf(text: string): Promise<string | undefined> {
  const socket = connection();
  socket.end(text);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer.split('\r\n')[0];
}

async function resetAfter(text: string): Promise<void> {
  const socket = connection();
  await new Promise<void>((resolve) => socket.write(text, () => resolve()));
  socket.resetAndDestroy();
  await new Promise((resolve) => socket.once('close', resolve));
}

describe('access', () => {
  it('needs the token', async () => {
    await expect(connectRpc(app.url, { token: 'wrong' })).rejects.toThrow('status 401');
    await expect(connectRpc(app.url, { token: '' })).rejects.toThrow();
  });

  it('refuses pages of other origins even with the token', async () => {
    await expect(connectRpc(app.url, { origin: 'http://evil.example' })).rejects.toThrow('status 403');
    await expect(connectRpc(app.url, { origin: 'null' })).rejects.toThrow('status 403');
  });

  it('answers only to names of this machine', async () => {
    expect(await statusOf('/', { Host: 'evil.example' })).toBe(421);
    expect(await statusOf('/healthz')).toBe(200);
  });

  it('serves the app with a strict policy and nothing outside its folder', async () => {
    const page = await fetch(new URL('/', app.url));
    expect(page.status).toBe(200);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    for (const path of ['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '/%00', '/%']) {
      expect([400, 404]).toContain(await statusOf(path));
    }
    expect(await statusOf('/', {}, 'POST')).toBe(405);
  });

  it('outlives requests that no client sends', async () => {
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
    expect(await firstLineOf('GET //[ HTTP/1.1\r\nHost: localhost\r\n\r\n')).toContain('400');
    expect(await firstLineOf(`GET //[ HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n`)).toContain('404');
    await resetAfter(`GET /rpc HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n`);
    expect(await statusOf('/healthz')).toBe(200);
  });
});

describe('graphs', () => {
  it('analyses a graph before anything has run', async () => {
    const analysis = await rpc.client.graph.analyze({ document: penguins });
    expect(analysis.diagnostics.filter((entry) => entry.severity === 'error')).toEqual([]);
    expect(analysis.steps.every((step) => !step.hit)).toBe(true);
    const table = Object.values(analysis.outputs).flatMap((ports) => Object.values(ports))[0];
    expect(table?.schema?.columns.length).toBeGreaterThan(3);
  });

  it('answers any JSON with diagnostics', async () => {
    for (const document of [{}, { nodes: 7 }, { format: 'slipway/graph', nodes: { a: null } }]) {
      const { diagnostics } = await rpc.client.graph.analyze({ document });
      expect(diagnostics.some((entry) => entry.severity === 'error')).toBe(true);
    }
  });

  it('saves, lists and opens again without a change', async () => {
    const { path } = await rpc.client.graph.save({ document: penguins });
    const opened = await rpc.client.graph.open({ path });
    expect(opened.document).toEqual(penguins);
    expect(opened.writable).toBe(true);
    expect((await rpc.client.graph.list()).map((entry) => entry.path)).toContain(path);
    const again = await rpc.client.graph.save({ document: opened.document, path });
    expect(again.path).toBe(path);
  });

  it('gives the typed error for a file that is not there', async () => {
    await expect(rpc.client.graph.open({ path: '/no/such.slipway.json' })).rejects.toMatchObject({
      code: 'APP',
      data: { code: 'graph.not-found', category: 'user', fix: expect.any(String) },
    });
  });
});

describe('runs and results', () => {
  it('streams a run, replays it, and pages its tables', async () => {
    const events = await runToEnd(penguins);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    const finished = events.at(-1);
    if (finished?.type !== 'run.finished') throw new Error('The last event is not run.finished.');
    expect(finished.status).toBe('succeeded');
    const replayed: RunEvent[] = [];
    for await (const event of await rpc.client.run.events({ runId: finished.runId, after: 5 })) replayed.push(event);
    expect(replayed).toEqual(events.slice(5));

    const table = Object.values(finished.outputs).find((output) => output.type === 'table');
    if (table === undefined) throw new Error('The run has no table.');
    const page = await rpc.client.artifact.page({ digest: table.digest, offset: 0, limit: 10 });
    expect(page.rows).toHaveLength(10);
    const column = page.columns.find((entry) => entry.type === 'float64')?.name ?? '';
    const index = page.columns.findIndex((entry) => entry.name === column);
    const sorted = await rpc.client.artifact.page({
      digest: table.digest,
      offset: 0,
      limit: 50,
      sort: { column, descending: true },
    });
    const values = sorted.rows.map((row) => Number(row[index]));
    expect(values).toEqual(values.toSorted((a, b) => b - a));
    const profile = await rpc.client.artifact.profile({ digest: table.digest });
    expect(profile.map((entry) => entry.column.name)).toEqual(page.columns.map((entry) => entry.name));
  });

  it('says that nothing has changed', async () => {
    const events = await runToEnd(penguins);
    const finished = events.at(-1);
    if (finished?.type !== 'run.finished') throw new Error('The last event is not run.finished.');
    expect(new Set(finished.steps.map((step) => step.status))).toEqual(new Set(['cached']));
    const { steps } = await rpc.client.graph.analyze({ document: penguins });
    expect(steps.every((step) => step.hit)).toBe(true);
  });

  it('refuses pages beyond the limit and unknown results', async () => {
    await expect(rpc.client.artifact.page({ digest: 'x', offset: 0, limit: 100_000 })).rejects.toThrow();
    await expect(rpc.client.artifact.get({ digest: '0'.repeat(64) })).rejects.toMatchObject({
      data: { code: 'artifact.not-found' },
    });
    await expect(rpc.client.artifact.json({ digest: '../../x', file: 'report.json' })).rejects.toThrow();
  });
});

describe('endpoints and monitors', () => {
  it('starts an endpoint, predicts, watches it and its drift, and stops', async () => {
    const endpoint = await rpc.client.endpoint.start({ document: penguins, nodeId: 'endpoint' });
    expect(endpoint).toMatchObject({ state: 'live', http: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) });
    const signature = await rpc.client.endpoint.signature({ id: endpoint.id });
    const row = signature.example;
    const answer = await rpc.client.endpoint.predict({ id: endpoint.id, rows: [row] });
    const scores = answer.predictions[0]?.scores ?? [];
    expect(scores.reduce((sum, entry) => sum + entry.score, 0)).toBeCloseTo(1, 5);
    await expect(rpc.client.endpoint.predict({ id: endpoint.id, rows: [{ bogus: 1 }] })).rejects.toMatchObject({
      data: { code: 'request.invalid' },
    });
    for (let i = 0; i < 60; i++) await rpc.client.endpoint.predict({ id: endpoint.id, rows: [row] });
    for await (const stats of await rpc.client.endpoint.watch({ id: endpoint.id })) {
      if (stats.requests >= 61) break;
    }
    const monitorInput = { graphId: String(penguins['id']), nodeId: 'monitor' };
    for await (const report of await rpc.client.monitor.watch(monitorInput)) {
      if (report.currentRows < report.minimumRows) continue;
      expect(report.columns.some((column) => column.drifted)).toBe(true);
      break;
    }
    expect((await rpc.client.endpoint.stop({ id: endpoint.id })).state).toBe('stopped');
    await expect(rpc.client.monitor.watch(monitorInput).then((stream) => stream.next())).rejects.toMatchObject({
      data: { code: 'serve.not-ready' },
    });
  });
});

describe('export', () => {
  it('renders a bundle for every target', async () => {
    for (const target of await rpc.client.export.targets()) {
      const { files } = await rpc.client.export.render({ document: penguins, target: target.id });
      expect(files.length).toBeGreaterThan(3);
    }
  });
});
