import { homedir } from 'node:os';
import { join } from 'node:path';

/** Folder of this person's own for what they decided: nobody else may write it, and nothing makes it again. */
export function configFolder(name: string): string {
  const local = process.env['LOCALAPPDATA'];
  if (process.platform === 'win32' && local !== undefined) return join(local, 'Slipway', 'config', name);
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Preferences', 'slipway', name);
  return join(process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'slipway', name);
}
