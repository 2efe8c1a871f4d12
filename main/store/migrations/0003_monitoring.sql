CREATE TABLE alerts (
  id TEXT PRIMARY KEY,
  graph_id TEXT NOT NULL,
  node_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  severity TEXT NOT NULL,
  title TEXT NOT NULL,
  explanation TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  resolved_ms INTEGER,
  acknowledged_ms INTEGER,
  delivered_ms INTEGER
) WITHOUT ROWID;
CREATE INDEX alerts_by_time ON alerts (started_ms DESC);

CREATE TABLE alert_silences (
  graph_id TEXT NOT NULL,
  node_id TEXT NOT NULL,
  until_ms INTEGER NOT NULL,
  PRIMARY KEY (graph_id, node_id)
) WITHOUT ROWID;

CREATE TABLE loop_events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  graph_id TEXT NOT NULL,
  node_id TEXT NOT NULL,
  attempt TEXT,
  type TEXT NOT NULL,
  time_ms INTEGER NOT NULL,
  text TEXT NOT NULL,
  evidence TEXT NOT NULL
);
CREATE INDEX loop_events_by_node ON loop_events (graph_id, node_id, seq);

CREATE TABLE model_reports (
  model_digest TEXT PRIMARY KEY,
  report_digest TEXT NOT NULL
) WITHOUT ROWID;
