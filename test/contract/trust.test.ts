import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApp, root, startApp } from '../e2e/app.ts';
import { connectRpc, type RpcConnection } from '../support/rpc-client.ts';
import { removeFolder } from '../support/remove-folder.ts';

type Json = Record<string, unknown>;

let app: RunningApp;
let rpc: RpcConnection;
let folder: string;
let path: string;
const penguins = JSON.parse(readFileSync(join(root, 'resources/templates/penguins.slipway.json'), 'utf8')) as Json;

beforeAll(async () => {
  app = await startApp();
  rpc = await connectRpc(app.url);
  folder = mkdtempSync(join(tmpdir(), 'slipway-elsewhere-'));
  path = join(folder, 'penguins.slipway.json');
  writeFileSync(path, JSON.stringify(penguins));
});
afterAll(async () => {
  rpc.close();
  await app.stop();
  await removeFolder(folder);
});

async function statusOf(runId: string): Promise<string> {
  for await (const event of await rpc.client.run.events({ runId, after: 0 })) {
    if (event.type === 'run.finished') return event.status;
  }
  return 'no end';
}

/** As a person does: for what is shown. */
async function trustShown(document: Json, file: string): Promise<void> {
  const { digest } = await rpc.client.graph.trust({ document, path: file });
  await rpc.client.graph.decideTrust({ path: file, digest: digest ?? '', state: 'trusted' });
}

