import { AppError } from '../../shared/errors/app-error.ts';
import type { InputArtifact } from '../../shared/node/runner.ts';
import type { FeatureHistory } from '../../shared/rpc/feature-schemas.ts';
import { parquetRelation, withDuckDb } from '../compute/duckdb/connection.ts';
import { quoteIdentifier } from '../compute/duckdb/quote.ts';
import { tableFile } from '../compute/duckdb/write-table.ts';
import { viewOfArtifact } from './view-of-artifact.ts';

const mostSpans = 60;
const memoryBytes = 2 ** 29;

/**
 * How the values of one feature of a view artifact have changed over its event times. Errors: `features.not-found`,
 * `features.mismatch`, `run.cancelled`.
 */
export async function featureHistory(
  artifact: InputArtifact,
  name: string,
  signal: AbortSignal | undefined,
): Promise<FeatureHistory> {
  const view = viewOfArtifact(artifact);
  const feature = view.features.find((candidate) => candidate.name === name);
  if (feature === undefined) {
    throw new AppError('features.not-found', `The view ${view.name} has no feature “${name}”.`, {
      fix: `It has ${view.features.map((candidate) => candidate.name).join(', ')}.`,
    });
  }
  const column = quoteIdentifier(name);
  const isNumber = feature.type === 'float64' || feature.type === 'int64' || feature.type === 'bool';
  const number = isNumber ? `CAST(${column} AS DOUBLE)` : 'CAST(NULL AS DOUBLE)';
  const usable = isNumber ? `${column} IS NOT NULL AND isfinite(${number})` : `${column} IS NOT NULL`;
  const event = `epoch_ms(CAST(${quoteIdentifier(view.eventTimestamp)} AS TIMESTAMP))`;
  const rows = `(SELECT ${event} AS event_ms, ${number} AS x, ${usable} AS present, CAST(${column} AS VARCHAR) AS v
    FROM ${parquetRelation(artifact.path(tableFile), artifact.manifest.schema?.columns)} WHERE ${event} IS NOT NULL)`;
  const options = { threads: 1, memoryBytes, ...(signal === undefined ? {} : { signal }) };
  const found = await withDuckDb(options, (db) =>
    db.rows(
      `WITH ends AS (SELECT min(event_ms) AS first_ms, max(event_ms) AS last_ms FROM ${rows}),
       spans AS (SELECT *, least(${mostSpans - 1}, (event_ms - first_ms) * ${mostSpans} // greatest(1, last_ms - first_ms)) AS span FROM ${rows}, ends)
       SELECT CAST(any_value(first_ms) + span * (any_value(last_ms) - any_value(first_ms)) / ${mostSpans} AS DOUBLE) AS from_ms,
         CAST(count(*) AS DOUBLE) AS n, CAST(count(*) FILTER (present) AS DOUBLE) AS present,
         quantile_cont(x, [0.1, 0.5, 0.9]) FILTER (present) AS q, CAST(approx_count_distinct(v) AS DOUBLE) AS different
       FROM spans GROUP BY span ORDER BY span`,
    ),
  );
  return {
    spans: found.map((row) => {
      const [low, middle, high] = Array.isArray(row['q']) ? row['q'].map(Number) : [];
      const count = Number(row['n']);
      return {
        fromMs: Number(row['from_ms']),
        rows: count,
        missing: (count - Number(row['present'])) / count,
        low: low ?? null,
        middle: middle ?? null,
        high: high ?? null,
        distinct: Number(row['different']),
      };
    }),
  };
}
