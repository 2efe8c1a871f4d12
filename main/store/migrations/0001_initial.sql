CREATE TABLE engines (
  pid INTEGER NOT NULL,
  process_start TEXT NOT NULL,
  opened_ms INTEGER NOT NULL,
  PRIMARY KEY (pid, process_start)
) WITHOUT ROWID;

CREATE TABLE graphs (
  path TEXT PRIMARY KEY,
  graph_id TEXT NOT NULL,
  name TEXT NOT NULL,
  modified_ms REAL NOT NULL,
  opened_ms REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  graph_id TEXT NOT NULL,
  graph_name TEXT NOT NULL,
  source TEXT NOT NULL,
  status TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  finished_ms INTEGER,
  owner_pid INTEGER NOT NULL,
  owner_start TEXT NOT NULL,
  steps TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX runs_by_time ON runs (started_ms DESC);
CREATE INDEX runs_by_graph ON runs (graph_id, started_ms DESC);

CREATE TABLE run_events (
  run_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  event TEXT NOT NULL,
  PRIMARY KEY (run_id, seq)
) WITHOUT ROWID;

CREATE TABLE step_history (
  graph_id TEXT NOT NULL,
  node_id TEXT NOT NULL,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  parts TEXT NOT NULL,
  outputs TEXT NOT NULL,
  duration_ms REAL NOT NULL,
  peak_memory_bytes INTEGER,
  run_id TEXT NOT NULL,
  used_ms INTEGER NOT NULL,
  PRIMARY KEY (graph_id, node_id, key)
) WITHOUT ROWID;
CREATE INDEX step_history_by_use ON step_history (graph_id, node_id, used_ms DESC);

CREATE TABLE model_versions (
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  digest TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  run_id TEXT,
  graph_id TEXT NOT NULL,
  metrics TEXT NOT NULL,
  parity TEXT,
  PRIMARY KEY (name, version),
  UNIQUE (name, digest)
) WITHOUT ROWID;

CREATE TABLE model_aliases (
  name TEXT NOT NULL,
  alias TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (name, alias)
) WITHOUT ROWID;

CREATE TABLE registrations (
  graph_id TEXT NOT NULL,
  node_id TEXT NOT NULL,
  name TEXT NOT NULL,
  alias TEXT NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (graph_id, node_id)
) WITHOUT ROWID;
