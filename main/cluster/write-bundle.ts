import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../shared/errors/app-error.ts';
import { replaceFile } from '../compute/paths/replace-file.ts';
import { makeFolders } from '../store/make-folders.ts';
import type { Bundle } from './bundle.ts';

/** Writes the bundle's files below `dir`, each whole or not at all. Throws `disk.read-only` or `disk.full`. */
export async function writeBundle(bundle: Bundle, dir: string): Promise<void> {
  try {
    for (const file of bundle.files) {
      const path = join(dir, ...file.path.split('/'));
      makeFolders(dirname(path));
      await writeFile(`${path}.tmp`, file.bytes ?? file.text);
      await replaceFile(`${path}.tmp`, path);
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw new AppError(code === 'ENOSPC' ? 'disk.full' : 'disk.read-only', `Cannot write to ${dir} (${code}).`, {
      fix: 'Choose another folder with --out.',
      cause: error,
    });
  }
}
