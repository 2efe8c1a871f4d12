import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '../../shared/errors/app-error.ts';
import type { FeatureService } from '../../shared/features/feature-service.ts';
import { type FeatureView, featureViewSchema } from '../../shared/features/feature-view.ts';
import { canonicalJson } from '../../shared/plan/canonical-json.ts';
import { withoutSync } from '../store/database.ts';
import { diskError } from '../store/disk-error.ts';
import { decodeFeatureRow, encodeFeatureRow } from './feature-row.ts';
import { ServiceRecords, serviceTable } from './service-records.ts';
import { availableUs, type RowTimes, settleRows } from './settle-rows.ts';

/** A row of a view as it is stored: times in µs since the epoch, and the values as `encodeFeatureRow` gives them. */
export interface OnlineRow {
  entity: Buffer;
  eventUs: bigint;
  createdUs: bigint;
  values: Buffer;
}

/** A view in the store. */
export interface StoredView {
  /** Never used again, also when a view of the same name follows. */
  id: number;
  view: FeatureView;
  /** The view artifact whose rows it holds; null when rows were only pushed. */
  digest: string | null;
  /** An artifact whose rows are being brought in, one batch after the other. */
  pendingDigest: string | null;
  materializedMs: number | null;
}

export interface ViewSummary extends StoredView {
  rows: number;
  /** Event time of the newest row; null without rows. */
  newestEventUs: bigint | null;
}

interface ViewRow {
  id: number;
  definition: string;
  digest: string | null;
  pending_digest: string | null;
  materialized_ms: number | null;
}

interface TimesRow {
  available_us: bigint;
  event_us: bigint;
  created_us: bigint;
  pushed: bigint;
}

const schema = `
CREATE TABLE IF NOT EXISTS views (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active', 'filling')),
  definition TEXT NOT NULL,
  digest TEXT,
  pending_digest TEXT,
  materialized_ms INTEGER,
  UNIQUE (name, state)
);
CREATE TABLE IF NOT EXISTS feature_rows (
  view INTEGER NOT NULL,
  entity BLOB NOT NULL,
  available_us INTEGER NOT NULL,
  event_us INTEGER NOT NULL,
  created_us INTEGER NOT NULL,
  pushed INTEGER NOT NULL,
  feature_values BLOB NOT NULL,
  PRIMARY KEY (view, entity, available_us)
) WITHOUT ROWID;
${serviceTable}
PRAGMA user_version = 2;`;

const schemaVersion = 2;
/** Rows of a view that is gone are deleted in pieces, so that nobody waits long for the write lock. */
const deletedAtOnce = 5000;

/** How keys and values are laid out: views that agree in it can share rows. */
export function layoutOf(view: FeatureView): string {
  return canonicalJson([view.keys, view.features]);
}

/**
 * The online store: per view and entity the row that is the answer now, and those that will be later. One view is one
 * read. It is a database of its own beside that of the engine (`features/online.db` in the data directory), because
 * SQLite has one writer at a time and a materialization writes millions of rows. Several processes may use it at once.
 */
export class OnlineStore {
  readonly dataDir: string;
  /** Versions of feature services. */
  readonly services: ServiceRecords;
  readonly #database: Database.Database;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #parsed = new Map<string, FeatureView>();

  private constructor(database: Database.Database, dataDir: string) {
    this.dataDir = dataDir;
    this.services = new ServiceRecords(database);
    this.#database = database;
    this.#statements = prepare(database);
  }

  /** Opens the store, made when missing. Errors: `disk.read-only`, `disk.full`, `store.open`. */
  static open(dataDir: string): OnlineStore {
    const folder = join(dataDir, 'features');
    let database: Database.Database | undefined;
    try {
      mkdirSync(folder, { recursive: true });
      database = new Database(join(folder, 'online.db'), { timeout: 10_000 });
      database.pragma('journal_mode = WAL');
      // A pushed row outlasts a loss of power once that is answered, with a sync each; see `withoutSync`.
      database.pragma('synchronous = FULL');
      const version = Number(database.pragma('user_version', { simple: true }));
      if (version > schemaVersion) {
        throw new AppError('store.open', `The online store in ${folder} was written by a newer Slipway.`, {
          fix: 'Update Slipway, or choose another data directory with --data-dir or SLIPWAY_DATA_DIR.',
        });
      }
      if (version < schemaVersion) database.transaction((db: Database.Database) => db.exec(schema)).immediate(database);
      return new OnlineStore(database, dataDir);
    } catch (error) {
      database?.close();
      throw diskError(error, dataDir);
    }
  }

