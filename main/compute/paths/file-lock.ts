import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeSync } from 'node:fs';

/**
 * Takes the lock that the file `path` stands for, whoever else of this machine wants it: the way to give it back, or
 * undefined while another has it. One older than `staleMs` was left by a process that has ended, which its id would
 * not tell where containers share the folder; one of those who want it then takes it over. Errors: those of the file
 * system, where the file cannot be made.
 */
export function takeFileLock(path: string, staleMs: number): (() => void) | undefined {
  const token = randomUUID();
  if (!create(path, token) && !(isStale(path, staleMs) && takeOver(path, token, staleMs))) return undefined;
  return () => {
    // Who slept for too long has lost it to another.
    if (isOf(path, token)) rmSync(path, { force: true });
  };
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

/**
 * To remove a lock that was found old could remove the new one of who was quicker. So one at a time may make the file
 * that takes its place at once; whoever finds its file gone has not got the lock.
 */
function takeOver(path: string, token: string, staleMs: number): boolean {
  const next = `${path}.next`;
  if (!create(next, token)) {
    // Of a process that ended at this very place: the way is free for the next try.
    if (isStale(next, staleMs)) rmSync(next, { force: true });
    return false;
  }
  if (!isStale(path, staleMs)) {
    rmSync(next, { force: true });
    return false;
  }
  try {
    renameSync(next, path);
  } catch {
    return false;
  }
  return isOf(path, token);
}

/** False where there is one. */
function create(path: string, token: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  try {
    writeSync(file, token);
  } catch {
    // On a full disk a lock is an empty file.
  } finally {
    closeSync(file);
  }
  return true;
}

function isStale(path: string, staleMs: number): boolean {
  const takenMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  // In either direction, since clocks jump.
  return takenMs !== undefined && Math.abs(Date.now() - takenMs) > staleMs;
}

function isOf(path: string, token: string): boolean {
  try {
    const found = readFileSync(path, 'utf8');
    return found === token || found === '';
  } catch {
    return false;
  }
}
