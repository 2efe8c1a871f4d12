import { appendColumns, type ScalarColumn } from '../../../main/compute/duckdb/append-columns.ts';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { numberedParquetRelation } from '../../../main/compute/duckdb/numbered-relation.ts';
import { quoteIdentifier, quotePath } from '../../../main/compute/duckdb/quote.ts';
import { actualColumn, scoreColumn } from '../../../shared/model/report.ts';
import type { ModelManifest } from '../../../shared/model/signature.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import type { Predictions } from './predictions.ts';

const maxRows = 50_000;

/** Writes `reference-scores.parquet`. */
export async function writeReferenceScores(options: {
  manifest: ModelManifest;
  predictions: Predictions;
  table: InputArtifact;
  path: string;
  signal: AbortSignal;
}): Promise<void> {
  const { manifest, predictions, table, path, signal } = options;
  const { rows, scores, actual, ordinals } = predictions;
  const width = Math.max(1, manifest.classes.length);
  const kept = Math.min(rows, maxRows);
  const rowAt = (i: number) => Math.floor((i * rows) / kept);
  const column = (name: string, read: (row: number) => number): ScalarColumn => ({
    name,
    kind: 'number',
    values: Float64Array.from({ length: kept }, (_, i) => read(rowAt(i))),
  });
  await withDuckDb({ signal }, async (db) => {
    await appendColumns(db, 'scored', [
      column('ordinal', (row) => ordinals[row] as number),
      column(actualColumn, (row) => actual[row] as number),
      ...Array.from({ length: width }, (_, c) => column(scoreColumn(c), (row) => scores[row * width + c] as number)),
    ]);
    const source = numberedParquetRelation(table.path('data.parquet'), table.manifest.schema?.columns ?? []);
    const inputs = manifest.inputs.map(({ name }) => `source.${quoteIdentifier(name)}`);
    const scored = Array.from({ length: width }, (_, c) => `CAST(${quoteIdentifier(scoreColumn(c))} AS FLOAT)`).map(
      (expression, c) => `${expression} AS ${quoteIdentifier(scoreColumn(c))}`,
    );
    await db.run(
      `COPY (
        SELECT ${[...inputs, quoteIdentifier(actualColumn), ...scored].join(', ')}
        FROM scored JOIN ${source.relation} AS source ON source.${source.ordinal} = CAST(scored.ordinal AS BIGINT)
        ORDER BY scored.ordinal
      ) TO ${quotePath(path)} (FORMAT parquet, COMPRESSION zstd)`,
    );
  });
}
