import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A dump is some MiB large. */
const mostReports = 10;

export interface CrashReport {
  path: string;
  /** Unix ms. */
  timeMs: number;
}

/** Reports that Crashpad has written below a folder, newest first; it keeps them in folders of its own by their state. */
export function listCrashReports(folder: string): CrashReport[] {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith('.dmp'))
    .flatMap((name) => {
      const path = join(folder, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat === undefined ? [] : [{ path, timeMs: stat.mtimeMs }];
    })
    .sort((a, b) => b.timeMs - a.timeMs);
}

/** Removes all but the newest reports, with what Crashpad notes beside them. */
export function removeOldCrashReports(folder: string): void {
  for (const { path } of listCrashReports(folder).slice(mostReports)) {
    for (const file of [path, path.replace(/\.dmp$/, '.meta')]) rmSync(file, { force: true });
  }
}
