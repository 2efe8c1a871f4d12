import { AppError } from '../../shared/errors/app-error.ts';
import type { AliasMove, ModelDecision, ModelVersion } from '../../shared/rpc/engine-contract.ts';
import type { StoreDatabase } from './database.ts';

export interface ModelRegistration {
  name: string;
  /** Moved to the version that is registered. */
  alias: string | undefined;
  /** The alias moves only when a person approves. */
  needsApproval?: boolean;
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
  /**
   * Errors: `model.not-found`, `model.archived`, and `model.approval` while a person has not approved it.
   */
  setAlias(name: string, alias: string, version: number): ModelVersion;
  /** Takes an alias away. */
  deleteAlias(name: string, alias: string): void;
  /** To the version the alias named before, again and again. Errors: `model.not-found`. */
  rollback(name: string, alias: string): ModelVersion;
  /** Moves of its aliases, the newest first. */
  history(name: string): AliasMove[];
  /** Errors: `model.not-found`, `model.archived` while an alias names the version. */
  archive(name: string, version: number, archived: boolean): ModelVersion;
  /** Approving moves the alias that was asked for. Errors: `model.not-found`, `model.archived`, `model.approval`. */
  decide(name: string, version: number, decision: ModelDecision): ModelVersion;
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

interface ApprovalRow {
  alias: string;
  state: 'waiting' | 'approved' | 'rejected';
  person: string;
  note: string;
  asked_ms: number;
  decided_ms: number | null;
}

interface MoveRow {
  alias: string;
  version: number;
  moved_ms: number | null;
  is_rollback: number;
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
  const putMove = database.prepare(
    'INSERT INTO model_alias_moves (name, alias, version, moved_ms, is_rollback) VALUES (?, ?, ?, ?, ?)',
  );
  const movesOf = database.prepare<[string, string | null], MoveRow>(
    `SELECT alias, version, moved_ms, is_rollback FROM model_alias_moves WHERE name = ? AND alias = coalesce(?, alias)
     ORDER BY number`,
  );
  const removeAlias = database.prepare('DELETE FROM model_aliases WHERE name = ? AND alias = ?');
  const archivedOf = database
    .prepare<[string, number], number>('SELECT archived_ms FROM archived_models WHERE name = ? AND version = ?')
    .pluck();
  const approvalOf = database.prepare<[string, number], ApprovalRow>(
    'SELECT * FROM model_approvals WHERE name = ? AND version = ?',
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
    archivedMs: archivedOf.get(row.name, row.version) ?? null,
    approval: toApproval(approvalOf.get(row.name, row.version)),
  });
  const found = (row: VersionRow | undefined, what: string): ModelVersion => {
    if (row !== undefined) return toVersion(row);
    throw new AppError('model.not-found', `There is no model ${what} in the registry.`, {
      fix: 'Run a graph with a register node, or see slipway models list for what there is.',
    });
  };

