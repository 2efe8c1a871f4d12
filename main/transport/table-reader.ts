import type { InputArtifact } from '../../shared/node/runner.ts';
import type { ColumnProfile, TablePage } from '../../shared/rpc/engine-contract.ts';

export interface PageQuery {
  offset: number;
  limit: number;
  sort?: { column: string; descending: boolean } | undefined;
  filter?: { column: string; contains: string }[] | undefined;
}

/** Pages and profiles of table artifacts. */
export interface TableReader {
  page(table: InputArtifact, query: PageQuery, signal: AbortSignal | undefined): Promise<TablePage>;
  profile(table: InputArtifact, signal: AbortSignal | undefined): Promise<ColumnProfile[]>;
}