  /** Whether there is a store; nothing is made. */
  static exists(dataDir: string): boolean {
    return existsSync(join(dataDir, 'features', 'online.db'));
  }

  close(): void {
    this.#database.close();
  }

  /** Runs `work` on one state of the store, whatever others write meanwhile. */
  snapshot<T>(work: () => T): T {
    return this.#database.transaction(work)();
  }

  /** The view that is read under a name. */
  find(name: string): StoredView | undefined {
    return this.#toView(this.#statements.byName.get(name, 'active'));
  }

  /** A version of a feature service, or its newest. */
  findService(name: string, version?: number): FeatureService | undefined {
    return this.services.find(name, version)?.service;
  }

  listServices(): FeatureService[] {
    return this.services.list().map(({ service }) => service);
  }

  summaries(): ViewSummary[] {
    return this.#statements.active.all().flatMap((row) => {
      const view = this.#toView(row);
      if (view === undefined) return [];
      const totals = this.#statements.totals.get(view.id);
      return [{ ...view, rows: Number(totals?.n ?? 0), newestEventUs: totals?.newest ?? null }];
    });
  }

  /** The row of an entity that is the answer at a time not before the last write to it. */
  lookUp(view: StoredView, entity: Buffer, asOfUs: bigint): { eventUs: bigint; values: Buffer } | undefined {
    const row = this.#statements.lookUp.get(view.id, entity, asOfUs);
    return row === undefined ? undefined : { eventUs: row.event_us, values: row.feature_values };
  }

  /**
   * Adds rows that did not come from a materialization, given per layout: a view that is being filled anew gets them
   * too. Returns how many became an answer; the others are older than what is there. Errors: `features.not-found`.
   */
  push(name: string, rowsFor: (view: FeatureView) => readonly OnlineRow[], nowUs: bigint): number {
    const add = () => {
      const views = (['active', 'filling'] as const).flatMap(
        (state) => this.#toView(this.#statements.byName.get(name, state)) ?? [],
      );
      const [active, ...others] = views;
      if (active === undefined) throw viewNotFound(name, this.names());
      for (const other of others) for (const row of rowsFor(other.view)) this.#add(other.id, row, true, nowUs);
      return rowsFor(active.view).filter((row) => this.#add(active.id, row, true, nowUs)).length;
    };
    return this.#database.transaction(add).immediate();
  }

  names(): string[] {
    return this.#statements.active.all().flatMap((row) => this.#toView(row)?.view.name ?? []);
  }

  /** Makes a view without rows, to push to; nothing if it is there. */
  create(view: FeatureView): void {
    const add = () => {
      if (this.#statements.byName.get(view.name, 'active') !== undefined) return;
      this.#statements.insertView.run(view.name, 'active', canonicalJson(view), null, null);
    };
    this.#database.transaction(add).immediate();
  }

  /** Rows that stem from an artifact, entity by entity. No other statement may run while they are read. */
  *materializedRows(view: StoredView): Generator<{ entity: Buffer; rows: (OnlineRow & RowTimes)[] }> {
    let open: { entity: Buffer; rows: (OnlineRow & RowTimes)[] } | undefined;
    for (const row of this.#statements.materializedRows.iterate(view.id)) {
      if (open === undefined || !open.entity.equals(row.entity)) {
        if (open !== undefined) yield open;
        open = { entity: row.entity, rows: [] };
      }
      const { entity, event_us: eventUs, created_us: createdUs, feature_values: values } = row;
      open.rows.push({ entity, eventUs, createdUs, values, pushed: false });
    }
    if (open !== undefined) yield open;
  }

  /** Notes that rows of an artifact are brought into a view bit by bit. */
  markPending(id: number, digest: string): void {
    this.#statements.setPending.run(digest, id);
  }

  /** The place where a view is filled anew while the present one is read; rows from an earlier, equal attempt remain. */
  startFilling(view: FeatureView, digest: string): StoredView {
    const start = () => {
      const definition = canonicalJson(view);
      const present = this.#statements.byName.get(view.name, 'filling');
      if (present?.pending_digest === digest && present.definition === definition) return present.id;
      if (present !== undefined) this.#statements.deleteView.run(present.id);
      return Number(this.#statements.insertView.run(view.name, 'filling', definition, null, digest).lastInsertRowid);
    };
    const id = this.#database.transaction(start).immediate();
    return { id, view, digest: null, pendingDigest: digest, materializedMs: null };
  }

  /**
   * Writes rows of an artifact in one transaction; of the entities in `replaced`, those that stem from an artifact are
   * deleted first. Errors: `features.superseded` when the view was replaced by another materialization.
   */
  writeBatch(id: number, batch: { replaced: readonly Buffer[]; rows: readonly OnlineRow[] }, nowUs: bigint): void {
    const write = () => {
      if (this.#statements.exists.get(id) === undefined) throw superseded();
      for (const entity of batch.replaced) this.#statements.deleteMaterialized.run(id, entity);
      const { rows } = batch;
      const alone = this.#isFree(id, rows);
      for (const row of rows) {
        if (alone) this.#insert(id, row, false);
        else this.#add(id, row, false, nowUs);
      }
    };
    // Of use only once the update is finished, which makes all of it last.
    withoutSync(this.#database, () => this.#database.transaction(write).immediate());
  }

  /** The view now holds all rows of an artifact. */
  finishUpdate(id: number, view: FeatureView, digest: string): void {
    const finish = () => {
      if (this.#statements.exists.get(id) === undefined) throw superseded();
      this.#statements.complete.run('active', canonicalJson(view), digest, Date.now(), id);
    };
    this.#database.transaction(finish).immediate();
  }

  /**
   * The view that was filled anew takes the place of the one before, with the rows pushed to that one. Rows of views that
   * are gone are deleted afterwards.
   */
  finishFilling(filled: StoredView, digest: string, nowUs: bigint): void {
    const finish = () => {
      if (this.#statements.exists.get(filled.id) === undefined) throw superseded();
      const before = this.find(filled.view.name);
      if (before !== undefined) {
        this.#carryPushed(before, filled, nowUs);
        this.#statements.deleteView.run(before.id);
      }
      this.#statements.complete.run('active', canonicalJson(filled.view), digest, Date.now(), filled.id);
    };
    this.#database.transaction(finish).immediate();
  }

  /** Deletes rows of views that are gone. */
  deleteOrphans(): void {
    while (withoutSync(this.#database, () => this.#statements.deleteOrphans.run(deletedAtOnce).changes > 0)) {
      // One short transaction per piece.
    }
  }

  #carryPushed(from: StoredView, to: StoredView, nowUs: bigint): void {
    if (canonicalJson(from.view.keys) !== canonicalJson(to.view.keys)) return;
    const source = new Map(from.view.features.map((feature, index) => [canonicalJson(feature), index] as const));
    for (const row of this.#statements.pushedRows.all(from.id)) {
      const values = decodeFeatureRow(from.view.features, row.feature_values);
      const carried = to.view.features.map((feature) => values[source.get(canonicalJson(feature)) ?? -1] ?? null);
      const moved: OnlineRow = {
        entity: row.entity,
        eventUs: row.event_us,
        createdUs: row.created_us,
        values: encodeFeatureRow(to.view.features, carried),
      };
      this.#add(to.id, moved, true, nowUs);
    }
  }

  /** Whether no row is stored between the first and the last entity of a batch in the order of entities. */
  #isFree(id: number, rows: readonly OnlineRow[]): boolean {
    const first = rows[0]?.entity;
    const last = rows.at(-1)?.entity;
    if (first === undefined || last === undefined || Buffer.compare(first, last) > 0) return false;
    return this.#statements.anyBetween.get(id, first, last) === undefined;
  }

  #insert(id: number, row: OnlineRow, pushed: boolean): void {
    const times = { eventUs: row.eventUs, createdUs: row.createdUs, pushed };
    this.#statements.insertRow.run(
      id,
      row.entity,
      availableUs(times),
      row.eventUs,
      row.createdUs,
      pushed ? 1 : 0,
      row.values,
    );
  }

  /** False where the row can never be an answer any more. */
  #add(id: number, row: OnlineRow, pushed: boolean, nowUs: bigint): boolean {
    const present = this.#statements.times.all(id, row.entity).map(toTimes);
    const { stored, removed } = settleRows(present, { ...row, pushed }, nowUs);
    for (const gone of removed) this.#statements.deleteRow.run(id, row.entity, availableUs(gone));
    if (stored) this.#insert(id, row, pushed);
    return stored;
  }

  #toView(row: ViewRow | undefined): StoredView | undefined {
    if (row === undefined) return undefined;
    let view = this.#parsed.get(row.definition);
    if (view === undefined) {
      view = featureViewSchema.parse(JSON.parse(row.definition));
      this.#parsed.set(row.definition, view);
    }
    return {
      id: row.id,
      view,
      digest: row.digest,
      pendingDigest: row.pending_digest,
      materializedMs: row.materialized_ms,
    };
  }
}

export function viewNotFound(name: string, present: readonly string[]): AppError {
  return new AppError('features.not-found', `There is no feature view “${name}” in the online store.`, {
    fix:
      present.length === 0
        ? 'Bring one in with: slipway features materialize VIEW'
        : `It has ${present.map((view) => `“${view}”`).join(', ')}.`,
  });
}

function superseded(): AppError {
  return new AppError('features.superseded', 'Another materialization of the view has replaced this one.', {
    fix: 'Let one materialization of a view run at a time.',
  });
}

function toTimes(row: TimesRow): RowTimes {
  return { eventUs: row.event_us, createdUs: row.created_us, pushed: row.pushed !== 0n };
}

/** Times are read as bigint: µs beyond the year 2255 do not fit a double. */
function prepare(database: Database.Database) {
  const view = 'SELECT id, definition, digest, pending_digest, materialized_ms FROM views';
  const rowOf = 'WHERE view = ? AND entity = ?';
  return {
    byName: database.prepare<[string, string], ViewRow>(`${view} WHERE name = ? AND state = ?`),
    active: database.prepare<[], ViewRow>(`${view} WHERE state = 'active' ORDER BY name`),
    exists: database.prepare<[number], { id: number }>('SELECT id FROM views WHERE id = ?'),
    insertView: database.prepare(
      'INSERT INTO views (name, state, definition, digest, pending_digest) VALUES (?, ?, ?, ?, ?)',
    ),
    deleteView: database.prepare('DELETE FROM views WHERE id = ?'),
    setPending: database.prepare('UPDATE views SET pending_digest = ? WHERE id = ?'),
    complete: database.prepare(
      `UPDATE views SET state = ?, definition = ?, digest = ?, pending_digest = NULL, materialized_ms = ? WHERE id = ?`,
    ),
    totals: database
      .prepare<[number], { n: bigint; newest: bigint | null }>(
        'SELECT count(*) AS n, max(event_us) AS newest FROM feature_rows WHERE view = ?',
      )
      .safeIntegers(),
    lookUp: database
      .prepare<[number, Buffer, bigint], { event_us: bigint; feature_values: Buffer }>(
        `SELECT event_us, feature_values FROM feature_rows ${rowOf} AND available_us <= ?
         ORDER BY available_us DESC LIMIT 1`,
      )
      .safeIntegers(),
    times: database
      .prepare<[number, Buffer], TimesRow>(
        `SELECT available_us, event_us, created_us, pushed FROM feature_rows ${rowOf}`,
      )
      .safeIntegers(),
    anyBetween: database.prepare<[number, Buffer, Buffer], { found: number }>(
      'SELECT 1 AS found FROM feature_rows WHERE view = ? AND entity BETWEEN ? AND ? LIMIT 1',
    ),
    insertRow: database.prepare(
      `INSERT OR REPLACE INTO feature_rows (view, entity, available_us, event_us, created_us, pushed, feature_values)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    deleteRow: database.prepare(`DELETE FROM feature_rows ${rowOf} AND available_us = ?`),
    deleteMaterialized: database.prepare(`DELETE FROM feature_rows ${rowOf} AND pushed = 0`),
    pushedRows: database
      .prepare<[number], TimesRow & { entity: Buffer; feature_values: Buffer }>(
        'SELECT * FROM feature_rows WHERE view = ? AND pushed = 1',
      )
      .safeIntegers(),
    materializedRows: database
      .prepare<[number], TimesRow & { entity: Buffer; feature_values: Buffer }>(
        'SELECT * FROM feature_rows WHERE view = ? AND pushed = 0 ORDER BY entity, available_us',
      )
      .safeIntegers(),
    deleteOrphans: database.prepare(
      `DELETE FROM feature_rows WHERE (view, entity, available_us) IN (
         SELECT view, entity, available_us FROM feature_rows WHERE view NOT IN (SELECT id FROM views) LIMIT ?)`,
    ),
  };
}
