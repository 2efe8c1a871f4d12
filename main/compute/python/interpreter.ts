import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../../shared/errors/app-error.ts';

const describeScript = fileURLToPath(new URL('./describe.py', import.meta.url));
const describeTimeoutMs = 20_000;
/** A burst of plans asks once. */
const rememberedMs = 5000;
const remembered = new Map<string, { digest: Promise<string>; untilMs: number }>();

/** The Python program: the param (a path from the graph's folder, or a name to find), SLIPWAY_PYTHON, or python3. */
export function interpreterOf(param: string, baseDir: string): string {
  const named = param.trim() || process.env['SLIPWAY_PYTHON'] || (process.platform === 'win32' ? 'python' : 'python3');
  return /[/\\]/.test(named) && !isAbsolute(named) ? join(baseDir, named) : named;
}

/** What Python sees of this process: enough to start, and no secrets. */
export function pythonEnvironment(): NodeJS.ProcessEnv {
  const kept = [
    'PATH',
    'HOME',
    'USER',
    'LANG',
    'LC_ALL',
    'TZ',
    'TMPDIR',
    'TEMP',
    'TMP',
    'SYSTEMROOT',
    'LD_LIBRARY_PATH',
  ];
  const own = kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  return {
    ...(Object.fromEntries(own) as NodeJS.ProcessEnv),
    PYTHONHASHSEED: '0',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONNOUSERSITE: '1',
    PYTHONUTF8: '1',
  };
}

/** SHA-256 of the version of an interpreter and the packages it has. Errors: `environment.missing`, `run.cancelled`. */
export function environmentDigest(interpreter: string, signal: AbortSignal): Promise<string> {
  const known = remembered.get(interpreter);
  if (known !== undefined && known.untilMs > Date.now()) return orCancelled(known.digest, signal);
  const digest = describe(interpreter);
  remembered.set(interpreter, { digest, untilMs: Date.now() + rememberedMs });
  digest.catch(() => remembered.delete(interpreter));
  return orCancelled(digest, signal);
}

/** Others wait for the same: a cancel ends the wait, and not what is waited for. */
function orCancelled<T>(shared: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = () => reject(new AppError('run.cancelled', 'Cancelled.'));
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    void shared.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancel));
  });
}

function describe(interpreter: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env: pythonEnvironment(), timeout: describeTimeoutMs, maxBuffer: 16 * 2 ** 20 };
    execFile(interpreter, [describeScript], options, (error, stdout, stderr) => {
      if (error === null) resolve(createHash('sha256').update(stdout).digest('hex'));
      else reject(notUsable(interpreter, stderr.trim().split('\n').at(-1) || error.message, error));
    });
  });
}

/** Errors: `environment.missing`. */
export function notUsable(interpreter: string, text: string, cause: unknown): AppError {
  const missing = cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'EACCES');
  return new AppError(
    'environment.missing',
    missing ? `There is no Python program ${interpreter}.` : `${interpreter} does not start: ${text.slice(0, 300)}.`,
    {
      fix: 'Set interpreter to a Python program with pyarrow, or the variable SLIPWAY_PYTHON before starting Slipway.',
      details: { field: 'interpreter' },
      cause,
    },
  );
}
