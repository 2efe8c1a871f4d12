import { join } from 'node:path';
import type { FeatureView, KeyType } from '../../../shared/features/feature-view.ts';
import { type DuckDb, parquetRelation } from '../duckdb/connection.ts';
import type { NumberedRelation } from '../duckdb/numbered-relation.ts';
import { quoteIdentifier, quotePath } from '../duckdb/quote.ts';
import { ttlMicros, withinTtlSql } from './ttl.ts';

/** The rows of a feature view. Later ordinals win ties. */
export interface ViewRows extends NumberedRelation {
  view: FeatureView;
}

/** The rows that ask for features: each names an entity and a time. */
export interface EntityRows extends NumberedRelation {
  /** Column with the time of the row: features are those known then. */
  timestamp: string;
  /** Column per key of the view; a key that is not named has a column of its own name. */
  keyColumns: Readonly<Record<string, string>>;
}

export interface PointInTimeOptions {
  /**
   * Whether a row counts only from its created time on. Off, a row that was corrected later gives its corrected value to
   * earlier times too: the future leaks in. It says nothing for views without a created time.
   */
  createdFilter: boolean;
}

/** After and before every time in microseconds. */
const endOfTime = '9223372036854775807';
const beforeTime = '(-9223372036854775808)';

/** BIGINT microseconds since the epoch (UTC); NULL for a missing or infinite time. */
function micros(column: string): string {
  return `epoch_us(CAST(${quoteIdentifier(column)} AS TIMESTAMP))`;
}

/** A key column in the one form of its type. */
export function keyExpression(column: string, type: KeyType): string {
  switch (type) {
    case 'bool':
      return `CAST(${quoteIdentifier(column)} AS BOOLEAN)`;
    case 'int64':
      return `CAST(${quoteIdentifier(column)} AS BIGINT)`;
    case 'string':
      return `CAST(${quoteIdentifier(column)} AS VARCHAR)`;
    case 'timestamp':
      return micros(column);
  }
}

/** Select items `k0`, `k1` … ; an entity-less view has one key that is the same everywhere. */
function keyItems(view: FeatureView, columnOf: (key: string) => string): string[] {
  if (view.keys.length === 0) return ['0 AS k0'];
  return view.keys.map((key, index) => `${keyExpression(columnOf(key.name), key.type)} AS k${index}`);
}

/** Names of the key columns of `frontierQuery`. */
export function keyNames(view: FeatureView): string[] {
  return Array.from({ length: Math.max(1, view.keys.length) }, (_, index) => `k${index}`);
}

/**
 * SELECT of the rows of a view that are the answer at some time: `k0 …`, `event_us`, `created_us` (the event time where
 * the view has no created time), `available_us` and `ord`. A row is available once it has happened and is known, and of
 * the available rows the highest by (event, created, ordinal) is the answer. So a row that is not available before a
 * higher one never is; without those, the answer at a time is the row of the latest availability, which is what an ASOF
 * join finds in n log n. Rows without key or event time, or that are never known, are left out.
 */
export function frontierQuery({ view, relation, ordinal }: ViewRows, { createdFilter }: PointInTimeOptions): string {
  const event = micros(view.eventTimestamp);
  const created = view.createdTimestamp === null ? event : micros(view.createdTimestamp);
  const rows = `SELECT ${keyItems(view, (key) => key).join(', ')}, ${event} AS event_us, ${created} AS created_us, ${ordinal} AS ord FROM ${relation}`;
  const available = createdFilter ? 'greatest(event_us, created_us)' : 'event_us';
  const required = [...keyNames(view), 'event_us', ...(createdFilter ? ['created_us'] : [])];
  return `SELECT *, ${available} AS available_us FROM (${rows})
WHERE ${required.map((column) => `${column} IS NOT NULL`).join(' AND ')}
QUALIFY available_us < coalesce(min(available_us) OVER (PARTITION BY ${keyNames(view).join(', ')}
  ORDER BY event_us DESC, created_us DESC NULLS LAST, ord DESC
  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), ${endOfTime})`;
}

/**
 * SELECT with one row per entity row, in no order: `entity` (its ordinal), `feature` (ordinal of the row of the view that
 * is the answer; NULL where there is none), `event_us` of it, and `fresh`: whether it is within its time-to-live.
 */