  const moveAlias = ({ name, version }: VersionRow, alias: string, isRollback = false): void => {
    if (archivedOf.get(name, version) !== undefined) {
      throw new AppError('model.archived', `Version ${version} of ${name} is archived, so ${alias} cannot name it.`, {
        fix: `Bring it back first: on the Models screen, or slipway models restore ${name} ${version}.`,
      });
    }
    if (byAlias.get(name, alias)?.version === version) return;
    putAlias.run(name, alias, version);
    putMove.run(name, alias, version, Date.now(), isRollback ? 1 : 0);
  };
  const ask = ({ name, version }: VersionRow, alias: string): void => {
    database
      .prepare(
        `INSERT INTO model_approvals (name, version, alias, state, person, note, asked_ms) VALUES (?, ?, ?, 'waiting', '', '', ?)
         ON CONFLICT (name, version) DO NOTHING`,
      )
      .run(name, version, alias, Date.now());
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
      const approval = approvalOf.get(row.name, row.version);
      // A step that asks for no approval is none: who waits for a person, or was turned down by one, still does.
      const mayMove = approval === undefined ? registration.needsApproval !== true : approval.state === 'approved';
      if (mayMove) moveAlias(row, registration.alias);
      else ask(row, registration.alias);
    }
    return found(row, registration.name);
  });
  const setAlias = database.transaction((name: string, alias: string, version: number): ModelVersion => {
    const row = byVersion.get(name, version);
    const approval = approvalOf.get(name, version);
    if (approval !== undefined && approval.state !== 'approved') {
      const why = approval.state === 'waiting' ? 'waits for a person’s approval' : `was rejected by ${approval.person}`;
      throw new AppError('model.approval', `Version ${version} of ${name} ${why}, so ${alias} cannot name it.`, {
        fix: `Approve it first: on the Models screen, or slipway models approve ${name} ${version}.`,
      });
    }
    if (row !== undefined) moveAlias(row, alias);
    return found(row, `${name}/${version}`);
  });
  const rollback = database.transaction((name: string, alias: string): ModelVersion => {
    const uri = `models:/${name}@${alias}`;
    const current = found(byAlias.get(name, alias), uri);
    const before = stackOf(movesOf.all(name, alias))
      .slice(0, -1)
      .findLast((version) => byVersion.get(name, version) !== undefined && archivedOf.get(name, version) === undefined);
    const row = before === undefined ? undefined : byVersion.get(name, before);
    if (row === undefined) {
      throw new AppError('model.not-found', `${alias} of ${name} named no version before ${current.version}.`, {
        fix: `Choose one: slipway models promote ${name} VERSION.`,
      });
    }
    moveAlias(row, alias, true);
    return toVersion(row);
  });
  const archive = database.transaction((name: string, version: number, archived: boolean): ModelVersion => {
    const { aliases } = found(byVersion.get(name, version), `${name}/${version}`);
    if (archived && aliases.length > 0) {
      throw new AppError('model.archived', `Version ${version} of ${name} is in use: ${aliases.join(', ')} names it.`, {
        fix: 'Point the alias at another version first.',
      });
    }
    database
      .prepare(
        archived
          ? 'INSERT OR IGNORE INTO archived_models (name, version, archived_ms) VALUES (@name, @version, @now)'
          : 'DELETE FROM archived_models WHERE name = @name AND version = @version',
      )
      .run(archived ? { name, version, now: Date.now() } : { name, version });
    return found(byVersion.get(name, version), name);
  });
  const decide = database.transaction((name: string, version: number, decision: ModelDecision): ModelVersion => {
    const row = byVersion.get(name, version);
    const approval = approvalOf.get(name, version);
    if (row === undefined) return found(row, `${name}/${version}`);
    if (approval === undefined) {
      throw new AppError('model.approval', `Nobody asked for an approval of version ${version} of ${name}.`, {
        fix: `Its Register step asks for none; move an alias instead: slipway models promote ${name} ${version}.`,
      });
    }
    if (approval.state === 'approved') {
      throw new AppError(
        'model.approval',
        `Version ${version} of ${name} is approved already, by ${approval.person}.`,
        {
          fix: decision.approved ? 'Nothing is to be done.' : `Take it back: slipway models rollback ${name}.`,
        },
      );
    }
    database
      .prepare(
        'UPDATE model_approvals SET state = ?, person = ?, note = ?, decided_ms = ? WHERE name = ? AND version = ?',
      )
      .run(decision.approved ? 'approved' : 'rejected', decision.person, decision.note, Date.now(), name, version);
    if (decision.approved) moveAlias(row, approval.alias);
    return toVersion(row);
  });
  const deleteAlias = database.transaction((name: string, alias: string): void => {
    if (removeAlias.run(name, alias).changes > 0) putMove.run(name, alias, 0, Date.now(), 0);
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
    deleteAlias: (name, alias) => deleteAlias.immediate(name, alias),
    rollback: (name, alias) => rollback.immediate(name, alias),
    history: (name) =>
      movesOf
        .all(name, null)
        .toReversed()
        .map((move) => ({
          alias: move.alias,
          version: move.version,
          movedMs: move.moved_ms,
          isRollback: move.is_rollback === 1,
        })),
    archive: (name, version, archived) => archive.immediate(name, version, archived),
    decide: (name, version, decision) => decide.immediate(name, version, decision),
  };
}

function toApproval(row: ApprovalRow | undefined): ModelVersion['approval'] {
  if (row === undefined) return null;
  const { alias, state, person, note, asked_ms: askedMs, decided_ms: decidedMs } = row;
  return { alias, state, person, note, askedMs, decidedMs };
}

/** Versions an alias named, the present one last, as if what was rolled back had not been. */
function stackOf(moves: readonly MoveRow[]): number[] {
  const stack: number[] = [];
  for (const { version, is_rollback: isRollback } of moves) {
    const at = isRollback === 1 ? stack.lastIndexOf(version) : -1;
    if (at >= 0) stack.length = at + 1;
    else if (version !== 0) stack.push(version);
  }
  return stack;
}
