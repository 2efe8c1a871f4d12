-- Every move of an alias, oldest first. Version 0: it was taken away. A rollback takes the move before it back.
CREATE TABLE model_alias_moves (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  alias TEXT NOT NULL,
  version INTEGER NOT NULL,
  moved_ms INTEGER,
  is_rollback INTEGER NOT NULL
);
CREATE INDEX model_alias_moves_by_alias ON model_alias_moves (name, alias, number);
-- When aliases of before were moved is not known.
INSERT INTO model_alias_moves (name, alias, version, is_rollback) SELECT name, alias, version, 0 FROM model_aliases;

CREATE TABLE archived_models (
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  archived_ms INTEGER NOT NULL,
  PRIMARY KEY (name, version)
) WITHOUT ROWID;

-- Versions that get their alias only when a person says so.
CREATE TABLE model_approvals (
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  alias TEXT NOT NULL,
  state TEXT NOT NULL,
  person TEXT NOT NULL,
  note TEXT NOT NULL,
  asked_ms INTEGER NOT NULL,
  decided_ms INTEGER,
  PRIMARY KEY (name, version)
) WITHOUT ROWID;
