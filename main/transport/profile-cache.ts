import { tmpdir } from 'node:os';
import type { InputArtifact } from '../../shared/node/runner.ts';
import type { ColumnProfile, TableCorrelation } from '../../shared/rpc/engine-contract.ts';
import type { Column } from '../../shared/table/schema.ts';
import { correlateTable, profileTable } from '../compute/duckdb/profile.ts';
import { type SharedWork, startSharedWork } from '../compute/duckdb/shared-work.ts';
import { tableFile } from '../compute/duckdb/write-table.ts';

const capacity = 100;
/** The engine has other work: a profile spills rather than take more. */
const memoryBytes = 2 ** 29;

export interface ProfileRequest {
  /** All rows of a large table instead of a sample. */
  exact?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * What is known of tables, by digest: the content of a digest never changes, so it is computed once. What nobody waits
 * for any more is given up.
 */
export interface ProfileCache {
  profile(table: InputArtifact, request?: ProfileRequest): Promise<ColumnProfile[]>;
  correlation(table: InputArtifact, request?: ProfileRequest): Promise<TableCorrelation>;
}

export function createProfileCache(): ProfileCache {
  const profiles = createCache<ColumnProfile[]>((path, columns, exact, signal) =>
    profileTable(path, columns, {
      threads: 2,
      memoryBytes,
      tempDir: tmpdir(),
      signal,
      ...(exact ? { exactUpToRows: Number.MAX_SAFE_INTEGER } : {}),
    }),
  );
  const correlations = createCache<TableCorrelation>((path, columns, exact, signal) =>
    correlateTable(path, columns, { threads: 2, memoryBytes, tempDir: tmpdir(), signal, exact }),
  );
  return { profile: profiles, correlation: correlations };
}

function createCache<T>(
  compute: (path: string, columns: readonly Column[], exact: boolean, signal: AbortSignal) => Promise<T>,
) {
  const known = new Map<string, SharedWork<T>>();
  return (table: InputArtifact, { exact = false, signal }: ProfileRequest = {}): Promise<T> => {
    const key = `${table.digest}/${exact}`;
    const found = known.get(key);
    if (found !== undefined) return found.wait(signal);
    const forget = () => {
      if (known.get(key) === work) known.delete(key);
    };
    const work = startSharedWork(async (stop) => {
      try {
        return await compute(table.path(tableFile), table.manifest.schema?.columns ?? [], exact, stop);
      } catch (error) {
        forget();
        throw error;
      }
    }, forget);
    known.set(key, work);
    const [oldest] = known.keys();
    if (known.size > capacity && oldest !== undefined) known.delete(oldest);
    return work.wait(signal);
  };
}
