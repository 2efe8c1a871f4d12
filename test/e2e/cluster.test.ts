import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiServer, startApiServer } from '../support/api-server.ts';
import { removeFolder } from '../support/remove-folder.ts';
import { connectRpc } from '../support/rpc-client.ts';
import { chromiumPath, launchBrowser, openPage, root, type RunningApp, screenshot, startApp } from './app.ts';

let folder: string;
let server: ApiServer;
let app: RunningApp;
let browser: Browser;
const before = process.env['KUBECONFIG'];
const kubeconfig = () => join(folder, 'kubeconfig');

/** An endpoint of the penguins sample in the app's own engine, as a pod of a cluster would run it. */
async function servePenguins() {
  const { client, close } = await connectRpc(app.url);
  const text = readFileSync(join(root, 'resources/templates/penguins.slipway.json'), 'utf8');
  const document = JSON.parse(text) as Record<string, unknown>;
  const { runId } = await client.run.start({ document });
  for await (const event of await client.run.events({ runId, after: 0 })) {
    if (event.type === 'run.finished') expect(event.status).toBe('succeeded');
  }
  const endpoint = await client.endpoint.start({ document, nodeId: 'endpoint' });
  return {
    port: Number(new URL(endpoint.http ?? '').port),
    /** Requests the endpoint has noted. */
    logged: async () => (await client.endpoint.requests({ endpointId: endpoint.id, limit: 10 })).matched,
    stop: async () => {
      await client.endpoint.stop({ id: endpoint.id });
      close();
    },
  };
}

