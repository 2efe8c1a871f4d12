import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { removeFolder } from '../../test/support/remove-folder.ts';
import { graphArgument } from './graph-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'slipway-files-'));
const name = 'my 100% graph.slipway.json';
const path = join(folder, name);
writeFileSync(path, '{}');
afterAll(() => removeFolder(folder));

describe('a graph on the command line', () => {
  it.each([
    ['a path', path],
    ['a name in the working directory', name],
    ['the file: URL of a file manager', pathToFileURL(path).href],
  ])('is found by %s', (_what, argument) => {
    expect(graphArgument(['slipway-app', '--flag', argument], folder)).toBe(path);
  });

  it.each([
    ['is not there', 'other.slipway.json'],
    ['is no graph', join(folder, 'table.csv')],
    ['is of another machine', 'file://elsewhere/share/a.slipway.json'],
    ['has a broken encoding', 'file:///%E0%A4%A/a.slipway.json'],
    ['hides a slash', 'file:///a%2Fb.slipway.json'],
  ])('is left out when it %s', (_what, argument) => {
    expect(graphArgument(['slipway-app', argument], folder)).toBeUndefined();
  });

  it('is not the program itself', () => {
    expect(graphArgument([path], folder)).toBeUndefined();
  });
});
