import { homedir } from 'node:os';
import { join } from 'node:path';

/** Folder of this person's own for what can be made again at any time: nobody else may write it. */
export function cacheFolder(name: string): string {
  const local = process.env['LOCALAPPDATA'];
  if (process.platform === 'win32' && local !== undefined) return join(local, 'slipway', name);
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'slipway', name);
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'slipway', name);
}
