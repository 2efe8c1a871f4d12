import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { AppError } from '../../shared/errors/app-error.ts';
import { holdFileLock } from '../compute/paths/file-lock.ts';
import { workerNode } from '../product/worker-node.ts';

/** ONNX Runtime's own script fetches the libraries, which are too large for the npm registry, from nuget.org. */
function installScript(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
    // In a packaged app its files lie beside the archive.
    const script = join(dirname(manifest).replace(/app\.asar([/\\])/, 'app.asar.unpacked$1'), 'script', 'install.js');
    return existsSync(script) ? script : undefined;
  } catch {
    return undefined;
  }
}

/** Why the libraries cannot be fetched into this installation; undefined where they can. */
export function whyNoCuda(): string | undefined {
  const machine = `${process.platform}/${process.arch}`;
  if (machine !== 'linux/x64') {
    return `There is no CUDA package for ${machine}; WebGPU, DirectML (Windows) and Core ML (macOS) need no download.`;
  }
  const script = installScript();
  if (script === undefined)
    return 'This installation cannot fetch them; one from source can, with npm run gpu:install.';
  const folder = dirname(dirname(script));
  try {
    accessSync(folder, constants.W_OK);
    return undefined;
  } catch {
    return `${folder} cannot be written.`;
  }
}

/**
 * Fetches ONNX Runtime's CUDA libraries, several hundred MB, into this installation; processes started from then on find
 * them. Yields lines that tell how far it is. Errors: `environment.missing` with the reason, `run.cancelled`.
 */
export async function* installCuda(signal: AbortSignal | undefined): AsyncGenerator<string, void, undefined> {
  const script = installScript();
  const why = whyNoCuda();
  if (script === undefined || why !== undefined) {
    throw new AppError('environment.missing', `The CUDA libraries cannot be installed. ${why ?? ''}`);
  }
  const release = holdFileLock(join(dirname(script), 'slipway-install.lock'), staleLockMs);
  if (release === undefined) {
    throw new AppError('environment.missing', 'The CUDA libraries are being installed by another window or command.', {
      fix: 'Wait until it has ended.',
    });
  }
  const child = spawn(workerNode(), [script, '--onnxruntime-node-install=cuda12'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const cancel = () => child.kill();
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted === true) cancel();
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-keptErrorChars);
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  try {
    for await (const line of createInterface({ input: child.stdout })) yield line;
    const code = await ended;
    if (signal?.aborted === true) throw new AppError('run.cancelled', 'The download was cancelled.');
    if (code !== 0) {
      throw new AppError('environment.missing', `The CUDA libraries could not be fetched: ${errors.trim()}`, {
        fix: 'Check that nuget.org can be reached; everything else works as before.',
      });
    }
  } finally {
    signal?.removeEventListener('abort', cancel);
    // Whoever read the lines may have gone before the end.
    child.kill();
    release();
  }
}

const keptErrorChars = 500;
const staleLockMs = 60_000;
