import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot, runSlipway } from '../support/run-slipway.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-graph-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sample = readFileSync(join(repositoryRoot, 'resources/templates/flight-delays.slipway.json'), 'utf8');

interface Graph {
  nodes: Record<string, { kind: string; params: Record<string, unknown> }>;
  layout: { nodes: Record<string, { x: number; y: number }> };
}

/** A changed copy of the flights sample, as a file. */
function write(name: string, change: (graph: Graph) => void): string {
  const graph = JSON.parse(sample) as Graph;
  change(graph);
  const path = join(folder, name);
  writeFileSync(path, `${JSON.stringify(graph, null, 2)}\n`);
  return path;
}

function trainer(graph: Graph): { params: Record<string, unknown> } {
  const node = Object.values(graph.nodes).find(({ kind }) => kind === 'train.trees' || kind === 'train.forest');
  if (!node) throw new Error('The sample has no trees.');
  return node;
}

describe('slipway graph', () => {
  it('tells what a graph does differently, and not where cards stand', async () => {
    const before = write('before.slipway.json', () => {});
    const after = write('after.slipway.json', (graph) => {
      trainer(graph).params['seed'] = 99;
      for (const place of Object.values(graph.layout.nodes)) place.x += 80;
    });
    const { code, last } = await runSlipway(['graph', 'diff', before, after], folder);
    expect(code).toBe(0);
    expect(last['changes']).toMatchObject([{ kind: expect.stringMatching(/added|changed/), after: 99 }]);
  });

  it('merges two changes of one graph, and says what both changed', async () => {
    const base = write('base.slipway.json', () => {});
    const ours = write('ours.slipway.json', (graph) => {
      trainer(graph).params['seed'] = 1;
    });
    const theirs = write('theirs.slipway.json', (graph) => {
      trainer(graph).params['seed'] = 2;
      trainer(graph).params['trees'] = 7;
    });
    const out = join(folder, 'merged.slipway.json');
    const conflict = await runSlipway(['graph', 'merge', base, ours, theirs, '--out', out], folder);
    expect(conflict.code).toBe(1);
    expect(conflict.last).toMatchObject({ merged: false, conflicts: [{ ours: 1, theirs: 2 }] });
    expect(trainer(JSON.parse(readFileSync(out, 'utf8')) as Graph).params).toMatchObject({ seed: 1, trees: 7 });
    const taken = await runSlipway(['graph', 'merge', base, ours, theirs, '--out', out, '--take', 'theirs'], folder);
    expect(taken.code).toBe(0);
    expect(trainer(JSON.parse(readFileSync(out, 'utf8')) as Graph).params).toMatchObject({ seed: 2, trees: 7 });
  });

  it('is used by git to merge graphs and to show their differences', () => {
    const repository = mkdtempSync(join(tmpdir(), 'slipway-git-'));
    const slipway = `${JSON.stringify(process.execPath)} ${JSON.stringify(join(repositoryRoot, 'main/cli/slipway.ts'))}`;
    const git = (...args: string[]) =>
      execFileSync('git', args, {
        cwd: repository,
        encoding: 'utf8',
        env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
      });
    const file = join(repository, 'graph.slipway.json');
    const commit = (branch: string, change: (graph: Graph) => void) => {
      const graph = JSON.parse(readFileSync(file, 'utf8')) as Graph;
      change(graph);
      writeFileSync(file, `${JSON.stringify(graph, null, 2)}\n`);
      git('commit', '-qam', branch);
    };
    try {
      git('init', '-q', '-b', 'main');
      git('config', 'user.name', 'Test');
      git('config', 'user.email', 'test@localhost');
      git('config', 'merge.slipway.driver', `${slipway} graph merge %O %A %B --out %A`);
      git('config', 'diff.slipway.textconv', `${slipway} graph text`);
      writeFileSync(join(repository, '.gitattributes'), '*.slipway.json merge=slipway diff=slipway\n');
      writeFileSync(file, sample);
      git('add', '.');
      git('commit', '-qm', 'base');
      git('checkout', '-qb', 'theirs');
      // Both move every card, which a merge by lines cannot join.
      commit('theirs', (graph) => {
        trainer(graph).params['trees'] = 7;
        for (const place of Object.values(graph.layout.nodes)) place.x += 8;
      });
      git('checkout', '-q', 'main');
      commit('ours', (graph) => {
        trainer(graph).params['seed'] = 5;
        for (const place of Object.values(graph.layout.nodes)) place.x -= 8;
      });
      git('merge', '-q', '--no-edit', 'theirs');
      expect(trainer(JSON.parse(readFileSync(file, 'utf8')) as Graph).params).toMatchObject({ seed: 5, trees: 7 });
      const shown = git('diff', 'HEAD~1', 'HEAD', '--', 'graph.slipway.json');
      expect(shown).toMatch(/^\+\S+\.trees: 7$/m);
      expect(shown).not.toMatch(/^[+-].*"x"/m);
    } finally {
      rmSync(repository, { recursive: true, force: true });
    }
  });
});
