import { randomUUID } from 'node:crypto';
import { closeSync, constants, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { copyFile, link, mkdir, open, readdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';

/**
 * Where a param says a file is to be written: absolute, links followed. Errors: `data.not-found` without a folder (unless
 * it is to be made), `data.unreadable` for a path that cannot be a file.
 */
export async function resolveTargetPath(path: string, baseDir: string, makeFolder: boolean): Promise<string> {
  if (path.trim() === '')
    throw new AppError('params.invalid', 'No file is named.', { fix: 'Set path.', details: { field: 'path' } });
  if (/^pkg:|^[a-z][a-z0-9+]*:\/\//i.test(path) || path.includes('\0') || /[/\\]$/.test(path)) {
    throw new AppError('data.unreadable', `${path} does not name a file that can be written.`, {
      fix: 'Give a path on this machine.',
      details: { field: 'path' },
    });
  }
  const literal = isAbsolute(path) ? resolve(path) : join(resolve(baseDir), path);
  const folder = dirname(literal);
  try {
    if (makeFolder) await mkdir(folder, { recursive: true });
    const real = join(await realpath(folder), basename(literal));
    const target = await realpath(real).catch(() => real);
    if (
      await stat(target).then(
        (found) => found.isDirectory(),
        () => false,
      )
    ) {
      throw new AppError('data.unreadable', `${path} is a folder.`, {
        fix: 'Name a file in it.',
        details: { field: 'path' },
      });
    }
    return target;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('data.not-found', `There is no folder ${folder} to write ${basename(literal)} into.`, {
      fix: 'Make the folder, or let the step make it.',
      details: { field: 'path' },
      cause: error,
    });
  }
}

/** Path of a temporary file beside the target, on the same disk. */
export function besideFile(target: string): string {
  return join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
}

/**
 * Puts a finished temporary file in the place of the target, durably and at once: after a loss of power there is either the
 * whole file from before or the whole new one, and from when this resolves the new one. On failure nothing is left of the
 * temporary file.
 */
export async function replaceFile(temporary: string, target: string): Promise<void> {
  try {
    await syncFile(temporary);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(target));
}

/** The same, for those who cannot wait. */
export function replaceFileSync(temporary: string, target: string): void {
  try {
    syncPath(temporary, syncFlags);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolderSync(dirname(target));
}

/**
 * Makes a file that is whole from its first moment, as durably as `replaceFile`. Errors: those of the disk, `EEXIST` where
 * there is one of that name; nothing is left of the new one then.
 */
export async function createFile(target: string, content: string, mode?: number): Promise<void> {
  const temporary = besideFile(target);
  try {
    await writeFile(temporary, content, { flag: 'wx', ...(mode === undefined ? {} : { mode }) });
    await syncFile(temporary);
    await link(temporary, target).catch(async (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
      // A file system without hard links.
      await copyFile(temporary, target, constants.COPYFILE_EXCL);
      await syncFile(target);
    });
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(dirname(target));
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, syncFlags);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Windows syncs only what is open for writing; elsewhere a file may be one that its owner only reads. */
const syncFlags = process.platform === 'win32' ? 'r+' : 'r';

/** All files of a folder without folders, and their names: before the folder is moved to where it is looked for. */
export async function syncFilesOf(folder: string): Promise<void> {
  const names = await readdir(folder);
  await Promise.all([...names.map((name) => syncFile(join(folder, name))), syncFolder(folder)]);
}

/** So that the names in a folder outlast a loss of power; where a system has no way to do that, as Windows, nothing. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

export function syncFolderSync(path: string): void {
  try {
    syncPath(path, 'r');
  } catch {
    // Windows has no way to sync a folder.
  }
}

function syncPath(path: string, flags: string): void {
  const file = openSync(path, flags);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
