import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Share of a core below which a thread counts as resting. */
const restingShare = 0.03;
/** Processor time after which there is something to collect again, in µs. */
const worthwhileMicros = 500_000;

/**
 * Collects all garbage of this isolate each time that its thread comes to rest, and gives the pages back. V8 collects
 * by allocation only: a process that has started and then waits keeps tens of MiB of what its start left behind.
 * Call it once in each long-lived process and worker thread; its timer keeps neither alive.
 */
export function giveBackMemoryAtRest(periodMs = 5_000): void {
  // Flags of Electron's own V8 are frozen; the desktop app runs its engine by a Node of its own.
  if (process.versions['electron'] !== undefined) return;
  // The collector is not reachable otherwise; the flag concerns contexts made after it only.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: object) => void;
  let atCollection = 0;
  let before = microsUsed();
  setInterval(() => {
    const now = microsUsed();
    const resting = now - before < periodMs * 1000 * restingShare;
    before = now;
    if (!resting || now - atCollection < worthwhileMicros) return;
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    before = microsUsed();
    atCollection = before;
  }, periodMs).unref();
}

/** Of this thread: collections of the others are nothing to collect, or many threads would keep each other at it. */
function microsUsed(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
