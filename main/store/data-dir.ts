import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { AppError } from '../../shared/errors/app-error.ts';
import { makeFolders } from './make-folders.ts';

/** The data directory: the flag, else `SLIPWAY_DATA_DIR`, else the platform's own place. Absolute. */
export function resolveDataDir(flag: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  const named = flag ?? env['SLIPWAY_DATA_DIR'];
  if (named !== undefined && named !== '') return resolve(named);
  if (process.platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'Slipway');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Slipway');
  return join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'slipway');
}

/**
 * Makes the data directory when it is missing. Rows, logged requests and keys are for this user only; a directory that is
 * there keeps its permissions.
 */
export function makeDataDir(dataDir: string): void {
  try {
    makeFolders(dataDir, 0o700);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? cannotMake(dataDir, error) : error;
  }
}

function cannotMake(dataDir: string, cause: unknown): AppError {
  return new AppError('disk.read-only', `The data directory ${dataDir} cannot be made.`, {
    fix: 'Choose another with --data-dir or SLIPWAY_DATA_DIR.',
    cause,
  });
}
