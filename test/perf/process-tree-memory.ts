import { readdirSync, readFileSync } from 'node:fs';

/** Parent of every process, from /proc (Linux). */
function parents(): Map<number, number> {
  const found = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = readText(`/proc/${entry}/stat`);
    // The name in parentheses may itself hold spaces and parentheses.
    const parent = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    if (parent !== undefined) found.set(Number(entry), Number(parent));
  }
  return found;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** A process and all its descendants. */
export function processesOf(rootPid: number): number[] {
  const parentOf = parents();
  return [...parentOf.keys()].filter((pid) => {
    let ancestor: number | undefined = pid;
    while (ancestor !== undefined && ancestor !== rootPid && ancestor > 1) ancestor = parentOf.get(ancestor);
    return ancestor === rootPid;
  });
}

function kibibytes(text: string | undefined, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text ?? '')?.[1] ?? 0);
}

/** Resident memory in bytes of a process and all its descendants, summed; pages they share count for each. */
export function residentBytesOfTree(rootPid: number): number {
  return processesOf(rootPid).reduce((sum, pid) => sum + kibibytes(readText(`/proc/${pid}/status`), 'VmRSS') * 1024, 0);
}

/** Proportional set size in bytes, summed over the tree: a page shared by n processes counts 1/n for each. */
export function proportionalBytesOfTree(rootPid: number): number {
  return processesOf(rootPid).reduce(
    (sum, pid) => sum + kibibytes(readText(`/proc/${pid}/smaps_rollup`), 'Pss') * 1024,
    0,
  );
}

/**
 * Memory in bytes that no file on disk backs, summed over the tree: heaps, stacks and shared memory, also what is swapped
 * out; a page shared by n processes counts 1/n for each. Unlike the whole proportional set it does not change as other
 * programs on the machine load or leave the same libraries.
 */
export function anonymousBytesOfTree(rootPid: number): number {
  return processesOf(rootPid).reduce((sum, pid) => {
    const rollup = readText(`/proc/${pid}/smaps_rollup`);
    return sum + ['Pss_Anon', 'Pss_Shmem', 'SwapPss'].reduce((kib, field) => kib + kibibytes(rollup, field), 0) * 1024;
  }, 0);
}

/** Processor time in seconds the tree has used so far, at 100 ticks a second as Linux reports it. */
export function processorSecondsOfTree(rootPid: number): number {
  return processesOf(rootPid).reduce((sum, pid) => {
    const stat = readText(`/proc/${pid}/stat`) ?? '';
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    return sum + (Number(user) + Number(system)) / 100;
  }, 0);
}

/** Open file descriptors of a process and all its descendants. */
export function handlesOfTree(rootPid: number): number {
  return processesOf(rootPid).reduce((sum, pid) => {
    try {
      return sum + readdirSync(`/proc/${pid}/fd`).length;
    } catch {
      return sum;
    }
  }, 0);
}
