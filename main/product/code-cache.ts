import { enableCompileCache, flushCompileCache } from 'node:module';
import { cacheFolder } from '../compute/paths/cache-folder.ts';

/** How long after its start a process has loaded what it needs to be ready. */
const loadedAfterMs = 5_000;

/**
 * Keeps compiled code between starts, for this process and, by `NODE_COMPILE_CACHE`, the processes and threads it starts.
 * A process that finds its code compiled never loads the TypeScript compiler: 11 MiB less in each process and thread.
 * Where the folder cannot be written, everything works as without.
 */
export function enableCodeCache(): void {
  process.env['NODE_COMPILE_CACHE'] ??= cacheFolder('code');
  enableCompileCache(process.env['NODE_COMPILE_CACHE']);
  keepCompiledCode();
}

/** Writes what this process or thread has compiled, once it is up: one that is killed would not. */
export function keepCompiledCode(): void {
  setTimeout(flushCompileCache, loadedAfterMs).unref();
}
