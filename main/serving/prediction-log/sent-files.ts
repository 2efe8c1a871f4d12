import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Beside the files of a log: names of those that were sent on. */
export const sentFile = 'uploaded.json';

/** Names of the files of a log's folder that were sent on; none where no mark can be read. */
export function sentFilesIn(dir: string): Set<string> {
  try {
    const value: unknown = JSON.parse(readFileSync(join(dir, sentFile), 'utf8'));
    return new Set(Array.isArray(value) ? value.map(String) : []);
  } catch {
    return new Set();
  }
}
