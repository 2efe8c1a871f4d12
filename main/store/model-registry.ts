import { AppError } from '../../shared/errors/app-error.ts';
import type { ModelVersion } from '../../shared/rpc/engine-contract.ts';
import type { StoreDatabase } from './database.ts';

export interface ModelRegistration {
  name: string;
  /** Moved to the version that is registered. */
  alias: string | undefined;
  digest: string;
  runId: string | null;
  graphId: string;
  /** The node that registers. Repeating its last registration moves no alias, so a promotion by hand stays. */
  nodeId?: string;
  metrics: ModelVersion['metrics'];
  parity: ModelVersion['parity'];
}

export interface ModelRegistry {
  /** The same content under the same name is the same version. */
  register(registration: ModelRegistration): ModelVersion;
  /** Newest versions first, by name. */
  list(name?: string): ModelVersion[];
  /** `models:/NAME@ALIAS` or `models:/NAME/VERSION`; throws `model.not-found`. */
  resolve(uri: string): ModelVersion;
  /** Throws `model.not-found` when the version does not exist. */
  setAlias(name: string, alias: string, version: number): ModelVersion;
}

interface VersionRow {
  name: string;
  version: number;
  digest: string;
  created_ms: number;
  run_id: string | null;
  graph_id: string;
  metrics: string;
  parity: string | null;
}

export function createModelRegistry(database: StoreDatabase): ModelRegistry {
  const insert = database.prepare(
    `INSERT INTO model_versions (name, version, digest, created_ms, run_id, graph_id, metrics, parity)
     VALUES (@name, (SELECT coalesce(max(version), 0) + 1 FROM model_versions WHERE name = @name),
             @digest, @createdMs, @runId, @graphId, @metrics, @parity)
     ON CONFLICT (name, digest) DO NOTHING`,
  );
  const putAlias = database.prepare(
    `INSERT INTO model_aliases (name, alias, version) VALUES (?, ?, ?)
     ON CONFLICT (name, alias) DO UPDATE SET version = excluded.version`,
  );
  const lastOfNode = database.prepare<[string, string], { name: string; alias: string; digest: string }>(
    'SELECT name, alias, digest FROM registrations WHERE graph_id = ? AND node_id = ?',
  );
  const putLastOfNode = database.prepare(
    `INSERT INTO registrations (graph_id, node_id, name, alias, digest) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (graph_id, node_id) DO UPDATE SET name = excluded.name, alias = excluded.alias, digest = excluded.digest`,
  );
  const byDigest = database.prepare<[string, string], VersionRow>(
    'SELECT * FROM model_versions WHERE name = ? AND digest = ?',
  );
  const byVersion = database.prepare<[string, number], VersionRow>(
    'SELECT * FROM model_versions WHERE name = ? AND version = ?',
  );
  const byAlias = database.prepare<[string, string], VersionRow>(
    `SELECT v.* FROM model_versions v JOIN model_aliases a ON a.name = v.name AND a.version = v.version
     WHERE a.name = ? AND a.alias = ?`,
  );
  const all = database.prepare<[string | null], VersionRow>(
    'SELECT * FROM model_versions WHERE name = coalesce(?, name) ORDER BY name, version DESC',
  );
  const aliasesOf = database.prepare<[string, number], { alias: string }>(
    'SELECT alias FROM model_aliases WHERE name = ? AND version = ? ORDER BY alias',
  );

  const toVersion = (row: VersionRow): ModelVersion => ({
    name: row.name,
    version: row.version,
    digest: row.digest,
    aliases: aliasesOf.all(row.name, row.version).map(({ alias }) => alias),
    createdMs: row.created_ms,
    runId: row.run_id,
    graphId: row.graph_id,
    metrics: JSON.parse(row.metrics) as ModelVersion['metrics'],
    parity: row.parity === null ? null : (JSON.parse(row.parity) as ModelVersion['parity']),
  });
  const found = (row: VersionRow | undefined, what: string): ModelVersion => {
    if (row !== undefined) return toVersion(row);
    throw new AppError('model.not-found', `There is no model ${what} in the registry.`, {
      fix: 'Run a graph with a register node, or see slipway models list for what there is.',
    });
  };

  /** Whether this node made the same registration the last time; remembers this one. */
  const isRepeated = ({ graphId, nodeId, name, alias, digest }: ModelRegistration): boolean => {
    if (nodeId === undefined || alias === undefined) return false;
    const last = lastOfNode.get(graphId, nodeId);
    putLastOfNode.run(graphId, nodeId, name, alias, digest);
    return last?.name === name && last.alias === alias && last.digest === digest;
  };

  const register = database.transaction((registration: ModelRegistration): ModelVersion => {
    insert.run({
      name: registration.name,
      digest: registration.digest,
      createdMs: Date.now(),
      runId: registration.runId,
      graphId: registration.graphId,
      metrics: JSON.stringify(registration.metrics),
      parity: registration.parity === null ? null : JSON.stringify(registration.parity),
    });
    const row = byDigest.get(registration.name, registration.digest);
    const repeated = isRepeated(registration);
    if (row !== undefined && registration.alias !== undefined && !repeated) {
      putAlias.run(row.name, registration.alias, row.version);
    }
    return found(row, registration.name);
  });
  const setAlias = database.transaction((name: string, alias: string, version: number): ModelVersion => {
    const row = byVersion.get(name, version);
    if (row !== undefined) putAlias.run(name, alias, version);
    return found(row, `${name}/${version}`);
  });

  return {
    register: (registration) => register.immediate(registration),
    list: (name) => all.all(name ?? null).map(toVersion),
    resolve: (uri) => {
      const alias = /^models:\/([^/@]+)@([^/@]+)$/.exec(uri);
      if (alias !== null) return found(byAlias.get(alias[1] ?? '', alias[2] ?? ''), uri);
      const version = /^models:\/([^/@]+)\/(\d+)$/.exec(uri);
      if (version !== null) return found(byVersion.get(version[1] ?? '', Number(version[2])), uri);
      throw new AppError('model.not-found', `"${uri}" does not name a registered model.`, {
        fix: 'Write models:/NAME@ALIAS or models:/NAME/VERSION.',
      });
    },
    setAlias: (name, alias, version) => setAlias.immediate(name, alias, version),
  };
}
