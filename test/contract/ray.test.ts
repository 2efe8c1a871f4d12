import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot, runSlipway } from '../support/run-slipway.ts';
import { spreadGraph } from '../support/spread-graph.ts';
import { removeFolder } from '../support/remove-folder.ts';

const penguins = join(repositoryRoot, 'resources/templates/penguins.slipway.json');
const python = process.env['SLIPWAY_PEERS_PYTHON'];
const hasRay =
  python !== undefined && python !== '' && spawnSync(python, ['-c', 'import ray'], { timeout: 60_000 }).status === 0;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-on-ray-'));
});
afterAll(() => removeFolder(folder));

it('says that Ray is missing, and what to do', async () => {
  const { code, last } = await runSlipway(['run', penguins, '--target', 'ray'], join(folder, 'none'), {
    SLIPWAY_PYTHON: process.execPath,
  });
  expect(code).toBe(3);
  expect(last).toMatchObject({
    error: { code: 'environment.missing', fix: expect.stringContaining('SLIPWAY_PYTHON') },
  });
});

describe.skipIf(!hasRay)('on a Ray of this machine (SLIPWAY_PEERS_PYTHON with ray)', () => {
  const env = { SLIPWAY_PYTHON: python ?? '' };

  it('gives the results of the local run, and runs nothing again', async () => {
    const local = await runSlipway(['run', penguins], join(folder, 'local'));
    const onRay = await runSlipway(['run', penguins, '--target', 'ray'], join(folder, 'ray'), env);
    expect(onRay.code, onRay.stderr).toBe(0);
    expect(onRay.last).toMatchObject({ type: 'run.finished', status: 'succeeded' });
    expect(onRay.last['outputs']).toEqual(local.last['outputs']);
    expect(onRay.last['metrics']).toEqual(local.last['metrics']);
    const statuses = (last: Record<string, unknown>) =>
      (last['steps'] as { status: string }[]).map((step) => step.status);
    expect(new Set(statuses(onRay.last))).toEqual(new Set(['executed']));
    const again = await runSlipway(['run', penguins, '--target', 'ray'], join(folder, 'ray'), env);
    expect(new Set(statuses(again.last))).toEqual(new Set(['cached']));
  });

  it('does the trials of a search and the folds of a cross-validation as tasks of their own', async () => {
    const path = join(folder, 'spread.slipway.json');
    writeFileSync(path, JSON.stringify(spreadGraph()));
    const local = await runSlipway(['run', path], join(folder, 'local'));
    const onRay = await runSlipway(['run', path, '--target', 'ray'], join(folder, 'spread'), env);
    expect(onRay.code, onRay.stderr).toBe(0);
    expect(onRay.last['outputs']).toEqual(local.last['outputs']);
    const shares = onRay.lines.filter(({ type, ok }) => type === 'share.finished' && ok === true);
    expect(shares.map(({ id, share }) => `${String(id)} ${String(share)}`).toSorted()).toEqual([
      ...[0, 1, 2].map((share) => `folds ${share}`),
      ...[0, 1, 2, 3, 4, 5].map((share) => `species ${share}`),
    ]);
  });

  it('tells which step failed and why, skips what needs it, and goes on with the rest', async () => {
    const graph = JSON.parse(readFileSync(penguins, 'utf8')) as {
      nodes: Record<string, { params: Record<string, unknown> }>;
    };
    const scale = graph.nodes['scale'];
    if (scale !== undefined) scale.params['columns'] = ['wing_span'];
    const path = join(folder, 'broken.slipway.json');
    writeFileSync(path, JSON.stringify(graph));
    const { code, last, lines } = await runSlipway(['run', path, '--target', 'ray'], join(folder, 'broken'), env);
    expect(code).toBe(1);
    expect(last).toMatchObject({ type: 'run.finished', status: 'failed' });
    const steps = Object.fromEntries(
      (last['steps'] as { id: string; status: string; reason?: string }[]).map((step) => [step.id, step]),
    );
    expect(steps['scale']).toMatchObject({ status: 'failed', reason: expect.stringContaining('wing_span') });
    expect(steps['encode']).toMatchObject({ status: 'executed' });
    expect(steps['species']).toMatchObject({ status: 'skipped' });
    expect(lines.filter((line) => line['type'] === 'step.retried')).toEqual([]);
  });
});
