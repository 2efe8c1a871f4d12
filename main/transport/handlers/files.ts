import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import { packageRoot } from '../../compute/paths/resolve-path.ts';
import { rpc } from '../rpc-base.ts';

/** Packages that carry sample data, shown as `pkg:NAME/…`. */
const samplePackages = { 'vega-datasets': 'data', mnist: 'src/digits' } as const;
/** A folder with more entries is cut; a picker is no file manager. */
const maxEntries = 2_000;

interface Entry {
  name: string;
  path: string;
  directory: boolean;
  sizeBytes: number;
}

export const filesHandlers = {
  list: rpc.files.list.handler(async ({ input }) => {
    const path = input.path ?? homedir();
    if (path === 'pkg:') {
      const entries = Object.keys(samplePackages).map((name) => folder(name, `pkg:${name}`));
      return { path, parent: homedir(), entries };
    }
    if (path.startsWith('pkg:')) return listSamples(path.slice('pkg:'.length), input.extensions);
    const full = resolve(path);
    const parent = dirname(full);
    const entries = await listFolder(full, input.extensions, (name) => join(full, name));
    return {
      path: full,
      parent: parent === full ? null : parent,
      entries: [folder('Sample data', 'pkg:'), ...entries],
    };
  }),
};

async function listSamples(name: string, extensions: readonly string[]) {
  const inside = Object.hasOwn(samplePackages, name) ? samplePackages[name as keyof typeof samplePackages] : undefined;
  if (inside === undefined) throw new AppError('data.not-found', `There are no sample data in ${name}.`);
  const entries = await listFolder(
    join(await packageRoot(name), inside),
    extensions,
    (file) => `pkg:${name}/${inside}/${file}`,
  );
  return { path: `pkg:${name}`, parent: 'pkg:', entries };
}

function folder(name: string, path: string): Entry {
  return { name, path, directory: true, sizeBytes: 0 };
}

async function listFolder(
  dir: string,
  extensions: readonly string[],
  pathOf: (name: string) => string,
): Promise<Entry[]> {
  let names: string[];
  try {
    names = await readdir(dir);
  } catch (error) {
    throw new AppError(
      'data.not-found',
      `The folder ${dir} cannot be read (${(error as NodeJS.ErrnoException).code}).`,
    );
  }
  const entries: Entry[] = [];
  for (const name of names.filter((entry) => !entry.startsWith('.')).slice(0, maxEntries)) {
    const info = await stat(join(dir, name)).catch(() => undefined);
    if (info === undefined) continue;
    const wanted = extensions.length === 0 || extensions.some((extension) => name.toLowerCase().endsWith(extension));
    if (info.isDirectory() || wanted) {
      entries.push({ name, path: pathOf(name), directory: info.isDirectory(), sizeBytes: info.size });
    }
  }
  return entries.toSorted((a, b) => Number(b.directory) - Number(a.directory) || a.name.localeCompare(b.name));
}
