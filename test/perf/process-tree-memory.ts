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

/** Resident memory in bytes of a process and all its descendants, summed; pages they share count for each. */
export function residentBytesOfTree(rootPid: number): number {
  const parentOf = parents();
  let total = 0;
  for (const pid of parentOf.keys()) {
    let ancestor: number | undefined = pid;
    while (ancestor !== undefined && ancestor !== rootPid && ancestor > 1) ancestor = parentOf.get(ancestor);
    if (ancestor !== rootPid) continue;
    const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(readText(`/proc/${pid}/status`) ?? '')?.[1];
    total += Number(kibibytes ?? 0) * 1024;
  }
  return total;
}
