import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AppError } from '../../shared/errors/app-error.ts';

export interface GraphFile {
  path: string;
  /** Folder that relative paths in the graph start from. */
  baseDir: string;
  text: string;
}

/** Reads the graph file named on the command line. Throws `graph.not-found` or `cli.usage`. */
export async function readGraphFile(path: string | undefined): Promise<GraphFile> {
  if (path === undefined) {
    throw new AppError('cli.usage', 'No graph file was given.', { fix: 'Name a NAME.slipway.json file.' });
  }
  const full = resolve(path);
  try {
    return { path: full, baseDir: dirname(full), text: await readFile(full, 'utf8') };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const what = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
    throw new AppError('graph.not-found', `The graph file ${path} ${what}.`, {
      fix: 'Check the path, or list the samples with: slipway templates list',
      cause: error,
    });
  }
}
