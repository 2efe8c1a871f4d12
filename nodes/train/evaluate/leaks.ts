import { numberedParquetRelation } from '../../../main/compute/duckdb/numbered-relation.ts';
import { parquetRelation, withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { quoteIdentifier } from '../../../main/compute/duckdb/quote.ts';
import { type ColumnValues, readColumns } from '../../../main/compute/duckdb/read-columns.ts';
import { countSharedRows } from '../../../main/compute/duckdb/shared-rows.ts';
import {
  type CheckedFeature,
  type CheckedLabel,
  futureTimes,
  labelKnowers,
  rowsInBoth,
} from '../../../main/compute/stats/leak-checks.ts';
import { joinedViewsOf } from '../../../shared/features/joined-view.ts';
import { actualColumn, type LeakFinding } from '../../../shared/model/report.ts';
import {
  type InputColumn,
  MISSING_STRING,
  MISSING_TIMESTAMP,
  type ModelManifest,
} from '../../../shared/model/signature.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';

/** Rows that both tables may share are looked for among this many held-out rows. */
const sharedSampleRows = 50_000;
/** Where more of the held-out rows are alike among themselves, equal rows in both tables mean nothing. */
const uniqueShare = 0.9;

/**
 * Signs that training knows what it cannot know when the model serves: inputs that tell the label alone, times after that
 * of their row, held-out rows that are training rows too. `scoresPath` is the file of `writeReferenceScores`.
 */
export async function findLeaks(options: {
  manifest: ModelManifest;
  /** Held-out rows. */
  table: InputArtifact;
  /** Rows the model learnt from; undefined when no longer stored. */
  training: InputArtifact | undefined;
  scoresPath: string;
  signal: AbortSignal;
}): Promise<LeakFinding[]> {
  const { manifest, table, training, scoresPath, signal } = options;
  const columns = await sampledColumns(scoresPath, manifest, signal);
  const features = columns.flatMap((column) => checkedFeature(column) ?? []);
  const future = await timesAfterRow(manifest, table, signal);
  const shared = training === undefined ? undefined : await sharedRows(table, training, signal);
  return [...labelKnowers(features, labelOf(columns, manifest)), ...future, ...(shared === undefined ? [] : [shared])];
}

async function sampledColumns(path: string, manifest: ModelManifest, signal: AbortSignal): Promise<ColumnValues[]> {
  const wanted: InputColumn[] = [
    ...manifest.inputs.filter(({ type }) => type !== 'tensor'),
    { name: actualColumn, type: 'float64' },
  ];
  for await (const { columns } of readColumns(path, wanted, { chunkRows: 2 ** 20, signal })) return columns;
  return [];
}

function labelOf(columns: readonly ColumnValues[], { task, classes }: ModelManifest): CheckedLabel {
  const column = columns.find(({ name }) => name === actualColumn);
  const numbers = column?.kind === 'number' ? column.values : new Float64Array(0);
  return task === 'regression' ? { numbers } : { classes: Int32Array.from(numbers), count: classes.length };
}

/** Texts are numbered in their order. */
function checkedFeature(column: ColumnValues): CheckedFeature | undefined {
  const { name } = column;
  if (name === actualColumn) return undefined;
  switch (column.kind) {
    case 'number':
      return { name, values: column.values };
    case 'timestamp':
      return {
        name,
        values: Float64Array.from(column.values, (time) => (time === MISSING_TIMESTAMP ? Number.NaN : Number(time))),
      };
    case 'string': {
      const codes = new Map([...new Set(column.values)].toSorted().map((text, code) => [text, code]));
      const values = Float64Array.from(column.values, (text) =>
        text === MISSING_STRING ? Number.NaN : (codes.get(text) ?? 0),
      );
      return { name, values };
    }
    case 'tensor':
      return undefined;
  }
}

/** Joined features are as of the time of their row; a time among the inputs that lies after it was not known then. */
async function timesAfterRow(
  manifest: ModelManifest,
  table: InputArtifact,
  signal: AbortSignal,
): Promise<LeakFinding[]> {
  const rowTime = joinedViewsOf(table.manifest.meta).find(({ timestamp }) => timestamp !== undefined)?.timestamp;
  const times = manifest.inputs.filter(({ name, type }) => type === 'timestamp' && name !== rowTime);
  const present = new Set(table.manifest.schema?.columns.map(({ name }) => name));
  if (rowTime === undefined || times.length === 0 || !present.has(rowTime)) return [];
  const wanted: InputColumn[] = [{ name: rowTime, type: 'timestamp' }, ...times];
  const options = { chunkRows: 2 ** 17, limit: 2 ** 17, signal };
  for await (const { columns } of readColumns(table.path('data.parquet'), wanted, options)) {
    const [rows, ...others] = columns.map(({ values }) => values as BigInt64Array);
    return others.flatMap(
      (values, index) => futureTimes(times[index]?.name ?? '', values, rows as BigInt64Array, MISSING_TIMESTAMP) ?? [],
    );
  }
  return [];
}

async function sharedRows(
  table: InputArtifact,
  training: InputArtifact,
  signal: AbortSignal,
): Promise<LeakFinding | undefined> {
  if (table.digest === training.digest) return undefined;
  const known = new Set(training.manifest.schema?.columns.map(({ name }) => name));
  const columns = (table.manifest.schema?.columns ?? []).flatMap(({ name }) => (known.has(name) ? name : []));
  if (columns.length === 0) return undefined;
  return withDuckDb({ signal }, async (db) => {
    const { relation, ordinal } = numberedParquetRelation(
      table.path('data.parquet'),
      table.manifest.schema?.columns ?? [],
    );
    const total = table.manifest.rowCount ?? 0;
    const step = Math.max(1, Math.ceil(total / sharedSampleRows));
    const names = columns.map(quoteIdentifier).join(', ');
    await db.run(`CREATE TABLE sample AS SELECT ${names} FROM ${relation} WHERE ${ordinal} % ${step} = 0`);
    const [counted] = await db.rows(
      `SELECT CAST(count(*) AS DOUBLE) AS n, CAST((SELECT count(*) FROM (SELECT DISTINCT * FROM sample)) AS DOUBLE) AS d FROM sample`,
    );
    const rows = Number(counted?.['n'] ?? 0);
    if (Number(counted?.['d'] ?? 0) < uniqueShare * rows) return undefined;
    const among = parquetRelation(training.path('data.parquet'), training.manifest.schema?.columns);
    return rowsInBoth(await countSharedRows(db, 'sample', among, columns), rows);
  });
}