export function matchQuery(entities: EntityRows, source: ViewRows, options: PointInTimeOptions): string {
  const { view } = source;
  const columnOf = (key: string) => entities.keyColumns[key] ?? key;
  const complete = keyNames(view).map((key) => `${key} IS NOT NULL AND `);
  // Trap: DuckDB's ASOF join takes a missing time for the latest one, and missing keys after the first for equal.
  const asking = `SELECT * REPLACE (CASE WHEN ${complete.join('')}at_us IS NOT NULL THEN at_us ELSE ${beforeTime} END AS at_us)
    FROM (SELECT ${keyItems(view, columnOf).join(', ')}, ${micros(entities.timestamp)} AS at_us, ${entities.ordinal} AS ord FROM ${entities.relation})`;
  const keys = keyNames(view).map((key) => `e.${key} = g.${key}`);
  const fresh = withinTtlSql({ event: 'g.event_us', asOf: 'e.at_us' }, ttlMicros(view));
  // If the answer has expired, so have all older rows: looking at its age afterwards is exact.
  return `SELECT e.ord AS entity, g.ord AS feature, g.event_us AS event_us, ${fresh} AS fresh
FROM (${asking}) e ASOF LEFT JOIN (${frontierQuery(source, options)}) g
ON ${keys.join(' AND ')} AND e.at_us >= g.available_us`;
}

/** Rows per row group of kept features: read side by side, views take as little memory as they have columns. */
const keptRows = 20_480;

/** One view to join, and the names its features get. */
export interface JoinedView {
  entities: EntityRows;
  source: ViewRows;
  /** Feature → column of the result. */
  outputNames: Readonly<Record<string, string>>;
}

/**
 * Joins views to entity rows, as of the time of each row: a SELECT of the rows of `base` (in their order, all columns)
 * followed by the features, NULL where there is none. Views are joined one after the other, so that at most one is in
 * memory; what they give is kept in files of `folder`, else in tables of this database. `base` is a FROM item with the entity rows
 * in the order of their ordinals, without the ordinal.
 */
export async function joinPointInTime(
  db: DuckDb,
  base: string,
  views: readonly JoinedView[],
  options: PointInTimeOptions & { folder?: string; onView?: (done: number) => void },
): Promise<string> {
  const { folder } = options;
  const tables: string[] = [];
  for (const { entities, source, outputNames } of views) {
    const table = quoteIdentifier(`features of view ${tables.length}`);
    const { view, relation, ordinal } = source;
    const items = view.features.map(
      ({ name }) => `f.${quoteIdentifier(name)} AS ${quoteIdentifier(outputNames[name] ?? name)}`,
    );
    const found = `SELECT ${items.join(', ')}
FROM (SELECT entity, CASE WHEN fresh THEN feature END AS feature FROM (${matchQuery(entities, source, options)})) m
LEFT JOIN ${relation} f ON m.feature = f.${ordinal} ORDER BY m.entity`;
    if (folder === undefined) {
      await db.run(`CREATE TABLE ${table} AS ${found}`);
      tables.push(table);
    } else {
      const path = join(folder, `view-${tables.length}.parquet`);
      const columns = await db.columnsOf(found);
      await db.run(`COPY (${found}) TO ${quotePath(path)} (FORMAT parquet, ROW_GROUP_SIZE ${keptRows})`);
      tables.push(parquetRelation(path, columns));
    }
    options.onView?.(tables.length);
  }
  return `SELECT * FROM ${[base, ...tables].join(' POSITIONAL JOIN ')}`;
}

/**
 * SELECT of the distinct entities of a view with an event between two times (both included), ordered by their keys:
 * columns named as the keys, and `timestamp` with the end. For a join without a label table.
 */
export function entitiesInRange(
  { view, relation }: ViewRows,
  range: { startUs: bigint; endUs: bigint; timestamp: string },
): string {
  const event = micros(view.eventTimestamp);
  const keys = view.keys.map(({ name }) => quoteIdentifier(name));
  const complete = keys.map((key) => ` AND ${key} IS NOT NULL`).join('');
  const found = `FROM ${relation} WHERE ${event} BETWEEN ${range.startUs} AND ${range.endUs}${complete}`;
  const end = `make_timestamp(${range.endUs}) AS ${quoteIdentifier(range.timestamp)}`;
  if (keys.length === 0) return `SELECT ${end} FROM (SELECT 1 ${found} LIMIT 1)`;
  return `SELECT ${keys.join(', ')}, ${end} FROM (SELECT DISTINCT ${keys.join(', ')} ${found}) ORDER BY ${keys.join(', ')}`;
}
