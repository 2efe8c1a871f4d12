import type { TableSchema } from '../../shared/table/schema.ts';
import type { DatasetVersion } from '../../shared/rpc/dataset-schemas.ts';
import type { StoreDatabase } from './database.ts';

/** A read of a source: what came out, and the step that read it. */
export interface SourceRead {
  /** Same source, same id. */
  dataset: string;
  digest: string;
  kind: string;
  location: string;
  schema: TableSchema;
  rowCount: number;
  sizeBytes: number;
  key: string;
  graphId: string;
  nodeId: string;
  runId: string;
}

/** What was read from outside, one version per content a source had. */
export interface DatasetVersions {
  /** A new version when the source has not had this content before; else the time of its last read. */
  record(read: SourceRead): void;
  /** Newest version first; of all sources, the most recently read first. */
  list(dataset?: string): DatasetVersion[];
  /** Versions whose content has this digest, or one that begins so. */
  byDigest(digest: string): DatasetVersion[];
}

interface VersionRow {
  dataset: string;
  number: number;
  digest: string;
  kind: string;
  location: string;
  schema: string;
  row_count: number;
  size_bytes: number;
  key: string;
  graph_id: string;
  node_id: string;
  run_id: string;
  first_read_ms: number;
  last_read_ms: number;
}

export function createDatasetVersions(database: StoreDatabase): DatasetVersions {
  const touch = database.prepare(
    'UPDATE dataset_versions SET last_read_ms = max(last_read_ms, ?), key = ?, graph_id = ?, node_id = ? WHERE dataset = ? AND digest = ?',
  );
  const insert = database.prepare(
    `INSERT INTO dataset_versions (dataset, number, digest, kind, location, schema, row_count, size_bytes, key, graph_id,
       node_id, run_id, first_read_ms, last_read_ms)
     VALUES (?, (SELECT coalesce(max(number), 0) + 1 FROM dataset_versions WHERE dataset = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const all = database.prepare<[], VersionRow>(
    `SELECT * FROM dataset_versions
     ORDER BY max(last_read_ms) OVER (PARTITION BY dataset) DESC, dataset, number DESC`,
  );
  const one = database.prepare<[string], VersionRow>(
    'SELECT * FROM dataset_versions WHERE dataset = ? ORDER BY number DESC',
  );
  const digests = database.prepare<[string, number, string], VersionRow>(
    'SELECT * FROM dataset_versions WHERE digest >= ? AND substr(digest, 1, ?) = ? ORDER BY last_read_ms DESC',
  );
  const record = database.transaction((read: SourceRead, now: number) => {
    const { dataset, digest, key, graphId, nodeId } = read;
    if (touch.run(now, key, graphId, nodeId, dataset, digest).changes > 0) return;
    insert.run(
      dataset,
      dataset,
      digest,
      read.kind,
      read.location,
      JSON.stringify(read.schema),
      read.rowCount,
      read.sizeBytes,
      key,
      graphId,
      nodeId,
      read.runId,
      now,
      now,
    );
  });
  return {
    record: (read) => {
      record.immediate(read, Date.now());
    },
    list: (dataset) => (dataset === undefined ? all.all() : one.all(dataset)).map(toVersion),
    byDigest: (digest) => digests.all(digest, digest.length, digest).map(toVersion),
  };
}

function toVersion(row: VersionRow): DatasetVersion {
  return {
    dataset: row.dataset,
    number: row.number,
    digest: row.digest,
    kind: row.kind,
    location: row.location,
    schema: JSON.parse(row.schema) as TableSchema,
    rowCount: row.row_count,
    sizeBytes: row.size_bytes,
    key: row.key,
    graphId: row.graph_id,
    nodeId: row.node_id,
    runId: row.run_id,
    firstReadMs: row.first_read_ms,
    lastReadMs: row.last_read_ms,
  };
}
