import { fileURLToPath } from 'node:url';
import { AppError } from '../../shared/errors/app-error.ts';

/** Folder of a store URI `file:///FOLDER`. Throws `cli.usage` for other schemes. */
export function storeFolder(uri: string): string {
  if (uri.startsWith('file://')) return fileURLToPath(uri);
  throw new AppError('cli.usage', `The store ${uri} is not supported.`, { fix: 'Use file:///FOLDER.' });
}
