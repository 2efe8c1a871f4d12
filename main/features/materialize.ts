import type { FeatureView } from '../../shared/features/feature-view.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { InputArtifact } from '../../shared/node/runner.ts';
import { type DuckDb, type DuckDbOptions, withDuckDb } from '../compute/duckdb/connection.ts';
import { duckDbError } from '../compute/duckdb/duckdb-error.ts';
import { numberedParquetRelation } from '../compute/duckdb/numbered-relation.ts';
import { quoteIdentifier } from '../compute/duckdb/quote.ts';
import { type CellColumn, readCells } from '../compute/duckdb/read-cells.ts';
import { tableFile } from '../compute/duckdb/write-table.ts';
import { frontierQuery, keyNames } from '../compute/features/point-in-time-join.ts';
import { diskError } from '../store/disk-error.ts';
import { encodeEntityKey } from './entity-key.ts';
import { encodeFeatureRow } from './feature-row.ts';
import { layoutOf, type OnlineRow, type OnlineStore, type StoredView } from './online-store.ts';
import { viewOfArtifact } from './view-of-artifact.ts';

export interface MaterializeOptions {
  store: OnlineStore;
  /** The view artifact whose rows the online store shall give. */
  artifact: InputArtifact;
  /** Earlier artifacts of the view, to find what changed since; undefined when it is no longer there. */
  openArtifact(digest: string): Promise<InputArtifact | undefined>;
  /** Rows that can be an answer only before this time are left out. */
  nowUs: bigint;
  duckDb?: DuckDbOptions;
  /** After each batch that was written. */
  onBatch?: (rowsWritten: number) => void;
}

export interface MaterializeResult {
  view: string;
  digest: string;
  /** `unchanged`: it was there already. `update`: changed entities only. `fill`: all of them. */
  mode: 'unchanged' | 'update' | 'fill';
  rowsWritten: number;
}

/**
 * Brings the rows of a view artifact into the online store. An earlier artifact of the same layout is updated entity by
 * entity: only entities whose answer changed are written. Otherwise the view is filled anew beside the present one, which
 * is read until the new one is complete. Rows that were pushed stay. After a crash, running it again completes it: every
 * batch is one transaction, and writing a row twice is writing it once. Errors: `features.mismatch`,
 * `features.superseded`, `data.unreadable`, `run.cancelled`.
 */
export async function materialize(options: MaterializeOptions): Promise<MaterializeResult> {
  const { store, artifact, nowUs } = options;
  const view = viewOfArtifact(artifact);
  const { digest } = artifact;
  const active = store.find(view.name);
  if (active?.digest === digest && active.pendingDigest === null) {
    return { view: view.name, digest, mode: 'unchanged', rowsWritten: 0 };
  }
  const previous = active === undefined ? undefined : await updatable(options, active, view);
  try {
    return await withDuckDb(options.duckDb ?? {}, async (db) => {
      const rows = keptRows(view, artifact, nowUs);
      if (active !== undefined && previous !== undefined) {
        store.markPending(active.id, digest);
        const changed = changedRows(view, rows, keptRows(view, previous, nowUs));
        const rowsWritten = await writeRows(db, options, changed, { view, id: active.id, replace: true });
        store.finishUpdate(active.id, view, digest);
        return { view: view.name, digest, mode: 'update', rowsWritten };
      }
      const filling = store.startFilling(view, digest);
      store.deleteOrphans();
      const order = keyNames(view).join(', ');
      const all = `SELECT *, true AS present FROM (${rows}) ORDER BY ${order}, available_us`;
      const rowsWritten = await writeRows(db, options, all, { view, id: filling.id, replace: false });
      store.finishFilling(filling, digest, nowUs);
      store.deleteOrphans();
      return { view: view.name, digest, mode: 'fill', rowsWritten };
    });
  } catch (error) {
    throw duckDbError(diskError(error, store.dataDir), {
      code: 'data.unreadable',
      doing: `The view ${view.name} cannot be materialized`,
    });
  }
}

