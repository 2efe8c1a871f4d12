CREATE TABLE experiments (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  lifecycle TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL
);
INSERT INTO experiments (id, name, lifecycle, created_ms, updated_ms) VALUES (0, 'Default', 'active', 0, 0);

CREATE TABLE experiment_tags (
  experiment_id INTEGER NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (experiment_id, key)
) WITHOUT ROWID;

CREATE TABLE trainings (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  experiment_id INTEGER NOT NULL REFERENCES experiments (id),
  name TEXT NOT NULL,
  user TEXT NOT NULL,
  status TEXT NOT NULL,
  start_ms INTEGER NOT NULL,
  end_ms INTEGER,
  lifecycle TEXT NOT NULL,
  run_id TEXT,
  node_id TEXT,
  model_digest TEXT
);
CREATE INDEX trainings_by_time ON trainings (experiment_id, lifecycle, start_ms DESC, number DESC);
CREATE INDEX trainings_by_model ON trainings (model_digest) WHERE model_digest IS NOT NULL;
CREATE UNIQUE INDEX trainings_by_step ON trainings (run_id, node_id) WHERE run_id IS NOT NULL;

CREATE TABLE training_params (
  training INTEGER NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (training, key)
) WITHOUT ROWID;

CREATE TABLE training_tags (
  training INTEGER NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (training, key)
) WITHOUT ROWID;

-- The value with the latest timestamp per key, kept apart from the history so that tables never read it.
CREATE TABLE latest_metrics (
  training INTEGER NOT NULL,
  key TEXT NOT NULL,
  value REAL NOT NULL,
  is_nan INTEGER NOT NULL,
  timestamp_ms INTEGER NOT NULL,
  step INTEGER NOT NULL,
  PRIMARY KEY (training, key)
) WITHOUT ROWID;

CREATE TABLE metric_history (
  training INTEGER NOT NULL,
  key TEXT NOT NULL,
  step INTEGER NOT NULL,
  timestamp_ms INTEGER NOT NULL,
  value REAL NOT NULL,
  is_nan INTEGER NOT NULL,
  PRIMARY KEY (training, key, step, timestamp_ms, value, is_nan)
) WITHOUT ROWID;

CREATE TABLE registered_models (
  name TEXT PRIMARY KEY,
  description TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE registered_model_tags (
  name TEXT NOT NULL,
  -- 0 for tags of the model itself.
  version INTEGER NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (name, version, key)
) WITHOUT ROWID;

CREATE TABLE model_version_notes (
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  description TEXT NOT NULL,
  updated_ms INTEGER NOT NULL,
  PRIMARY KEY (name, version)
) WITHOUT ROWID;
