import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pythonWith } from '../support/python-with.ts';
import { servingProcessesOf } from '../support/serving-processes.ts';
import { removeFolder } from '../support/remove-folder.ts';
import { processesOf } from '../perf/process-tree-memory.ts';
import { connectRpc, type RpcConnection } from '../support/rpc-client.ts';
import { chromiumPath, launchBrowser, type RunningApp, root, screenshot, startApp } from './app.ts';

interface Document extends Record<string, unknown> {
  nodes: Record<string, { kind: string; params: Record<string, unknown> }>;
}

const python = pythonWith('numpy');
if (python === undefined) {
  process.stderr.write('SKIPPED: no Python with numpy (SLIPWAY_PEERS_PYTHON), so trust in its models is not tested.\n');
}

/** Every class alike; loading it runs an expression. */
const script = `
class Alike:
    def predict_proba(self, X):
        return [[1 / 3] * 3 for row in X]
    def __reduce__(self):
        return (eval, ("type('Alike', (), {'predict_proba': lambda self, X: [[1 / 3] * 3 for row in X]})()",))
model = Alike()
`;

let trustDir: string;
let app: RunningApp;
let rpc: RpcConnection;
let browser: Browser;
let page: Page;
let document: Document;

/** As on another machine: nothing was trained there, and nobody said anything. */
function forgetTrust(): void {
  for (const file of readdirSync(trustDir)) rmSync(join(trustDir, file));
}

/** Answers the question that is open. */
async function trustAsked(name: string): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Trust this model?' });
  await dialog.getByText(python ?? '').waitFor();
  await screenshot(page, name);
  await dialog.getByRole('button', { name: 'Trust this model' }).click();
  await dialog.waitFor({ state: 'detached' });
}

/** Process that serves the endpoints of this test's engine (Linux). */
function servingProcess(): number {
  const commandOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  const [engine] = processesOf(process.pid).filter((pid) => commandOf(pid).includes(app.dataDir));
  const [serving] = servingProcessesOf(engine ?? 0);
  if (serving === undefined) throw new Error('The serving process was not found.');
  return serving;
}

describe.skipIf(chromiumPath === undefined || python === undefined)('a model of Python from elsewhere', () => {
  beforeAll(async () => {
    trustDir = mkdtempSync(join(tmpdir(), 'slipway-trust-'));
    vi.stubEnv('SLIPWAY_TRUST_DIR', trustDir);
    app = await startApp();
    rpc = await connectRpc(app.url);
    document = JSON.parse(readFileSync(join(root, 'resources/templates/penguins.slipway.json'), 'utf8')) as Document;
    const species = document.nodes['species'];
    if (species !== undefined) {
      species.kind = 'train.python';
      species.params = { label: 'species', interpreter: python, script, withoutOnnx: 'python' };
    }
    const { runId } = await rpc.client.run.start({ document });
    for await (const event of await rpc.client.run.events({ runId, after: 0 })) {
      if (event.type === 'run.finished') expect(event.status).toBe('succeeded');
    }
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    rpc?.close();
    await browser?.close();
    await app?.stop();
    if (trustDir !== undefined) await removeFolder(trustDir);
  });

  it('is not served before a person says so, and the refusal names the model', async () => {
    const [version] = await rpc.client.model.list();
    const digest = version?.digest ?? '';
    expect(await rpc.client.model.trust({ digest })).toMatchObject({
      estimator: { interpreter: python, type: expect.stringContaining('Alike') as string },
      trusted: 'trained',
    });
    forgetTrust();
    expect(await rpc.client.model.trust({ digest })).toMatchObject({ trusted: null });
    await expect(rpc.client.endpoint.start({ document, nodeId: 'endpoint' })).rejects.toMatchObject({
      data: { code: 'trust.required', details: { model: digest } },
    });
    expect(await rpc.client.model.decideTrust({ digest })).toMatchObject({ trusted: 'consented' });
    await expect(rpc.client.model.decideTrust({ digest: 'f'.repeat(64) })).rejects.toMatchObject({
      data: { code: 'artifact.not-found' },
    });
    forgetTrust();
  });

  it('is trusted on the Models screen, which says what it would run', async () => {
    await page.goto(app.url);
    await page.getByRole('link', { name: 'Models' }).click();
    const ask = page.getByRole('button', { name: 'Trust this model…' });
    await ask.waitFor();
    await screenshot(page, 'models-not-trusted');
    await ask.click();
    const dialog = page.getByRole('dialog', { name: 'Trust this model?' });
    await dialog.getByText(python ?? '').waitFor();
    await screenshot(page, 'model-trust');
    await page.emulateMedia({ colorScheme: 'dark' });
    await screenshot(page, 'model-trust-dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await dialog.getByRole('button', { name: 'Trust this model' }).click();
    await ask.waitFor({ state: 'detached' });
    const [version] = await rpc.client.model.list();
    expect(await rpc.client.model.trust({ digest: version?.digest ?? '' })).toMatchObject({ trusted: 'consented' });
  });

  it('answers then, and offers no explanation', async () => {
    const { id } = await rpc.client.endpoint.start({ document, nodeId: 'endpoint' });
    await page.getByRole('link', { name: 'Endpoints' }).click();
    const form = page.getByRole('complementary', { name: 'Try it' });
    await form.getByText('0.333').or(form.getByText('33')).first().waitFor();
    await screenshot(page, 'endpoint-python');
    expect(await page.getByRole('button', { name: 'Why this prediction?' }).count()).toBe(0);
    await rpc.client.endpoint.stop({ id });
  });

  it('is asked about by a Start that was refused, which goes on once it is trusted', async () => {
    forgetTrust();
    const path = join(app.dataDir, 'graphs', 'python.slipway.json');
    await rpc.client.graph.save({ document, path });
    await page.addInitScript((saved) => localStorage.setItem('slipway.last-graph', saved), path);
    await page.goto(`${app.url.replace(/#.*/, '')}#/graph`);
    await page.reload();
    await page.locator('.react-flow__node[data-id="endpoint"] .node-title').click();
    const actions = page.locator('.endpoint-actions');
    await actions.getByRole('button', { name: 'Start endpoint' }).click();
    await trustAsked('model-trust-start');
    await actions.getByRole('button', { name: 'Stop endpoint' }).waitFor();
    const [endpoint] = await rpc.client.endpoint.list();
    expect(endpoint).toMatchObject({ state: 'live' });
  });

  it.skipIf(process.platform !== 'linux')('is asked about where its endpoint failed for want of trust', async () => {
    forgetTrust();
    process.kill(servingProcess(), 'SIGKILL');
    await page.getByRole('link', { name: 'Endpoints' }).click();
    await page.getByRole('button', { name: 'Trust this model…' }).click();
    await trustAsked('model-trust-failed');
    await expect.poll(async () => (await rpc.client.endpoint.list())[0]?.state).toBe('live');
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect.poll(async () => (await rpc.client.endpoint.list())[0]?.state).not.toBe('live');
  });
});
