-- The result that a pinned node keeps.
CREATE TABLE pins (
  graph_id TEXT NOT NULL,
  node_id TEXT NOT NULL,
  key TEXT NOT NULL,
  PRIMARY KEY (graph_id, node_id)
) WITHOUT ROWID;

-- What was read from outside: one row per content that a source had.
CREATE TABLE dataset_versions (
  dataset TEXT NOT NULL,
  number INTEGER NOT NULL,
  digest TEXT NOT NULL,
  kind TEXT NOT NULL,
  location TEXT NOT NULL,
  schema TEXT NOT NULL,
  row_count INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  key TEXT NOT NULL,
  graph_id TEXT NOT NULL,
  node_id TEXT NOT NULL,
  run_id TEXT NOT NULL,
  first_read_ms INTEGER NOT NULL,
  last_read_ms INTEGER NOT NULL,
  PRIMARY KEY (dataset, number),
  UNIQUE (dataset, digest)
) WITHOUT ROWID;
CREATE INDEX dataset_versions_by_digest ON dataset_versions (digest);
