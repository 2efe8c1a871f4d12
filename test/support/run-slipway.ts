import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repositoryRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export interface CommandResult {
  code: number | null;
  /** Every line of stdout as JSON; a line that is no JSON fails the parse. */
  lines: Record<string, unknown>[];
  last: Record<string, unknown>;
  stderr: string;
}

/** Runs `slipway ARGS --json --data-dir DIR` to its end. */
export function runSlipway(args: readonly string[], dataDir: string): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [join(repositoryRoot, 'main/cli/slipway.ts'), ...args, '--json', '--data-dir', dataDir],
      { cwd: repositoryRoot, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
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
