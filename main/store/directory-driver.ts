import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ArtifactDriver, FileStat } from './artifact-driver.ts';
import { diskError } from './disk-error.ts';
import { currentProcess, isAlive } from '../compute/paths/process-identity.ts';
import { syncFilesOf, syncFolder } from '../compute/paths/replace-file.ts';

/** Keeps artifacts in a directory; temporary folders lie in `tmp/`, named after the process that made them. */
export function createDirectoryDriver(dir: string): ArtifactDriver {
  const root = resolve(dir);
  const self = currentProcess();
  const prefix = `${self.pid}.${self.start}.`;
  const at = (path: string) => join(root, path);
  const guarded = async <T>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      throw diskError(error, root);
    }
  };

  const readText = async (path: string): Promise<string | undefined> => {
    try {
      return await readFile(at(path), 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw diskError(error, root);
    }
  };
  const writeText = (path: string, text: string): Promise<void> =>
    guarded(async () => {
      const target = at(path);
      const temp = at(join('tmp', `${prefix}${randomUUID()}`));
      await mkdir(dirname(target), { recursive: true });
      await mkdir(dirname(temp), { recursive: true });
      const file = await open(temp, 'wx');
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temp, target);
    });

  return {
    uri: pathToFileURL(root).href,
    createTempFolder: () =>
      guarded(async () => {
        const folder = at(join('tmp', `${prefix}${randomUUID()}`));
        await mkdir(folder, { recursive: true });
        return folder;
      }),
    publishFolder: (localDir, path) =>
      guarded(async () => {
        const target = at(path);
        const made = await mkdir(dirname(target), { recursive: true });
        if (made !== undefined) await syncFolder(dirname(made));
        await syncFilesOf(localDir);
        try {
          await rename(localDir, target);
        } catch (error) {
          if (!isOccupied(error)) throw error;
          await rm(localDir, { recursive: true, force: true });
          return false;
        }
        await syncFolder(dirname(target));
        return true;
      }),
    localFolder: async (path) => ((await statOrNothing(at(path)))?.isDirectory() === true ? at(path) : undefined),
    statFile: async (path): Promise<FileStat | undefined> => {
      const found = await statOrNothing(at(path));
      return found === undefined || !found.isFile() ? undefined : { sizeBytes: found.size, modifiedMs: found.mtimeMs };
    },
    readText,
    writeText,
    updateText: async (path, change) => {
      await writeText(path, change(await readText(path)));
      // A registration lasts once it is answered. A step record that is lost is made again.
      await syncFolder(dirname(at(path)));
    },
    list: async (path) => {
      try {
        return (await readdir(at(path))).sort();
      } catch (error) {
        if (isMissing(error)) return [];
        throw diskError(error, root);
      }
    },
    remove: (path) =>
      guarded(async () => {
        // Out of sight first, so that no reader meets a folder half removed.
        const doomed = at(join('tmp', `${prefix}${randomUUID()}`));
        await mkdir(dirname(doomed), { recursive: true });
        try {
          await rename(at(path), doomed);
        } catch (error) {
          if (isMissing(error)) return;
          throw error;
        }
        await rm(doomed, { recursive: true, force: true });
      }),
  };
}

/** Removes what processes that are gone left in `tmp/`. */
export async function removeStaleTempFolders(dir: string): Promise<void> {
  const tmp = join(resolve(dir), 'tmp');
  let names: string[];
  try {
    names = await readdir(tmp);
  } catch (error) {
    if (isMissing(error)) return;
    throw diskError(error, dir);
  }
  for (const name of names) {
    const [pid, start] = name.split('.');
    if (pid === undefined || start === undefined || !/^\d+$/.test(pid)) continue;
    if (!isAlive({ pid: Number(pid), start })) await rm(join(tmp, name), { recursive: true, force: true });
  }
}

async function statOrNothing(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function isOccupied(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOTEMPTY' || code === 'EEXIST' || (process.platform === 'win32' && code === 'EPERM');
}
