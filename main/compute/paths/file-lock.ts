import { closeSync, openSync, rmSync, statSync, utimesSync } from 'node:fs';

/**
 * Takes the lock that the file `path` stands for, whoever else of this machine wants it: the way to give it back, or
 * undefined while another has it. One older than `staleMs` was left by a process that has ended, which its id would
 * not tell where containers share the folder. Errors: those of the file system, where the file cannot be made.
 */
export function takeFileLock(path: string, staleMs: number): (() => void) | undefined {
  const takenMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  // In either direction, since clocks jump.
  if (takenMs !== undefined && Math.abs(Date.now() - takenMs) > staleMs) rmSync(path, { force: true });
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  }
  return () => rmSync(path, { force: true });
}

/** The same for work that may take longer than `staleMs`: the file is kept young until the lock is given back. */
export function holdFileLock(path: string, staleMs: number): (() => void) | undefined {
  const release = takeFileLock(path, staleMs);
  if (release === undefined) return undefined;
  const timer = setInterval(() => {
    try {
      utimesSync(path, new Date(), new Date());
    } catch {
      // Another has taken it while this process slept, and is done: that must not end the process.
    }
  }, staleMs / 4).unref();
  return () => {
    clearInterval(timer);
    release();
  };
}
