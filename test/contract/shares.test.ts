import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportContextOf } from '../../main/cluster/context-of-graph.ts';
import { createArtifactStore } from '../../main/store/artifact-store.ts';
import { createDirectoryDriver } from '../../main/store/directory-driver.ts';
import { definitionOf } from '../../nodes/catalog.ts';
import { readGraphValue } from '../../shared/graph/read-graph.ts';
import { runSlipway } from '../support/run-slipway.ts';
import { mappedGraph, spreadGraph } from '../support/spread-graph.ts';
import { removeFolder } from '../support/remove-folder.ts';

// Several machines do the trials and folds of a step; what comes out is what one machine gives.

let folder: string;
let graphFile: string;
let planFile: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-shares-'));
  graphFile = join(folder, 'spread.slipway.json');
  planFile = join(folder, 'plan.json');
  writeFileSync(graphFile, JSON.stringify(spreadGraph()));
  writeFileSync(planFile, JSON.stringify(exportContextOf(readGraphValue(spreadGraph(), definitionOf)).plan));
});
afterAll(() => removeFolder(folder));

function step(id: string, store: string, more: string[] = []) {
  const args = ['run', '--plan', planFile, '--step', id, '--store', pathToFileURL(store).href, ...more];
  return runSlipway(args, join(folder, 'machine'));
}

it('gives the results of the local run, each trial and fold run once and by whom it fell to', async () => {
  const local = await runSlipway(['run', graphFile], join(folder, 'local'));
  expect(local.code, local.stderr).toBe(0);
  const expected = local.last['outputs'] as Record<string, { digest: string }>;
  const dir = join(folder, 'store');
  for (const id of ['penguins', 'clean', 'split', 'impute', 'scale', 'encode']) await step(id, dir);
  const items = async (kind: string) => {
    const found = new Map<string, string>();
    for await (const record of createArtifactStore(createDirectoryDriver(dir)).listSteps()) {
      if (record.parts.kind.startsWith(`${kind}#`)) found.set(record.parts.kind, record.runId);
    }
    return found;
  };
  for (const share of ['0/2', '1/2']) {
    const { code, last, stderr } = await step('species', dir, ['--share', share]);
    expect(code, stderr).toBe(0);
    expect(last).toMatchObject({ steps: [{ id: 'species', status: 'executed' }], outputs: {} });
    expect((await items('train.search')).size).toBe(share === '0/2' ? 3 : 6);
  }
  const before = await items('train.search');
  const searched = await step('species', dir);
  expect(searched.last['outputs']).toMatchObject({ 'species.model': expected['species.model'] });
  expect(await items('train.search')).toEqual(before);
  // Two of three folds are there; the step does the third.
  for (const share of ['0/3', '2/3']) await step('folds', dir, ['--share', share]);
  expect((await items('train.cross-validate')).size).toBe(2);
  const folds = await step('folds', dir);
  expect(folds.last['outputs']).toEqual(
    Object.fromEntries(Object.entries(expected).filter(([name]) => name.startsWith('folds.'))),
  );
  expect((await items('train.cross-validate')).size).toBe(3);
  expect((await step('folds', dir, ['--share', '1/3'])).last).toMatchObject({ steps: [{ status: 'cached' }] });
});

it('is part of the parity check', async () => {
  const args = ['export', graphFile, '--target', 'kubernetes', '--out', join(folder, 'bundle'), '--check-parity'];
  const { code, last, stderr } = await runSlipway(args, join(folder, 'local'));
  expect(code, stderr).toBe(0);
  expect(last['parity']).toMatchObject({ passed: true });
  expect(readFileSync(join(folder, 'bundle/PARITY.md'), 'utf8')).toContain('in as many shares');
  const run = (dir: string) => readFileSync(join(folder, dir, 'base/run.yaml'), 'utf8');
  const measured = await runSlipway(
    ['export', graphFile, '--target', 'kubernetes', '--out', join(folder, 'measured'), '--measured'],
    join(folder, 'local'),
  );
  expect(measured.code, measured.stderr).toBe(0);
  // On systems that tell the peaks of processes.
  if (process.platform === 'linux') expect(run('measured')).not.toBe(run('bundle'));
});

it('does the items of a map side by side with the results of the local run', async () => {
  const place = join(folder, 'mapped');
  mkdirSync(place);
  const graph = join(place, 'graph.slipway.json');
  const plan = join(place, 'plan.json');
  writeFileSync(graph, JSON.stringify(mappedGraph()));
  writeFileSync(plan, JSON.stringify(exportContextOf(readGraphValue(mappedGraph(), definitionOf)).plan));
  const store = pathToFileURL(join(place, 'store')).href;
  const run = async (...part: string[]) => {
    const done = await runSlipway(['run', '--plan', plan, ...part, '--store', store], join(place, 'machine'));
    expect(done.code, done.stderr).toBe(0);
    return done.last as { steps: { id: string; status: string }[]; outputs: Record<string, { digest: string }> };
  };
  const local = await runSlipway(['run', graph], join(place, 'local'));
  expect(local.code, local.stderr).toBe(0);
  for (const id of ['penguins', 'clean']) await run('--step', id);
  const shares = [await run('--items', 'species', '--share', '0/2'), await run('--items', 'species', '--share', '1/2')];
  // The first and the third item, then the second: a partition and its summary each.
  expect(shares.map(({ steps }) => steps.map(({ status }) => status))).toEqual([
    Array.from({ length: 4 }, () => 'executed'),
    Array.from({ length: 2 }, () => 'executed'),
  ]);
  const ids = shares.flatMap(({ steps }) => steps.map(({ id }) => id));
  expect(new Set(ids).size).toBe(6);
  for (const id of ids) expect(await run('--step', id)).toMatchObject({ steps: [{ status: 'cached' }] });
  const collected = await run('--step', 'species--collect--summary');
  const outputs = Object.assign({}, ...shares.map((one) => one.outputs), collected.outputs) as typeof collected.outputs;
  const expected = local.last['outputs'] as typeof outputs;
  for (const [name, { digest }] of Object.entries(outputs)) expect(digest, name).toBe(expected[name]?.digest);
  expect(Object.keys(outputs)).toHaveLength(7);
  const unknown = await runSlipway(
    ['run', '--plan', plan, '--items', 'island', '--store', store],
    join(place, 'machine'),
  );
  expect(unknown.last).toMatchObject({ error: { code: 'graph.invalid', fix: expect.stringContaining('species') } });
});

it.each(['3/3', '1', 'x/2', '0/0'])('refuses the share %s', async (share) => {
  const { code, last } = await step('species', join(folder, 'none'), ['--share', share]);
  expect(code).toBe(2);
  expect(last).toMatchObject({ error: { code: 'cli.usage', fix: expect.stringContaining('0/4') } });
});
