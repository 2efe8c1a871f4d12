import { totalmem } from 'node:os';

/** Memory this process may use, in bytes: that of the machine, or less where a container or service is limited. */
export function machineMemoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
