import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { graphDigest } from '../trust/graph-trust.ts';
import { importGraphText, openGraphFile, saveGraphFile } from './graph-files.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-graphs-'));
});
afterEach(() => removeFolder(folder));

const graph = (name: string) => ({ format: 'slipway/graph', formatVersion: 1, id: 'g', name, nodes: {}, edges: [] });

test('a save keeps the version before and leaves nothing else', async () => {
  const { path } = await saveGraphFile(graph('First'), undefined, folder);
  await saveGraphFile(graph('Second'), path, folder);
  await saveGraphFile(graph('Third'), path, folder);
  expect((await openGraphFile(path)).document?.name).toBe('Third');
  expect(readFileSync(`${path}.bak`, 'utf8')).toContain('"Second"');
  expect(readdirSync(folder).toSorted()).toEqual(['g.slipway.json', 'g.slipway.json.bak']);
});

test('a save says of which content it is, for the decision whether to trust it', async () => {
  const { path, digest } = await saveGraphFile({ ...graph('Größe'), id: 'named' }, undefined, folder);
  expect(digest).toBe(graphDigest(readFileSync(path)));
});

test('an imported graph is kept as it is, whatever its id says', async () => {
  const text = JSON.stringify({ ...graph('Odd'), id: '../../elsewhere', more: [1] });
  const { path } = await importGraphText(text, folder);
  expect(readdirSync(folder).map((name) => join(folder, name))).toEqual([path]);
  expect(readFileSync(path, 'utf8')).toBe(text);
  await expect(importGraphText('[]', folder)).rejects.toMatchObject({ code: 'graph.invalid' });
});

test('a second graph of the same id gets a name of its own', async () => {
  await saveGraphFile(graph('First'), undefined, folder);
  await saveGraphFile(graph('Second'), undefined, folder);
  expect(readdirSync(folder).toSorted()).toEqual(['g-2.slipway.json', 'g.slipway.json']);
});

test('what cannot be saved is refused and leaves the file as it is', async () => {
  const { path } = await saveGraphFile(graph('First'), undefined, folder);
  const before = readFileSync(path, 'utf8');
  await expect(saveGraphFile({ ...graph('Newer'), formatVersion: 99 }, path, folder)).rejects.toMatchObject({
    code: 'graph.invalid',
  });
  await expect(saveGraphFile(graph('Second'), 'relative.slipway.json', folder)).rejects.toMatchObject({
    code: 'graph.invalid',
  });
  expect(readFileSync(path, 'utf8')).toBe(before);
});

test('opening names what is no graph file', async () => {
  await expect(openGraphFile(folder)).rejects.toMatchObject({ message: `The graph file ${folder} is a folder.` });
  await expect(openGraphFile(join(folder, 'gone.slipway.json'))).rejects.toMatchObject({
    code: 'graph.not-found',
    message: expect.stringContaining('gone.slipway.json does not exist'),
  });
});

test('a file that another program changed is not overwritten unasked', async () => {
  const { path, modifiedMs } = await saveGraphFile(graph('First'), undefined, folder);
  const again = await saveGraphFile(graph('Second'), path, folder, modifiedMs);
  writeFileSync(path, JSON.stringify(graph('Elsewhere')));
  utimesSync(path, new Date(), new Date(again.modifiedMs + 5000));
  const late = saveGraphFile(graph('Third'), path, folder, again.modifiedMs);
  await expect(late).rejects.toMatchObject({ code: 'graph.changed-on-disk' });
  expect((await openGraphFile(path)).document?.name).toBe('Elsewhere');
  await saveGraphFile(graph('Third'), path, folder);
  rmSync(path);
  await saveGraphFile(graph('Fourth'), path, folder, modifiedMs);
  expect((await openGraphFile(path)).document?.name).toBe('Fourth');
});
