import { accessSync, constants, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { currentProcess } from '../compute/paths/process-identity.ts';
import { removeStaleTempFolders } from './directory-driver.ts';

/**
 * Where the system's folder for temporary files cannot be written, as with a read-only root, this process and those it
 * starts use one in `tmp` of the data directory, which the next process removes once this one is gone.
 */
export async function provideTemporaryFolder(dataDir: string): Promise<void> {
  if (canWrite(tmpdir()) || !canWrite(dataDir)) return;
  await removeStaleTempFolders(dataDir);
  const self = currentProcess();
  const folder = join(dataDir, 'tmp', `${self.pid}.${self.start}.system`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  process.env[process.platform === 'win32' ? 'TEMP' : 'TMPDIR'] = folder;
}

function canWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
