import { randomUUID } from 'node:crypto';
import { mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
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

/** Puts a finished temporary file in the place of the target, durably and at once; on failure nothing is left of it. */
export async function replaceFile(temporary: string, target: string): Promise<void> {
  try {
    const file = await open(temporary, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  // Windows has no way to sync a folder.
  const folder = await open(dirname(target), 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}
