import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const largestBytes = 5 * 1024 * 1024;

export interface ShellLog {
  readonly path: string;
  write(text: string): void;
}

/**
 * `engine.log` in the logs folder; at 5 MiB it becomes `engine.1.log`, which is replaced by the next one. What cannot be
 * written, as on a full disk, is left out: the app must not end for it.
 */
export function openShellLog(folder: string): ShellLog {
  const path = join(folder, 'engine.log');
  return {
    path,
    write(text) {
      const line = `${new Date().toISOString()} ${text}\n`;
      try {
        mkdirSync(folder, { recursive: true });
        const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
        if (size > largestBytes) renameSync(path, join(folder, 'engine.1.log'));
        appendFileSync(path, line);
      } catch (error) {
        process.stderr.write(`${line}The log cannot be written: ${String(error)}\n`);
      }
    },
  };
}
