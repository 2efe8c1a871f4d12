import type { StoreDatabase } from './database.ts';

/** The results that pinned nodes keep. */
export interface Pins {
  /** Key of the kept result. */
  get(graphId: string, nodeId: string): string | undefined;
  set(graphId: string, nodeId: string, key: string): void;
  /** Lets go of what nodes of a graph kept that are not among `pinned`. */
  release(graphId: string, pinned: ReadonlySet<string>): void;
  keys(): string[];
}

export function createPins(database: StoreDatabase): Pins {
  const one = database.prepare<[string, string], { key: string }>(
    'SELECT key FROM pins WHERE graph_id = ? AND node_id = ?',
  );
  const upsert = database.prepare(
    'INSERT INTO pins (graph_id, node_id, key) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET key = excluded.key',
  );
  const ofGraph = database.prepare<[string], { node_id: string }>('SELECT node_id FROM pins WHERE graph_id = ?');
  const remove = database.prepare('DELETE FROM pins WHERE graph_id = ? AND node_id = ?');
  const all = database.prepare<[], { key: string }>('SELECT DISTINCT key FROM pins');
  const get = (graphId: string, nodeId: string) => one.get(graphId, nodeId)?.key;
  return {
    get,
    set: (graphId, nodeId, key) => {
      if (get(graphId, nodeId) !== key) upsert.run(graphId, nodeId, key);
    },
    release: (graphId, pinned) => {
      for (const { node_id } of ofGraph.all(graphId)) if (!pinned.has(node_id)) remove.run(graphId, node_id);
    },
    keys: () => all.all().map(({ key }) => key),
  };
}
