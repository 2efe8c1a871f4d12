import { tmpdir } from 'node:os';
import type { InputArtifact } from '../../shared/node/runner.ts';
import { suggestExpectations } from '../../nodes/data/expect/suggest.ts';
import { withDuckDb } from '../compute/duckdb/connection.ts';
import { duckDbError } from '../compute/duckdb/duckdb-error.ts';
import { tableFile } from '../compute/duckdb/write-table.ts';

/** Expectations that a table meets, as the params of `data.expect` write them. Errors: `data.unreadable`, `run.cancelled`. */
export async function inferContract(table: InputArtifact, signal?: AbortSignal): Promise<Record<string, unknown>[]> {
  const { schema, rowCount = 0 } = table.manifest;
  const options = { threads: 2, tempDir: tmpdir(), ...(signal === undefined ? {} : { signal }) };
  return withDuckDb(options, async (db) => {
    try {
      const found = await suggestExpectations(db, table.path(tableFile), schema?.columns ?? [], rowCount);
      return found.map(({ onBreak, ...expectation }) =>
        onBreak === 'default' ? expectation : { ...expectation, onBreak },
      );
    } catch (error) {
      throw duckDbError(error, { code: 'data.unreadable', doing: 'The table cannot be read' });
    }
  });
}
