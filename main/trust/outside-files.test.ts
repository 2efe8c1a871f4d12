import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { definitionOf } from '../../nodes/catalog.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { readGraphValue } from '../../shared/graph/read-graph.ts';
import { outsideFiles } from './outside-files.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipway-outside-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const home = join(dir, 'project');
mkdirSync(join(home, 'data'), { recursive: true });
writeFileSync(join(dir, 'secret.csv'), 'a\n1\n');
writeFileSync(join(home, 'data', 'mine.csv'), 'a\n1\n');
writeFileSync(join(home, '..hidden.csv'), 'a\n1\n');
symlinkSync(join(dir, 'secret.csv'), join(home, 'data', 'link.csv'));
symlinkSync(dir, join(home, 'up'));
// Folders as they are given for images, vocabularies and models.
for (const folder of ['own', 'own/more', 'linked/deep', 'by-folder', 'round', 'two-steps', 'far']) {
  mkdirSync(join(home, folder), { recursive: true });
}
writeFileSync(join(home, 'own', 'more', 'a.png'), '');
symlinkSync(join(home, 'own', 'more', 'a.png'), join(home, 'own', 'again.png'));
symlinkSync(join(home, 'own', 'gone.png'), join(home, 'own', 'dangling.png'));
symlinkSync(join(dir, 'secret.csv'), join(home, 'linked', 'deep', 'a.png'));
symlinkSync(dir, join(home, 'by-folder', 'onnx'));
symlinkSync(join(home, 'round'), join(home, 'round', 'itself'));
symlinkSync(join(home, 'far'), join(home, 'two-steps', 'onnx'));
symlinkSync(join(dir, 'secret.csv'), join(home, 'far', 'model.onnx'));

function graph(nodes: Record<string, unknown>, more: object = {}): GraphDocument {
  const value = {
    format: 'slipway/graph',
    formatVersion: 1,
    id: 'g',
    name: 'G',
    nodes,
    edges: [],
    parameters: {},
    ...more,
  };
  const { document } = readGraphValue({ groups: {}, layout: { nodes: {}, frames: [] }, ...value }, definitionOf);
  if (document === undefined) throw new Error('The graph of the test is no graph.');
  return document;
}

const file = (path: unknown, kind = 'data.file'): GraphDocument =>
  graph({ file: { kind, version: 1, params: { path } } });

it.each([
  'data/mine.csv',
  './data/mine.csv',
  '..hidden.csv',
  'data/mi*.csv',
  'not-there.csv',
  'pkg:vega-datasets/data/cars.json',
  '',
])('lets %s be', async (path) => {
  expect(await outsideFiles(file(path), home)).toEqual([]);
});

it.each([
  '/etc/passwd',
  '/etc/pass*',
  '../secret.csv',
  'data/../../secret.csv',
  '../project/../secret.csv',
  'data/link.csv',
  'data/*.csv',
  'data/{mine,link}.csv',
  'up/secret.csv',
  'up/*.csv',
  '{..,data}/*.csv',
  '*/../../secret.csv',
  '/not/there.csv',
])('sees that %s leads out', async (path) => {
  expect(await outsideFiles(file(path), home)).toMatchObject([{ node: 'file', onSight: true }]);
});

it.each(['own', './own/', 'round', 'data/mine.csv'])('lets the folder %s be', async (path) => {
  expect(await outsideFiles(file(path, 'data.images'), home)).toEqual([]);
});

it.each(['linked', 'linked/deep', 'by-folder', 'two-steps', '.'])(
  'sees that a link in the folder %s leads out',
  async (path) => {
    for (const kind of ['data.images', 'train.onnx', 'feature.tokenize']) {
      expect(await outsideFiles(file(path, kind), home), kind).toHaveLength(1);
    }
  },
);

it('sees a pattern that leads to files in the folder and beyond, however many they are', async () => {
  const many = join(home, 'many');
  mkdirSync(many);
  for (let number = 0; number < 10_001; number++) writeFileSync(join(many, `${number}.png`), '');
  expect(await outsideFiles(file('many/*.png', 'data.images'), home)).toEqual([]);
  symlinkSync(join(dir, 'secret.csv'), join(many, 'z.png'));
  expect(await outsideFiles(file('many/*.png', 'data.images'), home)).toHaveLength(1);
});

it('sees it in every kind that reads a file, by a graph parameter and in a variant', async () => {
  for (const kind of ['data.excel', 'data.sqlite', 'train.onnx']) {
    expect(await outsideFiles(file('/etc/passwd', kind), home), kind).toHaveLength(1);
  }
  const parameters = { where: { type: 'string', default: '/etc/passwd', description: '' } };
  const byParameter = graph(
    { file: { kind: 'data.file', version: 1, params: { path: { param: 'where' } } } },
    { parameters },
  );
  expect(await outsideFiles(byParameter, home)).toHaveLength(1);
  const variants = { far: { path: '../secret.csv' } };
  const varied = graph({ file: { kind: 'data.file', version: 1, params: { path: 'data/mine.csv' }, variants } });
  expect((await outsideFiles(varied, home)).map(({ node }) => node)).toEqual(['file--far']);
});
