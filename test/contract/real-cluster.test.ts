import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCluster } from '../../main/cluster/api/cluster-client.ts';
import { podLog } from '../../main/cluster/pod-log.ts';
import { repositoryRoot, runSlipway } from '../support/run-slipway.ts';

/*
 * Runs against a real cluster only when asked:
 *   SLIPWAY_TEST_KUBECONFIG     kubeconfig; its current context is used
 *   SLIPWAY_TEST_IMAGE          engine image the cluster can pull; without it only dry runs are made
 *   SLIPWAY_TEST_STORAGE_CLASS  class of the volume; default is the cluster's
 *   SLIPWAY_TEST_TEMPLATE       sample graph; default flight-delays
 */
const kubeconfig = process.env['SLIPWAY_TEST_KUBECONFIG'];
const image = process.env['SLIPWAY_TEST_IMAGE'];
const storageClass = process.env['SLIPWAY_TEST_STORAGE_CLASS'];
const templateId = process.env['SLIPWAY_TEST_TEMPLATE'] ?? 'flight-delays';
const template = join(repositoryRoot, `resources/templates/${templateId}.slipway.json`);
const longMs = 3_600_000;

describe.skipIf(kubeconfig === undefined)('on the cluster of SLIPWAY_TEST_KUBECONFIG', () => {
  let folder: string;
  let dataDir: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-real-cluster-'));
    dataDir = join(folder, 'data');
    process.env['KUBECONFIG'] = kubeconfig;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function exported(target: string): Promise<string> {
    const dir = join(folder, target);
    const result = await runSlipway(['export', template, '--target', target, '--out', dir], dataDir);
    expect(result.code, result.stderr).toBe(0);
    const path = join(dir, 'overlays/example/kustomization.yaml');
    let text = readFileSync(path, 'utf8');
    if (image !== undefined) {
      const [name = '', digest] = image.split('@');
      const colon = name.lastIndexOf(':');
      const tagged = colon > name.lastIndexOf('/');
      text = text
        .replace(/newName: .*/, `newName: "${tagged ? name.slice(0, colon) : name}"`)
        .replace(
          /newTag: .*/,
          digest === undefined ? `newTag: "${tagged ? name.slice(colon + 1) : 'latest'}"` : `digest: "${digest}"`,
        );
    }
    if (storageClass !== undefined) {
      const patch = [{ op: 'add', path: '/spec/storageClassName', value: storageClass }];
      text += `patches:\n  - target: { kind: PersistentVolumeClaim }\n    patch: '${JSON.stringify(patch)}'\n`;
    }
    writeFileSync(path, text);
    return dir;
  }

  it('doctor reaches it', async () => {
    const context = openCluster(undefined).context;
    const { last } = await runSlipway(['doctor', '--context', context], dataDir);
    expect(last['checks']).toContainEqual(expect.objectContaining({ id: 'cluster', state: 'ok' }));
  });

  it.each(['kubernetes', 'argo'])('%s: its own schemas accept the bundle', async (target) => {
    const { code, last, stderr } = await runSlipway(['apply', await exported(target), '--dry-run'], dataDir);
    expect(code, stderr).toBe(0);
    expect(last['conflicts']).toEqual([]);
  });

  it.skipIf(image === undefined).each(['kubernetes', 'argo'])(
    '%s: the run with SLIPWAY_TEST_IMAGE gives the artifacts of the local run',
    async (target) => {
      const dir = await exported(target);
      const namespace = `slipway-test-${target}-${Date.now().toString(36)}`;
      const local = await runSlipway(['run', template], dataDir);
      expect(local.code, local.stderr).toBe(0);
      const expected = local.last['outputs'] as Record<string, { digest: string; type: string }>;
      try {
        const applied = await runSlipway(['apply', dir, '--namespace', namespace, '--watch'], dataDir);
        expect(applied.code, `${applied.stderr}\n${applied.lines.map((line) => JSON.stringify(line)).join('\n')}`).toBe(
          0,
        );
        const client = openCluster(undefined);
        let compared = 0;
        for (const step of lastOfEachStep(applied.lines)) {
          let last = '';
          for await (const line of podLog(client, { namespace, pod: step.pod, container: step.container }))
            last = line || last;
          const { outputs } = JSON.parse(last) as { outputs: Record<string, { digest: string; type: string }> };
          for (const [name, { digest, type }] of Object.entries(outputs)) {
            // Models and reports may differ within tolerance; data and features may not.
            if (type !== 'table' && type !== 'features') continue;
            expect(digest, name).toBe(expected[name]?.digest);
            compared++;
          }
        }
        expect(compared).toBeGreaterThan(0);
        const again = await runSlipway(['apply', dir, '--namespace', namespace], dataDir);
        expect((again.last['applied'] as { action: string }[]).every(({ action }) => action === 'unchanged')).toBe(
          true,
        );
      } finally {
        await runSlipway(['delete', dir, '--namespace', namespace], dataDir);
      }
    },
    longMs,
  );
});

function lastOfEachStep(lines: readonly Record<string, unknown>[]): { pod: string; container: string }[] {
  const steps = new Map<string, { pod: string; container: string }>();
  for (const line of lines) {
    if (line['type'] !== 'step.status' || typeof line['pod'] !== 'string') continue;
    steps.set(String(line['id']), { pod: line['pod'], container: String(line['container']) });
  }
  return [...steps.values()];
}