describe.skipIf(chromiumPath === undefined)('the cluster page in Chromium', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-e2e-cluster-'));
    server = await startApiServer();
    process.env['KUBECONFIG'] = kubeconfig();
    app = await startApp();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    if (before === undefined) delete process.env['KUBECONFIG'];
    else process.env['KUBECONFIG'] = before;
    await browser?.close();
    await app?.stop();
    await server?.close();
    await removeFolder(folder);
  });

  it('says what to do without a kubeconfig, then checks, previews, applies, follows and deletes', async () => {
    const opened = await openPage(browser, app.url, 'light');
    const { page } = opened;
    try {
      await page.getByRole('link', { name: 'Cluster' }).click();
      await page.getByText('No cluster yet.').waitFor();
      await screenshot(page, 'cluster-empty-light');

      writeFileSync(kubeconfig(), server.kubeconfig);
      await page.getByRole('button', { name: 'Look again' }).click();
      await page.getByRole('heading', { name: 'test' }).waitFor();
      const preflight = page.getByRole('region', { name: 'Preflight' });
      await preflight.getByText('kubernetes can be used.').waitFor();
      await preflight.getByText(/KServe .* is not installed/).waitFor();

      await page
        .getByRole('note', { name: 'Estimate' })
        .getByText(/in the cluster about/)
        .waitFor();
      await page.getByRole('textbox', { name: 'Price of a core hour' }).fill('0.05');
      await page
        .getByRole('note', { name: 'Estimate' })
        .getByText(/GiB hours\. About/)
        .waitFor();
      await page.getByRole('textbox', { name: 'Image' }).fill('registry.test/engine:1');
      await page.getByRole('button', { name: 'Dry run' }).click();
      const changes = page.getByRole('region', { name: 'Changes' });
      await changes.getByText(/^Job\//).waitFor();
      expect(server.list('Job')).toEqual([]);
      await screenshot(page, 'cluster-dry-run-light');

      await page.getByRole('button', { name: 'Apply' }).click();
      await expect.poll(() => server.list('Job').length).toBe(1);
      const job = server.list('Job')[0];
      if (job === undefined) throw new Error('no job');
      const namespace = job.metadata.namespace ?? '';
      const spec = (job['spec'] as { template: { spec: { initContainers: { name: string; image: string }[] } } })
        .template.spec;
      const container = spec.initContainers[0];
      expect(container?.image).toBe('registry.test/engine:1');

      const status = page.getByRole('region', { name: 'Status' });
      await status.getByText('Waits').first().waitFor();
      const labels = {
        'app.kubernetes.io/name': job.metadata.labels?.['app.kubernetes.io/name'] ?? '',
        'app.kubernetes.io/component': 'run',
        'batch.kubernetes.io/job-name': job.metadata.name,
      };
      server.logs.set(`${namespace}/p1/${container?.name}`, ['reading the table', 'it is gone']);
      const pod = (state: object) =>
        server.put({
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'p1', namespace, labels },
          status: {
            phase: 'Running',
            conditions: [{ type: 'PodScheduled', status: 'True' }],
            initContainerStatuses: [{ name: container?.name, state }],
          },
        });
      pod({ waiting: { reason: 'ImagePullBackOff', message: 'cannot pull' } });
      await status.getByText(/cannot pull/).waitFor();
      pod({ running: {} });
      await status.getByText('Running', { exact: true }).waitFor();
      await page.getByRole('region', { name: 'Log' }).getByText('reading the table').waitFor();
      pod({ terminated: { exitCode: 1, reason: 'Error' } });
      await status.getByText('Failed', { exact: true }).first().waitFor();
      await screenshot(page, 'cluster-status-light');

      // No replica answers yet; one that does can be opened from here.
      const [deployment] = server.list('Deployment');
      if (deployment === undefined) throw new Error('no endpoint');
      const openHere = status.getByRole('button', { name: 'Open here' });
      await openHere.waitFor();
      expect(await openHere.isDisabled()).toBe(true);
      server.put({ ...deployment, status: { availableReplicas: 1 } }, 'controller');
      await status.getByText(/1 of/).waitFor();
      await openHere.click();
      await status.getByText(/No pod of .* is ready/).waitFor();

      // One that is ready is asked from here.
      const served = await servePenguins();
      server.podPorts.set(`${namespace}/e1`, served.port);
      server.put({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: 'e1',
          namespace,
          labels: (deployment['spec'] as { template: { metadata: { labels: object } } }).template.metadata.labels,
        },
        status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
      });
      await openHere.click();
      const link = status.getByRole('link', { name: /^http:\/\/127\.0\.0\.1:/ });
      expect((await fetch((await link.getAttribute('href')) ?? '')).status).toBe(200);
      const playground = status.getByRole('form', { name: 'Try penguins' });
      const rowText = playground.getByRole('textbox', { name: 'Row as JSON' });
      await rowText.waitFor();
      expect(JSON.parse(await rowText.inputValue())).toHaveProperty('flipper_length_mm');
      await playground.getByRole('button', { name: 'Predict' }).click();
      await playground.getByText(/"predictions"/).waitFor();
      await playground.getByText(/Answered in/).waitFor();
      await screenshot(page, 'cluster-playground-light');
      await rowText.fill('[1]');
      await playground.getByText('Write one row as a JSON object: values by column.').waitFor();
      expect(await playground.getByRole('button', { name: 'Predict' }).isDisabled()).toBe(true);
      await rowText.fill('{"flipper_length_mm": "long"}');
      await playground.getByRole('button', { name: 'Predict' }).click();
      await playground
        .getByRole('alert')
        .getByText(/The endpoint answers with status 400/)
        .waitFor();
      await status.getByRole('button', { name: 'Close' }).click();
      await openHere.waitFor();
      expect(await served.logged()).toBe(0);
      await served.stop();

      // The nodes of the graph show it too.
      await page.getByRole('link', { name: 'Graph' }).click();
      const stepId = container?.name.replace(/^\d+-/, '') ?? '';
      await page.locator(`[data-id="${stepId}"]`).getByText('cluster', { exact: true }).waitFor();
      await page.locator(`[data-id="${stepId}"]`).getByText('Failed', { exact: true }).waitFor();
      await screenshot(page, 'cluster-canvas-light');
      await page.getByRole('link', { name: 'Cluster' }).click();
      await status.getByText('Failed', { exact: true }).first().waitFor();
      await page.getByRole('button', { name: 'See the files' }).click();
      await page.getByText('A model repository with the registered champion').waitFor();
      await screenshot(page, 'export-targets-light');
      await page.getByRole('option', { name: /run\.yaml/ }).click();
      await page.locator('.source-key').first().waitFor();
      await screenshot(page, 'export-preview-light');
      await page.getByRole('button', { name: 'Close' }).last().click();

      // A run that has ended hands over what it gave.
      const all = (job['spec'] as { template: { spec: Record<'initContainers' | 'containers', { name: string }[]> } })
        .template.spec;
      const ended = { terminated: { exitCode: 0, reason: 'Completed' } };
      const states = [...all.initContainers, ...all.containers].map(({ name }) => ({ name, state: ended }));
      for (const { name } of states) {
        const id = name.replace(/^\d+-/, '');
        const line = {
          type: 'run.finished',
          steps: [{ id, kind: 'k', status: 'executed', key: '', durationMs: 1 }],
          outputs: {},
          metrics: id === 'evaluate' ? { evaluate: { rocAuc: 0.731 } } : {},
        };
        server.logs.set(`${namespace}/p1/${name}`, [JSON.stringify(line)]);
      }
      server.put({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'p1', namespace, labels },
        status: {
          phase: 'Succeeded',
          conditions: [{ type: 'PodScheduled', status: 'True' }],
          initContainerStatuses: states.slice(0, -1),
          containerStatuses: states.slice(-1),
        },
      });
      const live = server.get('Job', namespace, job.metadata.name);
      if (live === undefined) throw new Error('the job is gone');
      server.put({ ...live, status: { conditions: [{ type: 'Complete', status: 'True' }] } }, 'controller');
      const results = page.getByRole('region', { name: 'Results' });
      await results.getByRole('button', { name: 'Fetch results' }).click();
      await results.getByText('0.731').waitFor();
      await results.getByText(/stay on the volume/).waitFor();
      await screenshot(page, 'cluster-results-light');

      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByRole('button', { name: 'Delete run, endpoints and results' }).click();
      await expect.poll(() => server.list('Job').length).toBe(0);
      expect(opened.errors).toEqual([]);
    } catch (error) {
      await screenshot(page, `failed-cluster-${Date.now()}`);
      throw error;
    } finally {
      await page.context().close();
    }
  });
});
