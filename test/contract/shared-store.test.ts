import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportContextOf } from '../../main/cluster/context-of-graph.ts';
import { definitionOf } from '../../nodes/catalog.ts';
import { readGraphText } from '../../shared/graph/read-graph.ts';
import { repositoryRoot, runSlipway } from '../support/run-slipway.ts';
import { type S3Server, s3Credentials, startS3Server } from '../support/s3-server.ts';
import { removeFolder } from '../support/remove-folder.ts';

let folder: string;
let server: S3Server;
const template = join(repositoryRoot, 'resources/templates/penguins.slipway.json');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-shared-store-'));
  server = await startS3Server(['results']);
  Object.assign(process.env, s3Credentials);
});
afterAll(async () => {
  for (const name of Object.keys(s3Credentials)) delete process.env[name];
  await server.close();
  await removeFolder(folder);
});

it('steps run one by one on machines that share only an object storage, and the second time not at all', async () => {
  const { plan } = exportContextOf(readGraphText(readFileSync(template, 'utf8'), definitionOf));
  const planFile = join(folder, 'plan.json');
  writeFileSync(planFile, JSON.stringify(plan));
  const store = `s3://results/penguins?endpoint=${server.endpoint}`;
  const local = await runSlipway(['run', template], join(folder, 'local'));
  const expected = local.last['outputs'] as Record<string, { digest: string; type: string }>;
  const [first, second] = plan.steps;
  if (first === undefined || second === undefined) throw new Error('The sample has too few steps.');
  for (const [index, step] of [first, second].entries()) {
    const args = ['run', '--plan', planFile, '--step', step.id, '--store', store];
    const made = await runSlipway(args, join(folder, `machine-${index}`));
    expect(made.code, made.stderr).toBe(0);
    expect(made.last).toMatchObject({ steps: [{ id: step.id, status: 'executed' }] });
    for (const [name, { digest }] of Object.entries(made.last['outputs'] as typeof expected)) {
      expect(digest, name).toBe(expected[name]?.digest);
    }
    const again = await runSlipway(args, join(folder, `machine-${index}-again`));
    expect(again.last).toMatchObject({ steps: [{ id: step.id, status: 'cached' }] });
  }
});

it('says that the storage refused, and ends with 3', async () => {
  const plan = join(folder, 'plan.json');
  const store = `s3://nowhere?endpoint=${server.endpoint}`;
  const args = ['run', '--plan', plan, '--step', 'penguins', '--store', store];
  const { code, last } = await runSlipway(args, join(folder, 'refused'));
  expect(last).toMatchObject({
    type: 'error',
    error: { code: 'store.refused', fix: expect.stringContaining('bucket') },
  });
  expect(code).toBe(3);
});
