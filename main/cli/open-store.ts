import { createArtifactStore, type ArtifactStore } from '../store/artifact-store.ts';
import { resolveDataDir } from '../store/data-dir.ts';
import { openDatabase, type StoreDatabase } from '../store/database.ts';
import { createDirectoryDriver } from '../store/directory-driver.ts';
import type { CommandContext } from './command.ts';

export interface OpenStore {
  dataDir: string;
  database: StoreDatabase;
  artifacts: ArtifactStore;
}

/** What is stored, for commands that run nothing. */
export async function withStore<T>(context: CommandContext, use: (store: OpenStore) => Promise<T>): Promise<T> {
  const dataDir = resolveDataDir(context.dataDir);
  const database = openDatabase(dataDir);
  try {
    return await use({ dataDir, database, artifacts: createArtifactStore(createDirectoryDriver(dataDir)) });
  } finally {
    database.close();
  }
}
