import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSlipway } from '../e2e/app.ts';
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
  const { child, event } = await startSlipway(
    ['serve', 'models:/penguins@champion', '--http', '0', '--data-dir', dataDir],
    'endpoint.ready',
  );
  const http = String(event['http']);
  expect(await liveVersion(http)).toBe('2');
  const failures: number[] = [];
  let asking = true;
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
  expect((await runSlipway(['models', 'rollback', 'penguins'], dataDir)).code).toBe(0);
  await expect.poll(() => liveVersion(http), { timeout: 20_000, interval: 200 }).toBe('1');
  expect((await runSlipway(['models', 'promote', 'penguins', '2'], dataDir)).code).toBe(0);
  await expect.poll(() => liveVersion(http), { timeout: 20_000, interval: 200 }).toBe('2');
  asking = false;
  await requests;
  expect(failures).toEqual([]);
  child.kill();
  await new Promise((resolve) => child.once('exit', resolve));
});
