import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const repositoryRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export interface CommandResult {
  code: number | null;
  /** Every line of stdout as JSON; a line that is no JSON fails the parse. */
  lines: Record<string, unknown>[];
  last: Record<string, unknown>;
  stderr: string;
}

/** Runs `slipway ARGS --json --data-dir DIR` to its end, or asks it to end after `limitMs`. */
export function runSlipway(
  args: readonly string[],
  dataDir: string,
  env: Record<string, string> = {},
  limitMs?: number,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [join(repositoryRoot, 'main/cli/slipway.ts'), ...args, '--json', '--data-dir', dataDir],
      { cwd: repositoryRoot, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env }, timeout: limitMs },
    );
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      try {
        const lines = stdout
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as Record<string, unknown>);
        resolve({ code, lines, last: lines.at(-1) ?? {}, stderr });
      } catch (error) {
        reject(new Error(`stdout is not JSON lines: ${stdout.slice(0, 400)}`, { cause: error }));
      }
    });
  });
}

export interface RunningServer {
  /** Of HTTP. */
  url: string;
  stop(): Promise<void>;
}

/** Starts `slipway ARGS`, which serves, and waits for `endpoint.ready`. */
export function startSlipway(
  args: readonly string[],
  dataDir: string,
  env: Record<string, string> = {},
): Promise<RunningServer> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [join(repositoryRoot, 'main/cli/slipway.ts'), ...args, '--json', '--data-dir', dataDir],
      { cwd: repositoryRoot, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
    );
    const ended = new Promise<void>((done) => {
      child.on('close', () => done());
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.includes('"endpoint.ready"')) return;
      const { http } = JSON.parse(line) as { http: string };
      resolve({
        url: http,
        stop: async () => {
          child.kill('SIGTERM');
          await ended;
        },
      });
    });
    child.on('error', reject);
    child.on('close', (code) => reject(new Error(`slipway ${args.join(' ')} ended with ${code}: ${stderr}`)));
  });
}
