import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runSlipway } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-groups-'));
});
afterAll(() => removeFolder(dir));

const graph = (path: string) => ({
  format: 'slipway/graph',
  formatVersion: 1,
  id: 'g',
  name: 'G',
  nodes: { box: { kind: 'graph.group', version: 1, params: { group: 'prep' } } },
  edges: [],
  parameters: {},
  groups: {
    prep: {
      title: 'Prepare',
      nodes: { file: { kind: 'data.file', version: 1, params: { path } } },
      edges: [],
      inputs: {},
      outputs: {},
    },
  },
  layout: { nodes: {}, frames: [] },
});

it('keeps groups of graphs by version, and says what is wrong', async () => {
  const file = join(dir, 'g.slipway.json');
  const groups = (...args: string[]) => runSlipway(['groups', ...args], join(dir, 'data'));
  await writeFile(file, JSON.stringify(graph('a.csv')));
  expect((await groups('save', file, 'prep', '--name', 'clean')).last).toEqual({ name: 'clean', version: 1 });
  await writeFile(file, JSON.stringify(graph('b.csv')));
  expect((await groups('save', file, 'prep', '--name', 'clean')).last).toEqual({ name: 'clean', version: 2 });
  expect((await groups('list')).last).toMatchObject({
    groups: [{ name: 'clean', title: 'Prepare', versions: [{ version: 1 }, { version: 2 }] }],
  });
  const first = await groups('show', 'clean', '--version', '1');
  expect(first.last).toMatchObject({
    version: 1,
    content: { groups: { clean: { nodes: { file: { params: { path: 'a.csv' } } } } } },
  });
  const wrong = await groups('save', file, 'other');
  expect([wrong.code, wrong.last]).toMatchObject([2, { error: { fix: expect.stringContaining('prep') } }]);
  expect((await groups('show', '../../etc')).code).toBe(2);
});
