import { tmpdir } from 'node:os';
import type { InputArtifact } from '../../shared/node/runner.ts';
import type { ColumnProfile } from '../../shared/rpc/engine-contract.ts';
import { profileTable } from '../compute/duckdb/profile.ts';
import { tableFile } from '../compute/duckdb/write-table.ts';

const capacity = 100;

/** Profiles by table digest: the content of a digest never changes, so a profile is computed once. */
export interface ProfileCache {
  profile(table: InputArtifact): Promise<ColumnProfile[]>;
}

export function createProfileCache(): ProfileCache {
  const known = new Map<string, Promise<ColumnProfile[]>>();
  return {
    profile(table) {
      const found = known.get(table.digest);
      if (found !== undefined) return found;
      const columns = table.manifest.schema?.columns ?? [];
      const started = profileTable(table.path(tableFile), columns, { threads: 2, tempDir: tmpdir() });
      known.set(table.digest, started);
      started.catch(() => known.delete(table.digest));
      const [oldest] = known.keys();
      if (known.size > capacity && oldest !== undefined) known.delete(oldest);
      return started;
    },
  };
}
