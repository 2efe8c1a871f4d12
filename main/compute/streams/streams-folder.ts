import { join } from 'node:path';

/** Folder of a data directory that holds one folder per stream. */
export function streamsFolder(dataDir: string): string {
  return join(dataDir, 'streams');
}
