import type { StoreDatabase } from './database.ts';
import { currentProcess, isAlive, type ProcessIdentity } from '../compute/paths/process-identity.ts';

/** Enters this process among the engines of a data directory and says which others use it. */
export function openEngineList(database: StoreDatabase): { notices: string[]; leave(): void } {
  const self = currentProcess();
  const remove = database.prepare('DELETE FROM engines WHERE pid = ? AND process_start = ?');
  const others = database.transaction((): ProcessIdentity[] => {
    const known = database
      .prepare<[], ProcessIdentity>('SELECT pid, process_start AS start FROM engines')
      .all()
      .filter(({ pid, start }) => pid !== self.pid || start !== self.start);
    for (const { pid, start } of known) if (!isAlive({ pid, start })) remove.run(pid, start);
    database
      .prepare('INSERT OR REPLACE INTO engines (pid, process_start, opened_ms) VALUES (?, ?, ?)')
      .run(self.pid, self.start, Date.now());
    return known.filter(isAlive);
  });
  const alive = others.immediate();
  const pids = alive.map(({ pid }) => pid).join(', ');
  return {
    notices:
      alive.length === 0
        ? []
        : [
            `Another engine (process ${pids}) uses this data directory too; both share results and see each other's runs.`,
          ],
    leave: () => {
      try {
        remove.run(self.pid, self.start);
      } catch {
        // A full disk: the next engine removes the entry of a process that is gone.
      }
    },
  };
}
