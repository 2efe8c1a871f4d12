import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ApiServer, startApiServer } from '../support/api-server.ts';
import { repositoryRoot, runSlipway } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

let folder: string;
let dataDir: string;
let bundle: string;
let server: ApiServer;
const template = join(repositoryRoot, 'resources/templates/penguins.slipway.json');
const before = process.env['KUBECONFIG'];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-cluster-cli-'));
  dataDir = join(folder, 'data');
  bundle = join(folder, 'bundle');
  server = await startApiServer();
  writeFileSync(join(folder, 'kubeconfig'), server.kubeconfig);
  process.env['KUBECONFIG'] = join(folder, 'kubeconfig');
  const exported = await runSlipway(['export', template, '--target', 'kubernetes', '--out', bundle], dataDir);
  expect(exported.code).toBe(0);
});
afterAll(async () => {
  if (before === undefined) delete process.env['KUBECONFIG'];
  else process.env['KUBECONFIG'] = before;
  await server.close();
  await removeFolder(folder);
});

it('applies and deletes a bundle; the last line says what', async () => {
  const dry = await runSlipway(['apply', bundle, '--dry-run'], dataDir);
  expect(dry.code).toBe(0);
  expect(server.list('Job')).toEqual([]);
  const applied = await runSlipway(['apply', bundle, '--context', 'test'], dataDir);
  expect(applied.code).toBe(0);
  expect(applied.last).toMatchObject({ conflicts: [], dryRun: false });
  expect(applied.lines.slice(0, -1).every((line) => line['type'] === 'object.applied')).toBe(true);
  expect((applied.last['applied'] as unknown[]).length).toBe(applied.lines.length - 1);
  expect(server.list('Job')).toHaveLength(1);
  const deleted = await runSlipway(['delete', bundle], dataDir);
  expect(deleted.code).toBe(0);
  expect(deleted.last).toMatchObject({ applied: [], conflicts: [] });
  expect(server.list('Job')).toEqual([]);
});

it('follows the run and ends as it ends', async () => {
  const watching = runSlipway(['apply', bundle, '--watch'], dataDir);
  await expect.poll(() => server.list('Job').length).toBe(1);
  const [job] = server.list('Job');
  if (job === undefined) throw new Error('no job');
  server.put(
    { ...job, status: { conditions: [{ type: 'Failed', status: 'True', message: 'deadline' }] } },
    'controller',
  );
  const { code, last, lines } = await watching;
  expect(code).toBe(1);
  expect(last).toMatchObject({ run: { state: 'failed', reason: 'deadline' }, conflicts: [] });
  expect(lines.some((line) => line['type'] === 'step.status')).toBe(true);
});

it('says what is wrong: no folder, no bundle, no context, expired credentials', async () => {
  const cases: [string[], number, string][] = [
    [['apply'], 2, 'cli.usage'],
    [['apply', folder], 2, 'bundle.invalid'],
    [['apply', bundle, '--context', 'nowhere'], 2, 'cluster.config'],
    [['delete', bundle, '--context', 'expired'], 3, 'cluster.credentials'],
  ];
  for (const [args, code, error] of cases) {
    const result = await runSlipway(args, dataDir);
    expect(result.last).toMatchObject({ type: 'error', error: { code: error } });
    expect(result.code).toBe(code);
  }
});

it('checks a cluster before anything is written', async () => {
  const { code, last } = await runSlipway(['doctor', '--context', 'test'], dataDir);
  expect(code).toBe(0);
  expect(last['checks']).toContainEqual(expect.objectContaining({ id: 'rights', state: 'ok' }));
  expect((await runSlipway(['doctor', '--context', 'expired'], dataDir)).code).toBe(3);
});
