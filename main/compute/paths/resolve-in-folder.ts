import { AppError } from '../../../shared/errors/app-error.ts';
import { resolveDataPath } from './resolve-path.ts';

/**
 * The file a path names, or the first of `names` in the folder it names. Errors: those of `resolveDataPath`; a folder
 * without any of them is `data.not-found`.
 */
export async function resolveInFolder(path: string, baseDir: string, names: readonly string[]): Promise<string> {
  const folder = path.replace(/[/\\]+$/, '');
  for (const name of folder === '' ? [] : names) {
    const file = await resolveDataPath(`${folder}/${name}`, baseDir).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'data.not-found') return undefined;
      throw error;
    });
    if (file !== undefined) return file;
  }
  return resolveDataPath(path, baseDir).catch((error: unknown) => {
    if (!(error instanceof AppError) || !error.message.includes('is a folder')) throw error;
    throw new AppError('data.not-found', `The folder ${path} has none of ${names.join(', ')}.`, {
      fix: 'Choose the folder that save_pretrained wrote, or one file.',
    });
  });
}
