import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Folder of what the nodes that watch endpoints keep between two starts: `GRAPH/NODE` below it. */
function monitorsFolder(dataDir: string): string {
  return join(dataDir, 'monitoring');
}

/** File of what one monitor remembers. */
export function monitorMemoryPath(dataDir: string, graphId: string, nodeId: string): string {
  return join(monitorsFolder(dataDir), graphId, nodeId, 'state.json');
}

/** Monitors that remember something, as `GRAPH/NODE`. */
export function watchedMonitors(dataDir: string): string[] {
  const foldersIn = (dir: string): string[] => {
    try {
      return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
    } catch {
      // No endpoint has run here yet.
      return [];
    }
  };
  const root = monitorsFolder(dataDir);
  return foldersIn(root).flatMap((graphId) =>
    foldersIn(join(root, graphId))
      .filter((nodeId) => existsSync(monitorMemoryPath(dataDir, graphId, nodeId)))
      .map((nodeId) => `${graphId}/${nodeId}`),
  );
}