describe('a graph from elsewhere', () => {
  it('says what it would do, computes, and does nothing beyond that', async () => {
    const { document } = await rpc.client.graph.open({ path });
    const trust = await rpc.client.graph.trust({ document, path });
    expect(trust.state).toBe('restricted');
    expect(trust.needs.map((need) => need.node).toSorted()).toEqual(['endpoint', 'register']);
    const { runId } = await rpc.client.run.start({ document, path, to: 'evaluate' });
    expect(await statusOf(runId)).toBe('succeeded');
    await expect(rpc.client.run.start({ document, path })).rejects.toMatchObject({
      data: { code: 'trust.required', nodeId: 'register' },
    });
    await expect(rpc.client.endpoint.start({ document, path, nodeId: 'endpoint' })).rejects.toMatchObject({
      data: { code: 'trust.required' },
    });
    expect(await rpc.client.endpoint.list()).toEqual([]);
    expect(await rpc.client.model.list()).toEqual([]);
  });

  it('stays restricted where it is saved, and is no different after an edit', async () => {
    const copy = join(app.dataDir, 'graphs', 'penguins.slipway.json');
    await rpc.client.graph.save({ document: penguins, path: copy, from: path });
    expect(await rpc.client.graph.trust({ document: penguins, path: copy })).toMatchObject({ state: 'restricted' });
    await rpc.client.graph.save({ document: { ...penguins, name: 'Changed' }, path: copy, from: copy });
    expect(await rpc.client.graph.trust({ document: penguins, path: copy })).toMatchObject({ state: 'restricted' });
  });

  it('is restricted where it came from the machine of the window, as it is, and until it is trusted', async () => {
    const text = `${JSON.stringify(penguins, null, 3)}\n\n`;
    const { path: first } = await rpc.client.graph.import({ text });
    const { path: second } = await rpc.client.graph.import({ text });
    expect(second).not.toBe(first);
    expect(readFileSync(first, 'utf8')).toBe(text);
    const { document } = await rpc.client.graph.open({ path: first });
    expect(await rpc.client.graph.trust({ document, path: first })).toMatchObject({ state: 'restricted' });
    await expect(rpc.client.run.start({ document, path: first })).rejects.toMatchObject({
      data: { code: 'trust.required' },
    });
    const { path: kept } = await rpc.client.graph.save({ document, from: first });
    expect(await rpc.client.graph.trust({ document, path: kept })).toMatchObject({ state: 'restricted' });
    await trustShown(document, first);
    expect(await rpc.client.graph.trust({ document, path: first })).toMatchObject({ state: 'trusted' });
    expect(await rpc.client.graph.trust({ document, path: second })).toMatchObject({ state: 'restricted' });
    await expect(rpc.client.graph.import({ text: 'no graph' })).rejects.toMatchObject({
      data: { code: 'graph.invalid' },
    });
  });

  it('is not even looked at where that would connect somewhere', async () => {
    let connections = 0;
    const server: Server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const db = {
      kind: 'data.postgres',
      version: 1,
      params: {
        host: '127.0.0.1',
        port,
        database: 'd',
        user: 'u',
        table: 't',
        tls: 'off',
        refresh: 'query',
        probeQuery: 'SELECT 1',
      },
    };
    const split = { kind: 'data.split', version: 1, params: {} };
    const document = { ...penguins, id: 'spy', nodes: { db, split }, edges: [{ from: 'db.table', to: 'split.input' }] };
    const spy = join(folder, 'spy.slipway.json');
    writeFileSync(spy, JSON.stringify(document));
    try {
      const restricted = await rpc.client.graph.analyze({ document, path: spy });
      expect(restricted.diagnostics.filter(({ code }) => code === 'trust.required').map(({ node }) => node)).toEqual([
        'db',
      ]);
      await expect(rpc.client.run.start({ document, path: spy, to: 'db' })).rejects.toMatchObject({
        data: { code: 'trust.required' },
      });
      expect(connections).toBe(0);
      await trustShown(document, spy);
      const trusted = await rpc.client.graph.analyze({ document, path: spy });
      expect(trusted.diagnostics.some(({ code }) => code === 'trust.required')).toBe(false);
      expect(connections).toBeGreaterThan(0);
    } finally {
      server.close();
    }
  });

  it('reads no file outside its own folder, by whatever way', async () => {
    const above = mkdtempSync(join(tmpdir(), 'slipway-secret-'));
    writeFileSync(join(above, 'secret.csv'), 'password\nhunter2\n');
    symlinkSync(join(above, 'secret.csv'), join(folder, 'inside.csv'));
    writeFileSync(join(folder, 'own.csv'), 'colour\nred\n');
    const reading = (id: string, sourcePath: string) => ({
      ...penguins,
      id,
      nodes: { read: { kind: 'data.file', version: 1, params: { path: sourcePath } } },
      edges: [],
    });
    const spy = join(folder, 'reader.slipway.json');
    writeFileSync(spy, '{}');
    try {
      for (const way of [join(above, 'secret.csv'), `../${basename(above)}/secret.csv`, 'inside.csv', 'in*.csv']) {
        const document = reading('reader', way);
        const { needs } = await rpc.client.graph.trust({ document, path: spy });
        expect(needs, way).toMatchObject([{ node: 'read', what: expect.stringContaining('outside') as string }]);
        const seen = await rpc.client.graph.analyze({ document, path: spy });
        expect(JSON.stringify(seen), way).not.toContain('"password"');
        await expect(rpc.client.run.start({ document, path: spy })).rejects.toMatchObject({
          data: { code: 'trust.required', nodeId: 'read' },
        });
      }
      const sql = {
        kind: 'data.sql',
        version: 1,
        params: { query: `SELECT * FROM read_csv('${join(above, 'secret.csv')}')` },
      };
      const query = { ...reading('query', 'own.csv'), edges: [{ from: 'read.table', to: 'sql.input' }] };
      const queried = { ...query, nodes: { ...query.nodes, sql } };
      expect(await statusOf((await rpc.client.run.start({ document: queried, path: spy })).runId)).toBe('failed');
      const own = await rpc.client.run.start({ document: reading('own', 'own.csv'), path: spy });
      expect(await statusOf(own.runId)).toBe('succeeded');
    } finally {
      await removeFolder(above);
    }
  });

  it('does not hand its secrets to a bundle', async () => {
    const nodes = penguins['nodes'] as Record<string, Json>;
    const secret = { kind: 'data.postgres', version: 1, params: { password: { secret: 'PG' } } };
    const document = { ...penguins, nodes: { ...nodes, secret } };
    await expect(rpc.client.export.render({ document, path, target: 'kubernetes' })).rejects.toMatchObject({
      data: { code: 'trust.required' },
    });
    const plain = await rpc.client.export.render({ document: penguins, path, target: 'kubernetes' });
    expect(plain.files.length).toBeGreaterThan(0);
  });

  it('does not change a cluster', async () => {
    const bundle = { document: penguins, path, target: 'kubernetes', image: 'registry.example/slipway:1' };
    await expect(rpc.client.cluster.apply({ bundle, dryRun: false })).rejects.toMatchObject({
      data: { code: 'trust.required' },
    });
    await expect(rpc.client.cluster.delete({ bundle })).rejects.toMatchObject({ data: { code: 'trust.required' } });
  });

  it('is trusted for what was shown: not for a file that changed since, and for no step that only the file has', async () => {
    const file = join(folder, 'swapped.slipway.json');
    const nodes = penguins['nodes'] as Record<string, Json>;
    writeFileSync(file, JSON.stringify({ ...penguins, nodes: { ...nodes, spy: nodes['register'] } }));
    // The tab shows it without that step.
    const { needs, digest } = await rpc.client.graph.trust({ document: penguins, path: file });
    expect(needs.map((need) => need.node).toSorted()).toEqual(['endpoint', 'register', 'spy']);
    writeFileSync(file, JSON.stringify({ ...penguins, name: 'Swapped' }));
    const decided = rpc.client.graph.decideTrust({ path: file, digest: digest ?? '', state: 'trusted' });
    await expect(decided).rejects.toMatchObject({ data: { code: 'graph.changed-on-disk' } });
    expect(await rpc.client.graph.trust({ document: penguins, path: file })).toMatchObject({ state: 'restricted' });
    await trustShown(penguins, file);
    expect(await rpc.client.graph.trust({ document: penguins, path: file })).toMatchObject({ state: 'trusted' });
  });

  it('does all of it once trusted, until something else changes the file', async () => {
    await trustShown(penguins, path);
    const { runId } = await rpc.client.run.start({ document: penguins, path });
    expect(await statusOf(runId)).toBe('succeeded');
    // The person's own edits keep the trust.
    await rpc.client.graph.save({ document: { ...penguins, name: 'Mine' }, path, from: path });
    expect(await rpc.client.graph.trust({ document: penguins, path })).toMatchObject({ state: 'trusted' });
    writeFileSync(path, `${JSON.stringify(penguins)}\n`);
    expect(await rpc.client.graph.trust({ document: penguins, path })).toMatchObject({ state: 'restricted' });
  });

  it("has nothing to ask where it is the person's own", async () => {
    const { document } = await rpc.client.graph.openTemplate({ id: 'penguins' });
    expect(await rpc.client.graph.trust({ document })).toEqual({ state: 'trusted', needs: [], digest: null });
    const saved = await rpc.client.graph.save({ document });
    expect(await rpc.client.graph.trust({ document, path: saved.path })).toEqual({
      state: 'trusted',
      needs: [],
      digest: null,
    });
  });
});
