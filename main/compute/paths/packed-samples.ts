import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { AppError } from '../../../shared/errors/app-error.ts';
import { cacheFolder } from './cache-folder.ts';

const unzip = promisify(gunzip);
/** A sample that unpacks to more is none of ours. */
const maxBytes = 64 * 2 ** 20;

interface PackageManifest {
  version?: string;
  /** Folder of `NAME.gz` files, as the packaged app carries large sample data. */
  packed?: string;
}

/**
 * The folder of a package with its files as they are published. Large samples of the packaged app are compressed; they
 * are unpacked once, byte for byte, so that the steps that read them have the same keys everywhere.
 */
export async function unpackedPackage(root: string, name: string, cache = cacheFolder('samples')): Promise<string> {
  const manifest = await manifestOf(root);
  if (manifest.packed === undefined) return root;
  const target = join(cache, `${name.replaceAll('/', '-')}-${manifest.version ?? '0'}`);
  if (await isFolder(target)) return target;
  try {
    await mkdir(cache, { recursive: true });
    const partial = await mkdtemp(`${target}.`);
    await unpackAll(join(root, manifest.packed), join(partial, manifest.packed));
    // Whole or not at all; another process may have been faster.
    await rename(partial, target).catch(async (error: unknown) => {
      await rm(partial, { recursive: true, force: true });
      if (!(await isFolder(target))) throw error;
    });
  } catch (error) {
    throw new AppError('data.unreadable', `The samples of ${name} cannot be unpacked into ${cache}.`, {
      fix: 'Free some space there, or point XDG_CACHE_HOME to a folder that may be written.',
      cause: error,
    });
  }
  return target;
}

async function unpackAll(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const file of await readdir(from)) {
    const bytes = await unzip(await readFile(join(from, file)), { maxOutputLength: maxBytes });
    const path = join(to, file.replace(/\.gz$/, ''));
    await writeFile(path, bytes, { flush: true });
  }
}

async function manifestOf(root: string): Promise<PackageManifest> {
  try {
    return JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as PackageManifest;
  } catch {
    return {};
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