/** The artifact that the stored rows are from, if changes since then can be written over them. */
async function updatable(
  { openArtifact, artifact }: MaterializeOptions,
  active: StoredView,
  view: FeatureView,
): Promise<InputArtifact | undefined> {
  if (active.digest === null || layoutOf(active.view) !== layoutOf(view)) return undefined;
  // Some entities are already those of an artifact whose materialization broke off.
  if (active.pendingDigest !== null && active.pendingDigest !== artifact.digest) return undefined;
  const previous = await openArtifact(active.digest);
  if (previous === undefined) return undefined;
  return layoutOf(viewOfArtifact(previous)) === layoutOf(view) ? previous : undefined;
}

/** SELECT of the rows that are an answer at some time from now on: keys `k0 …`, times, and the features by name. */
function keptRows(view: FeatureView, artifact: InputArtifact, nowUs: bigint): string {
  const source = numberedParquetRelation(artifact.path(tableFile), artifact.manifest.schema?.columns ?? []);
  const keys = keyNames(view).join(', ');
  const features = view.features.map(({ name }, index) => `f.${quoteIdentifier(name)} AS f${index}`);
  const frontier = frontierQuery({ view, ...source }, { createdFilter: true });
  return `SELECT m.*, ${features.join(', ')} FROM (
    SELECT * FROM (${frontier})
    QUALIFY coalesce(lead(available_us) OVER (PARTITION BY ${keys} ORDER BY available_us) > ${nowUs}, true)) m
  JOIN ${source.relation} f ON m.ord = f.${source.ordinal}`;
}

/**
 * SELECT of all rows of the entities that differ between two artifacts, in the order of entities; an entity that has gone
 * has one row with `present` false.
 */
function changedRows(view: FeatureView, rows: string, before: string): string {
  const keys = keyNames(view).join(', ');
  return `WITH rows AS MATERIALIZED (${rows}), before AS MATERIALIZED (${before}),
  added AS (SELECT * EXCLUDE (ord) FROM rows EXCEPT SELECT * EXCLUDE (ord) FROM before),
  removed AS (SELECT * EXCLUDE (ord) FROM before EXCEPT SELECT * EXCLUDE (ord) FROM rows),
  entities AS (SELECT ${keys} FROM added UNION SELECT ${keys} FROM removed)
  SELECT *, event_us IS NOT NULL AS present FROM entities LEFT JOIN rows USING (${keys}) ORDER BY ${keys}, available_us`;
}

/** Writes the rows of a query (keys, times, `present`, features), chunk by chunk. */
async function writeRows(
  db: DuckDb,
  { store, nowUs, onBatch, duckDb }: MaterializeOptions,
  query: string,
  { view, id, replace }: { view: FeatureView; id: number; replace: boolean },
): Promise<number> {
  const types = view.keys.map(({ type }) => type);
  const keyCount = types.length;
  const columns: CellColumn[] = [
    // The keys are in their canonical form already: a time is its number of microseconds.
    ...types.map((type, index) => ({ name: `k${index}`, type: type === 'timestamp' ? ('int64' as const) : type })),
    { name: 'present', type: 'bool' },
    { name: 'event_us', type: 'int64' },
    { name: 'created_us', type: 'int64' },
    ...view.features.map(({ type, size }, index) => ({ name: `f${index}`, type, size })),
  ];
  let written = 0;
  let last: Buffer | undefined;
  for await (const { rows: count, cells } of readCells(db, query, columns)) {
    if (duckDb?.signal?.aborted) throw new AppError('run.cancelled', 'Cancelled.');
    const keys = cells.slice(0, keyCount);
    const values = cells.slice(keyCount + 3);
    const [present, event, created] = cells.slice(keyCount, keyCount + 3);
    const rows: OnlineRow[] = [];
    const replaced: Buffer[] = [];
    for (let row = 0; row < count; row++) {
      const entity = encodeEntityKey(
        types,
        keys.map((cell) => cell(row)),
      );
      if (entity === undefined) continue;
      if (replace && (last === undefined || !last.equals(entity))) replaced.push(entity);
      last = entity;
      if (present?.(row) !== true) continue;
      rows.push({
        entity,
        eventUs: event?.(row) as bigint,
        createdUs: created?.(row) as bigint,
        values: encodeFeatureRow(
          view.features,
          values.map((cell) => cell(row)),
        ),
      });
    }
    store.writeBatch(id, { replaced, rows }, nowUs);
    written += rows.length;
    onBatch?.(written);
  }
  return written;
}
