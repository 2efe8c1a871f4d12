import { glob, readdir, realpath, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import { nearMisses } from '../../../shared/text/near-misses.ts';
import { unpackedPackage } from './packed-samples.ts';

const packagePrefix = 'pkg:';
const packageName = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;
const globCharacters = /[*?[{]/;
const usualMostFiles = 10_000;

/**
 * The files a data path names: an absolute path, one relative to `baseDir`, `pkg:NAME/file` inside an installed npm
 * package, or a glob of these (`*`, `**`, `?`, `[ab]`, `{a,b}`). Absolute, sorted, at least one; a name that exists is
 * taken as it is even when it looks like a glob. Errors: `data.not-found` with near misses.
 */
export async function resolveDataPaths(path: string, baseDir: string, mostFiles = usualMostFiles): Promise<string[]> {
  if (path.trim() === '') {
    throw new AppError('data.not-found', 'No file is chosen.', { fix: 'Set path to a file.' });
  }
  if (/^[a-z][a-z0-9+]*:\/\//i.test(path)) {
    throw new AppError('data.not-found', `${path} is not a path on this machine.`, {
      fix: 'Download it and give the path of the file.',
    });
  }
  const inPackage = path.startsWith(packagePrefix) ? await packageFile(path) : undefined;
  const root = inPackage?.root ?? resolve(baseDir);
  const name = inPackage?.file ?? path;
  const literal = isAbsolute(name) ? name : join(root, name);
  const kind = await kindOf(literal);
  if (kind === 'file') return [await contained(literal, inPackage, path)];
  if (kind === 'folder') {
    throw new AppError('data.not-found', `${path} is a folder, not a file.`, {
      fix: `Name a file in it, or several with a glob such as ${path.replace(/[/\\]$/, '')}/*.parquet.`,
    });
  }
  if (!globCharacters.test(name)) throw await notFound(path, literal);
  const found: string[] = [];
  for await (const entry of glob(name, { cwd: root })) {
    const file = resolve(root, entry);
    if ((await kindOf(file)) !== 'file') continue;
    found.push(await contained(file, inPackage, path));
    if (found.length > mostFiles) {
      throw new AppError('data.unreadable', `${path} matches more than ${mostFiles} files.`, {
        fix: 'Make the pattern narrower.',
      });
    }
  }
  if (found.length === 0) {
    throw new AppError('data.not-found', `No file matches ${path}.`, {
      fix: `Check the pattern; it starts from ${inPackage === undefined ? root : `the package ${inPackage.name}`}.`,
    });
  }
  return found.sort();
}

/** The one file a path names; a path to several is an error. */
export async function resolveDataPath(path: string, baseDir: string): Promise<string> {
  const [file, ...others] = await resolveDataPaths(path, baseDir);
  if (file === undefined || others.length > 0) {
    throw new AppError('data.not-found', `${path} names ${others.length + 1} files where one is expected.`, {
      fix: 'Name a single file.',
    });
  }
  return file;
}

interface PackageFile {
  name: string;
  root: string;
  file: string;
}

async function packageFile(path: string): Promise<PackageFile> {
  const rest = path.slice(packagePrefix.length);
  const parts = rest.split('/');
  const name = rest.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
  const file = rest.slice(name.length + 1);
  if (!packageName.test(name) || file === '') {
    throw new AppError('data.not-found', `${path} does not name a file of a package.`, {
      fix: 'Write it as pkg:NAME/path, for example pkg:vega-datasets/data/airports.csv.',
    });
  }
  if (isAbsolute(file) || file.split(/[/\\]/).includes('..')) throw escapes(path);
  return { name, root: await packageRoot(name, path), file };
}

/** Folder of an installed package, with its files as they are published. Errors: `data.not-found`. */
export async function packageRoot(name: string, path = `pkg:${name}`): Promise<string> {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    const root = join(folder, name);
    if ((await kindOf(root)) === 'folder') return realpath(await unpackedPackage(root, name));
  }
  throw new AppError('data.not-found', `The package ${name} is not installed with Slipway (${path}).`, {
    fix: 'Give the path of a file on this machine instead.',
  });
}

/** The file, unless its real place is outside the package it was named in. */
async function contained(file: string, inPackage: PackageFile | undefined, path: string): Promise<string> {
  if (inPackage === undefined) return file;
  const real = await realpath(file);
  const within = relative(inPackage.root, real);
  if (within.startsWith(`..${sep}`) || within === '..' || isAbsolute(within)) throw escapes(path);
  return real;
}

function escapes(path: string): AppError {
  return new AppError('data.not-found', `${path} leads out of its package.`, {
    fix: 'A pkg: path names a file inside the package; use a plain path for other files.',
  });
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    const stats = await stat(path);
    return stats.isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') {
      throw new AppError('data.unreadable', `${path} may not be read.`, {
        fix: 'Give this user permission to read it.',
        cause: error,
      });
    }
    return undefined;
  }
}

async function notFound(path: string, literal: string): Promise<AppError> {
  const folder = dirname(literal);
  let names: string[];
  try {
    names = await readdir(folder);
  } catch {
    return new AppError('data.not-found', `${path} does not exist: there is no folder ${folder}.`, {
      fix: 'Check the path; relative paths start from the folder of the graph file.',
    });
  }
  const near = nearMisses(basename(literal), names);
  return new AppError('data.not-found', `${path} does not exist (looked for ${literal}).`, {
    fix:
      near.length === 0
        ? 'Check the path; relative paths start from the folder of the graph file.'
        : `Did you mean ${near.join(' or ')}?`,
    details: { path: literal, near },
  });
}
