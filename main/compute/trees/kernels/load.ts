import { execFile } from 'node:child_process';
import { access, constants, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { AppError } from '../../../../shared/errors/app-error.ts';

const assembly = fileURLToPath(new URL('./assembly/', import.meta.url));
const build = fileURLToPath(new URL('./build.mjs', import.meta.url));
const built = fileURLToPath(new URL('../../../../dist/kernels/trees.wasm', import.meta.url));

/**
 * The compiled kernels. They are compiled from `assembly/` in a child process when `dist/kernels/trees.wasm` is missing
 * or older than its sources, so that a checkout works without a build step (about 2 s, once).
 * Errors: `environment.missing` when they are absent and cannot be compiled.
 */
export async function loadKernels(): Promise<WebAssembly.Module> {
  const newest = await newestSourceMs();
  if ((await modifiedMs(built)) >= newest) return WebAssembly.compile(await readFile(built));
  const target = (await canWrite(join(built, '..')))
    ? built
    : join(tmpdir(), `slipway-kernels-${Math.trunc(newest)}.wasm`);
  if ((await modifiedMs(target)) < newest) await compile(target);
  return WebAssembly.compile(await readFile(target));
}

async function compile(target: string): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, [build, target], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      timeout: 120_000,
    });
  } catch (cause) {
    throw new AppError('environment.missing', `The tree kernels cannot be compiled: ${reason(cause)}`, {
      fix: 'Install the packages with npm ci, or build once with npm run build.',
      cause,
    });
  }
}

function reason(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.split('\n').slice(0, 4).join(' ');
}

/** Unix ms of the newest kernel source; 0 in a package that carries only the compiled kernels. */
async function newestSourceMs(): Promise<number> {
  try {
    const names = await readdir(assembly);
    const sources = [build, ...names.map((name) => join(assembly, name))];
    return Math.max(...(await Promise.all(sources.map(modifiedMs))));
  } catch {
    return 0;
  }
}

/** −1 for a file that is not there. */
async function modifiedMs(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return -1;
  }
}

async function canWrite(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
