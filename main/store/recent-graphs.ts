import type { z } from 'zod';
import type { graphEntrySchema } from '../../shared/rpc/engine-contract.ts';
import type { StoreDatabase } from './database.ts';

export type GraphEntry = z.infer<typeof graphEntrySchema>;

/** Graph files opened or saved through this data directory. */
export interface RecentGraphs {
  remember(entry: GraphEntry): void;
  forget(path: string): void;
  /** Latest opened first. */
  list(): GraphEntry[];
}

interface GraphRow {
  path: string;
  graph_id: string;
  name: string;
  modified_ms: number;
}

export function createRecentGraphs(database: StoreDatabase): RecentGraphs {
  const upsert = database.prepare(
    `INSERT INTO graphs (path, graph_id, name, modified_ms, opened_ms) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (path) DO UPDATE SET graph_id = excluded.graph_id, name = excluded.name,
       modified_ms = excluded.modified_ms, opened_ms = excluded.opened_ms`,
  );
  const remove = database.prepare('DELETE FROM graphs WHERE path = ?');
  const all = database.prepare<[], GraphRow>('SELECT * FROM graphs ORDER BY opened_ms DESC, path LIMIT 200');
  return {
    remember: ({ path, id, name, modifiedMs }) => {
      upsert.run(path, id, name, modifiedMs, Date.now());
    },
    forget: (path) => {
      remove.run(path);
    },
    list: () =>
      all.all().map((row) => ({ path: row.path, id: row.graph_id, name: row.name, modifiedMs: row.modified_ms })),
  };
}
