import { enableCompileCache, flushCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** How long after its start a process has loaded what it needs to be ready. */
const loadedAfterMs = 5_000;

/** A folder of this person's own: compiled code is run as it is found, so nobody else may write it. */
function codeCacheFolder(): string {
  const local = process.env['LOCALAPPDATA'];
  if (process.platform === 'win32' && local !== undefined) return join(local, 'slipway', 'code');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'slipway', 'code');
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'slipway', 'code');
}

/**
 * Keeps compiled code between starts, for this process and, by `NODE_COMPILE_CACHE`, the processes and threads it starts.
 * A process that finds its code compiled never loads the TypeScript compiler: 11 MiB less in each process and thread.
 * Where the folder cannot be written, everything works as without.
 */
export function enableCodeCache(): void {
  process.env['NODE_COMPILE_CACHE'] ??= codeCacheFolder();
  enableCompileCache(process.env['NODE_COMPILE_CACHE']);
  keepCompiledCode();
}

/** Writes what this process or thread has compiled, once it is up: one that is killed would not. */
export function keepCompiledCode(): void {
  setTimeout(flushCompileCache, loadedAfterMs).unref();
}
