import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { withDuckDb } from '../../main/compute/duckdb/connection.ts';
import { readTablePage } from '../../main/compute/duckdb/page.ts';
import { tableFile, writeTable } from '../../main/compute/duckdb/write-table.ts';
import type { ArtifactDraft, InputArtifact } from '../../shared/node/runner.ts';
import { asInput } from '../fixtures/step-context.ts';

/** The rows of a query as the input of a step. */
export async function tableArtifact(dir: string, query: string): Promise<InputArtifact> {
  mkdirSync(dir, { recursive: true });
  const workDir = mkdtempSync(join(dir, 'table-'));
  return asInput(await withDuckDb({ threads: 2 }, (db) => writeTable(db, query, { workDir })));
}

/** Column names, then the first rows of a table that a step gave. */
export async function tableRows(draft: ArtifactDraft | undefined, limit = 50): Promise<unknown[][]> {
  const columns = draft?.schema?.columns ?? [];
  const names = columns.map(({ name }) => name);
  if (draft?.rowCount === 0) return [names];
  const page = await readTablePage(draft?.files[tableFile] ?? '', columns, { offset: 0, limit });
  return [names, ...page.rows];
}
