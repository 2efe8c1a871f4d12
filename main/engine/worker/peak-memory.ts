import { readFileSync, writeFileSync } from 'node:fs';

/** Starts a new measurement of the largest resident set of this process (Linux; elsewhere nothing happens). */
export function resetPeakMemory(): void {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Not allowed in this sandbox: the peak is then that of the process since its start.
  }
}

/** Bytes; null where the system does not tell. */
export function readPeakMemory(): number | null {
  if (process.platform !== 'linux') return null;
  const match = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return match === null ? null : Number(match[1]) * 1024;
}
