import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LibraryGroup } from '../../shared/graph/library-group.ts';
import { createGroupLibrary, type GroupLibrary } from './group-library.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

let dir: string;
let library: GroupLibrary;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-library-'));
  library = createGroupLibrary(dir);
});
afterEach(() => removeFolder(dir));

const content = (path: string, title = 'Prepare'): LibraryGroup => ({
  group: 'prep',
  groups: {
    prep: {
      title,
      nodes: { file: { kind: 'data.file', version: 1, params: { path } } },
      edges: [],
      inputs: {},
      outputs: {},
    },
  },
});

it('keeps every version of a group, and makes none of the same steps', async () => {
  expect(await library.list()).toEqual([]);
  expect(await library.save('prep', content('a'))).toEqual({ name: 'prep', version: 1 });
  expect(await library.save('prep', content('a', 'Another title'))).toEqual({ name: 'prep', version: 1 });
  expect(await library.save('prep', content('b'))).toEqual({ name: 'prep', version: 2 });
  expect(await library.list()).toMatchObject([
    { name: 'prep', title: 'Prepare', versions: [{ version: 1 }, { version: 2 }] },
  ]);
  expect(await library.get('prep')).toEqual({ name: 'prep', version: 2, content: content('b') });
  expect((await library.get('prep', 1)).content).toEqual(content('a'));
});

it('gives each of those who save at once a version of its own', async () => {
  const others = ['a', 'b', 'c', 'd', 'e'].map((path) => createGroupLibrary(dir).save('prep', content(path)));
  const versions = (await Promise.all(others)).map(({ version }) => version);
  expect(versions.toSorted()).toEqual([1, 2, 3, 4, 5]);
});

it('names what is not there or no group, and takes no path for a name', async () => {
  await expect(library.get('none')).rejects.toMatchObject({ code: 'graph.not-found' });
  await library.save('prep', content('a'));
  await expect(library.get('prep', 7)).rejects.toMatchObject({ code: 'graph.not-found' });
  await writeFile(join(dir, 'groups', 'prep', '2.json'), '{"group":');
  await expect(library.get('prep')).rejects.toMatchObject({ code: 'graph.invalid' });
  expect(await library.list()).toEqual([]);
  expect(await library.save('prep', content('a'))).toEqual({ name: 'prep', version: 3 });
  expect((await library.get('prep')).content).toEqual(content('a'));
  await expect(library.save('../out', content('a'))).rejects.toThrow();
});
