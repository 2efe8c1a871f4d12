import { readFileSync } from 'node:fs';

/** A process, told apart from later ones with the same id by its start time where the system gives it. */
export interface ProcessIdentity {
  pid: number;
  /** Opaque; empty where unknown. */
  start: string;
}

export function currentProcess(): ProcessIdentity {
  return { pid: process.pid, start: startOf(process.pid) ?? '' };
}

export function isAlive({ pid, start }: ProcessIdentity): boolean {
  if (!exists(pid)) return false;
  const now = startOf(pid);
  return start === '' || now === undefined || now === start;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, but under another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Start time in clock ticks since boot (field 22 of /proc/PID/stat); undefined on systems without /proc. */
export function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; field 3 is the state.
    return fields[0] === 'Z' ? 'ended' : fields[19];
  } catch {
    return undefined;
  }
}
