import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ApiServer, startApiServer } from '../../test/support/api-server.ts';
import { openCluster } from './api/cluster-client.ts';
import { startRetraining } from './start-retraining.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

let server: ApiServer;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-start-'));
  server = await startApiServer();
  writeFileSync(join(folder, 'kubeconfig'), server.kubeconfig);
});
afterEach(async () => {
  await server.close();
  await removeFolder(folder);
});

const client = () => openCluster(undefined, { KUBECONFIG: join(folder, 'kubeconfig') });

it('makes a Job of a suspended CronJob, once for each state of the loop', async () => {
  const { namespace } = client();
  server.put({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'late-retrain', namespace },
    spec: {
      suspend: true,
      jobTemplate: {
        metadata: { labels: { part: 'retrain' } },
        spec: { template: { spec: { containers: [{ name: 'retrain', env: [{ name: 'A', value: '1' }] }] } } },
      },
    },
  });
  const what = { kind: 'cronjob', name: 'late-retrain' } as const;
  expect(await startRetraining(what, '7', ['realized-drop', 'schedule'], client())).toBe('Job/late-retrain-7');
  expect(await startRetraining(what, '7', ['realized-drop'], client())).toBe('Job/late-retrain-7');
  const [job, ...more] = server.list('Job');
  expect(more).toEqual([]);
  expect(job?.metadata).toMatchObject({ labels: { part: 'retrain' }, ownerReferences: [{ kind: 'CronJob' }] });
  expect(job?.['spec']).toMatchObject({
    template: {
      spec: {
        containers: [{ env: [{ name: 'A' }, { name: 'SLIPWAY_RETRAIN_REASONS', value: 'realized-drop,schedule' }] }],
      },
    },
  });
});

it('makes a Workflow of a WorkflowTemplate, and says what is missing', async () => {
  const what = { kind: 'workflowtemplate', name: 'late-retrain' } as const;
  expect(await startRetraining(what, '0', ['schedule'], client())).toBe('Workflow/late-retrain-0');
  expect(server.list('Workflow')[0]?.['spec']).toMatchObject({
    workflowTemplateRef: { name: 'late-retrain' },
    arguments: { parameters: [{ name: 'reasons', value: 'schedule' }] },
  });
  await expect(startRetraining({ kind: 'cronjob', name: 'gone' }, '1', [], client())).rejects.toMatchObject({
    code: 'cluster.rejected',
  });
});
