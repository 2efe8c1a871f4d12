import { AppError } from '../../shared/errors/app-error.ts';

const wayOut = 'choose another with --data-dir or SLIPWAY_DATA_DIR.';

/** A file system or SQLite failure in the data directory as an AppError; other errors come back unchanged. */
export function diskError(error: unknown, dataDir: string): unknown {
  const code = errorCode(error);
  if (code === undefined) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL') {
    return new AppError('disk.full', `The disk of the data directory ${dataDir} is full.`, {
      fix: `Free some space (slipway artifacts gc removes unused results), or ${wayOut}`,
      cause: error,
    });
  }
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM' || code.startsWith('SQLITE_READONLY')) {
    return new AppError('disk.read-only', `The data directory ${dataDir} cannot be written.`, {
      fix: `Allow this user to write it, or ${wayOut}`,
      cause: error,
    });
  }
  if (code === 'ENOTDIR' || code === 'EEXIST' || code === 'SQLITE_CANTOPEN') {
    return new AppError('store.open', `The data directory ${dataDir} cannot be used: ${messageOf(error)}.`, {
      fix: `Make it a folder, or ${wayOut}`,
      cause: error,
    });
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return new AppError('store.open', `The database in ${dataDir} is damaged: ${messageOf(error)}.`, {
      fix: `Move slipway.db away to start a new one (artifacts stay usable), or ${wayOut}`,
      cause: error,
    });
  }
  if (code === 'SQLITE_BUSY' || code === 'SQLITE_LOCKED') {
    return new AppError('store.open', `The database in ${dataDir} is held by another program.`, {
      fix: `Close the program that holds it, or ${wayOut}`,
      cause: error,
    });
  }
  return error;
}

function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || error instanceof AppError) return undefined;
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
