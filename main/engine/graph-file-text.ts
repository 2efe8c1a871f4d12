import { readFile, stat } from 'node:fs/promises';
import { AppError } from '../../shared/errors/app-error.ts';

const largestBytes = 32 * 1024 * 1024;

/** Text of a graph file, without a byte order mark. Throws `graph.not-found` or `graph.too-large`, naming the file. */
export async function readGraphFileText(path: string): Promise<string> {
  try {
    const info = await stat(path);
    // A device or a pipe would be read without end.
    if (!info.isFile()) throw notReadable(path, info.isDirectory() ? 'is a folder' : 'is no file');
    if (info.size <= largestBytes) return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof AppError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw notReadable(path, code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`, error);
  }
  throw new AppError('graph.too-large', `The graph file ${path} is larger than 32 MiB.`, {
    fix: 'Keep data in files that the graph refers to, not in the graph itself.',
  });
}

function notReadable(path: string, what: string, cause?: unknown): AppError {
  return new AppError('graph.not-found', `The graph file ${path} ${what}.`, {
    fix: 'Check the path, or list the samples with slipway templates list.',
    cause,
  });
}
