import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ApiServer, startApiServer } from '../../test/support/api-server.ts';
import { openCluster } from './api/cluster-client.ts';
import { runShares } from './start-shares.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

let server: ApiServer;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-shares-'));
  server = await startApiServer();
  writeFileSync(join(folder, 'kubeconfig'), server.kubeconfig);
  server.put({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'folds-shares', namespace: client().namespace },
    spec: {
      suspend: true,
      jobTemplate: { spec: { completions: 3, template: { spec: { containers: [{ name: 'share' }] } } } },
    },
  });
});
afterEach(async () => {
  await server.close();
  await removeFolder(folder);
});

const client = () => openCluster(undefined, { KUBECONFIG: join(folder, 'kubeconfig') });
const signal = new AbortController().signal;

/** What the Job's controller says. */
function report(status: Record<string, unknown>): void {
  const [job] = server.list('Job');
  if (job === undefined) throw new Error('there is no Job');
  server.put({ ...job, status }, 'controller');
}

function start(onProgress: (done: number, of: number) => void = () => undefined) {
  return runShares('folds-shares', 'abcd', { signal, client: client(), pauseMs: 5, onProgress });
}

it('starts the Job once, tells how far it is, and ends with it', async () => {
  const seen: string[] = [];
  const first = start((done, of) => {
    seen.push(`${done}/${of}`);
    if (done === 1) report({ succeeded: 3, conditions: [{ type: 'Complete', status: 'True' }] });
  });
  await expect.poll(() => server.list('Job').length).toBe(1);
  report({ succeeded: 1 });
  expect(await first).toBeNull();
  expect(seen).toEqual(['1/3', '3/3']);
  expect(server.list('Job')[0]?.metadata).toMatchObject({ name: 'folds-shares-abcd', ownerReferences: [{}] });
  expect(await start()).toBeNull();
  expect(server.list('Job').length).toBe(1);
});

it('says why not all shares are done, and goes on while the cluster does not answer', async () => {
  server.faults.push({ method: 'GET', path: '/jobs/', status: 503, reason: 'X', message: 'later', times: 3 });
  const waiting = start();
  await expect.poll(() => server.list('Job').length).toBe(1);
  report({ succeeded: 1, conditions: [{ type: 'Failed', status: 'True', message: 'too many retries' }] });
  expect(await waiting).toBe('too many retries');
});

it('ends when the Job is deleted, and names a template that is not there', async () => {
  const waiting = start();
  await expect.poll(() => server.list('Job').length).toBe(1);
  server.delete('Job', client().namespace, 'folds-shares-abcd');
  expect(await waiting).toContain('was deleted');
  await expect(
    runShares('other', 'a', { signal, client: client(), onProgress: () => undefined }),
  ).rejects.toMatchObject({
    message: expect.stringContaining('Starting other'),
  });
});
