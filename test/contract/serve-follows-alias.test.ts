import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endProcess, startSlipway } from '../e2e/app.ts';
import { connectRpc } from '../support/rpc-client.ts';
import { repositoryRoot, runSlipway } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'slipway-alias-'));
const penguins = join(repositoryRoot, 'resources/templates/penguins.slipway.json');
afterAll(() => removeFolder(dataDir));

beforeAll(async () => {
  for (const seed of [1, 2]) {
    const { code } = await runSlipway(['run', penguins, '--set', `split.seed=${seed}`], dataDir);
    expect(code).toBe(0);
  }
});

async function liveVersion(http: string): Promise<string> {
  const response = await fetch(`${http}/v2/models/penguins`);
  const body = (await response.json()) as { versions: string[] };
  return body.versions.join();
}

it('puts the model live that an alias was moved to, and drops no request', async () => {
  const serving = await startSlipway(
    ['serve', 'models:/penguins@champion', '--http', '0', '--data-dir', dataDir],
    'endpoint.ready',
  );
  let asking = true;
  try {
    const http = String(serving.event['http']);
    expect(await liveVersion(http)).toBe('2');
    const failures: number[] = [];
    const requests = (async () => {
      while (asking) {
        const response = await fetch(`${http}/v1/models/penguins/predict`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ rows: [{ island: 'Dream' }] }),
        });
        await response.arrayBuffer();
        if (!response.ok) failures.push(response.status);
      }
    })();
    // Where something else fails first, that is what is told.
    requests.catch(() => undefined);
    expect((await runSlipway(['models', 'rollback', 'penguins'], dataDir)).code).toBe(0);
    await expect.poll(() => liveVersion(http), { interval: 200 }).toBe('1');
    expect((await runSlipway(['models', 'promote', 'penguins', '2'], dataDir)).code).toBe(0);
    await expect.poll(() => liveVersion(http), { interval: 200 }).toBe('2');
    asking = false;
    await requests;
    expect(failures).toEqual([]);
  } finally {
    asking = false;
    await endProcess(serving.child);
  }
});

it('does so for a graph that is kept up, without a refused request, and also after a restart', async () => {
  const up = () => startSlipway(['up', penguins, '--http', '0', '--data-dir', dataDir], 'endpoint.ready');
  const first = await up();
  try {
    const http = String(first.event['http']);
    const predict = async () => {
      const body = JSON.stringify({ rows: [{ island: 'Dream' }] });
      const headers = { 'content-type': 'application/json' };
      return (await fetch(`${http}/v1/models/penguins/predict`, { method: 'POST', headers, body })).status;
    };
    // The graph as it is gives version 1 again.
    expect(await liveVersion(http)).toBe('1');
    for (const [args, version] of [
      [['promote', 'penguins', '2'], '2'],
      [['rollback', 'penguins'], '1'],
    ] as const) {
      expect((await runSlipway(['models', ...args], dataDir)).code).toBe(0);
      await expect
        .poll(
          async () => {
            expect(await predict()).toBe(200);
            return liveVersion(http);
          },
          { interval: 200 },
        )
        .toBe(version);
    }
  } finally {
    await endProcess(first.child);
  }
  expect((await runSlipway(['models', 'promote', 'penguins', '2'], dataDir)).code).toBe(0);
  const second = await up();
  try {
    await expect.poll(() => liveVersion(String(second.event['http'])), { interval: 200 }).toBe('2');
  } finally {
    await endProcess(second.child);
  }
});

it('does so for an endpoint of the app that is told to, until it is told not to', async () => {
  const ui = () => startSlipway(['ui', '--port', '0', '--data-dir', dataDir], 'ui.ready');
  const document = JSON.parse(readFileSync(penguins, 'utf8')) as Record<string, unknown>;
  const first = await ui();
  try {
    const rpc = await connectRpc(String(first.event['url']));
    const { id, http, model } = await rpc.client.endpoint.start({ document, nodeId: 'endpoint' });
    const url = String(http);
    // The graph as it is gives version 1, whatever the alias names: nobody has told the endpoint to follow it.
    expect(model?.version).toBe('1');
    expect((await rpc.client.endpoint.rollout({ id })).alias).toEqual({
      model: 'penguins',
      alias: 'champion',
      followed: false,
    });
    expect((await rpc.client.endpoint.follow({ id, follow: true })).alias?.followed).toBe(true);
    expect(await liveVersion(url)).toBe('2');
    expect((await runSlipway(['models', 'rollback', 'penguins'], dataDir)).code).toBe(0);
    await expect.poll(() => liveVersion(url), { interval: 200 }).toBe('1');
    rpc.close();
  } finally {
    await endProcess(first.child);
  }
  expect((await runSlipway(['models', 'promote', 'penguins', '2'], dataDir)).code).toBe(0);
  const second = await ui();
  try {
    const rpc = await connectRpc(String(second.event['url']));
    const { id, model } = await rpc.client.endpoint.start({ document, nodeId: 'endpoint' });
    expect(model?.version).toBe('2');
    expect((await rpc.client.endpoint.follow({ id, follow: false })).alias?.followed).toBe(false);
    await rpc.client.endpoint.stop({ id });
    expect((await rpc.client.endpoint.start({ document, nodeId: 'endpoint' })).model?.version).toBe('1');
    await rpc.client.endpoint.stop({ id });
    await expect(rpc.client.endpoint.follow({ id, follow: true })).rejects.toMatchObject({
      data: { code: 'serve.not-ready' },
    });
    rpc.close();
  } finally {
    await endProcess(second.child);
  }
});
