import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGraphTrust, type GraphTrust } from './graph-trust.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

let dir: string;
let own: string;
let elsewhere: string;
let trust: GraphTrust;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-trust-'));
  own = join(dir, 'data', 'graphs');
  await mkdir(own, { recursive: true });
  await mkdir(join(dir, 'downloads'));
  elsewhere = join(dir, 'downloads', 'g.slipway.json');
  await writeFile(elsewhere, '{}');
  trust = createGraphTrust({ dataDir: join(dir, 'data'), ownFolders: [own] });
});
afterEach(() => removeFolder(dir));

describe('trust in a graph file', () => {
  it('is there for unsaved graphs and own folders only', async () => {
    await writeFile(join(own, 'mine.slipway.json'), '{}');
    expect(await trust.stateOf(undefined)).toBe('trusted');
    expect(await trust.stateOf(join(own, 'mine.slipway.json'))).toBe('trusted');
    expect(await trust.stateOf(elsewhere)).toBe('restricted');
    expect(await trust.stateOf(join(dir, 'missing.slipway.json'))).toBe('restricted');
  });

  it('is not gained by a link or by a path that only looks like an own folder', async () => {
    await symlink(elsewhere, join(own, 'link.slipway.json'));
    expect(await trust.stateOf(join(own, 'link.slipway.json'))).toBe('restricted');
    expect(await trust.stateOf(join(own, '..', '..', 'downloads', 'g.slipway.json'))).toBe('restricted');
    await mkdir(`${own}-other`);
    await writeFile(join(`${own}-other`, 'g.slipway.json'), '{}');
    expect(await trust.stateOf(join(`${own}-other`, 'g.slipway.json'))).toBe('restricted');
  });

  it('is kept with the content of the file, over restarts', async () => {
    await trust.decide(elsewhere, 'trusted');
    const again = createGraphTrust({ dataDir: join(dir, 'data'), ownFolders: [own] });
    expect(await again.stateOf(elsewhere)).toBe('trusted');
    await writeFile(elsewhere, '{ }');
    expect(await again.stateOf(elsewhere)).toBe('restricted');
  });

  it('is given to what was shown alone', async () => {
    const shown = await trust.read(elsewhere);
    await writeFile(elsewhere, '{ "other": 1 }');
    await expect(trust.decide(elsewhere, 'trusted', shown?.digest)).rejects.toMatchObject({
      code: 'graph.changed-on-disk',
    });
    expect(await trust.stateOf(elsewhere)).toBe('restricted');
    await trust.decide(elsewhere, 'trusted', (await trust.read(elsewhere))?.digest);
    expect(await trust.stateOf(elsewhere)).toBe('trusted');
    expect(await trust.read(join(dir, 'missing.slipway.json'))).toBeUndefined();
  });

  it('can be withheld in an own folder, and survives a damaged file of decisions', async () => {
    const copy = join(own, 'copy.slipway.json');
    await writeFile(copy, '{}');
    await Promise.all([trust.decide(copy, 'restricted'), trust.decide(elsewhere, 'trusted')]);
    expect(await trust.stateOf(copy)).toBe('restricted');
    expect(await trust.stateOf(elsewhere)).toBe('trusted');
    await writeFile(join(dir, 'data', 'trust.json'), '[{');
    expect(await trust.stateOf(elsewhere)).toBe('restricted');
  });
});
