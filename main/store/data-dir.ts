import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

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
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
}
