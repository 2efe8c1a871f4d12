import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * Runs a script of this folder in the interpreter named by SLIPWAY_PEERS_PYTHON and gives the JSON of its last line;
 * undefined, with the reason logged, when there is no interpreter or it lacks a package.
 */
export async function runPeer(script: string, args: readonly string[], log: (text: string) => void): Promise<unknown> {
  const python = process.env['SLIPWAY_PEERS_PYTHON'];
  if (python === undefined || python === '') {
    log('SLIPWAY_PEERS_PYTHON is not set: no comparison.');
    return undefined;
  }
  try {
    const { stdout } = await promisify(execFile)(python, [join(here, script), ...args], { maxBuffer: 2 ** 26 });
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  } catch (error) {
    log(`${script} failed in ${python}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
