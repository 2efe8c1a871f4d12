import { AppError } from '../../shared/errors/app-error.ts';
import type { ModelVersion } from '../../shared/rpc/engine-contract.ts';
import type { StoreDatabase } from '../store/database.ts';
import { createModelRegistry, type ModelRegistry } from '../store/model-registry.ts';

/** A name in the registry with what people wrote about it. */
export interface RegisteredModel {
  name: string;
  description: string;
  createdMs: number;
  updatedMs: number;
  tags: Record<string, string>;
  aliases: { alias: string; version: number }[];
  /** Newest first. */
  versions: ModelVersion[];
}

interface ModelRow {
  name: string;
  description: string;
  created_ms: number;
  updated_ms: number;
}

/** By name and version. */
const versionTables = [
  'registered_model_tags',
  'model_version_notes',
  'model_versions',
  'model_aliases',
  'archived_models',
  'model_approvals',
];
const namedTables = ['registered_models', 'model_alias_moves', ...versionTables];

/** Version 0 of the tag table stands for the model itself. */
const ofModel = 0;

/** Names, descriptions, tags and deletion around the versions of the registry. Throws `model.not-found`. */
export class ModelCatalog {
  readonly registry: ModelRegistry;
  readonly #db: StoreDatabase;

  constructor(database: StoreDatabase) {
    this.#db = database;
    this.registry = createModelRegistry(database);
  }

  has(name: string): boolean {
    return this.#row(name) !== undefined || this.registry.list(name).length > 0;
  }

  create(name: string, description: string): void {
    const now = Date.now();
    this.#db
      .prepare('INSERT INTO registered_models (name, description, created_ms, updated_ms) VALUES (?, ?, ?, ?)')
      .run(name, description, now, now);
  }

  get(name: string): RegisteredModel {
    const row = this.#row(name);
    const versions = this.registry.list(name);
    if (row === undefined && versions.length === 0) throw notFound(name);
    const oldest = versions.at(-1)?.createdMs;
    return {
      name,
      description: row?.description ?? '',
      createdMs: row?.created_ms ?? oldest ?? 0,
      updatedMs: Math.max(row?.updated_ms ?? 0, versions[0]?.createdMs ?? 0),
      tags: this.tags(name, ofModel),
      aliases: versions.flatMap(({ aliases, version }) => aliases.map((alias) => ({ alias, version }))),
      versions,
    };
  }

  /** Sorted. */
  names(): string[] {
    return this.#db
      .prepare<[], string>('SELECT name FROM registered_models UNION SELECT name FROM model_versions ORDER BY name')
      .pluck()
      .all();
  }

  describe(name: string, description: string): void {
    if (!this.has(name)) throw notFound(name);
    this.#db
      .prepare(
        `INSERT INTO registered_models (name, description, created_ms, updated_ms) VALUES (?, ?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET description = excluded.description, updated_ms = excluded.updated_ms`,
      )
      .run(name, description, Date.now(), Date.now());
  }

  rename(name: string, to: string): void {
    if (!this.has(name)) throw notFound(name);
    const move = this.#db.transaction(() => {
      for (const table of namedTables) this.#db.prepare(`UPDATE ${table} SET name = ? WHERE name = ?`).run(to, name);
    });
    move.immediate();
  }

  /** The model with all versions; their artifacts stay until garbage is collected. */
  delete(name: string): void {
    if (!this.has(name)) throw notFound(name);
    const remove = this.#db.transaction(() => {
      for (const table of namedTables) this.#db.prepare(`DELETE FROM ${table} WHERE name = ?`).run(name);
    });
    remove.immediate();
  }

  version(name: string, version: number): ModelVersion & { description: string; tags: Record<string, string> } {
    const found = this.registry.resolve(`models:/${name}/${version}`);
    const description = this.#db
      .prepare<[string, number], string>('SELECT description FROM model_version_notes WHERE name = ? AND version = ?')
      .pluck()
      .get(name, version);
    return { ...found, description: description ?? '', tags: this.tags(name, version) };
  }

  describeVersion(name: string, version: number, description: string): void {
    this.version(name, version);
    this.#db
      .prepare(
        `INSERT INTO model_version_notes (name, version, description, updated_ms) VALUES (?, ?, ?, ?)
         ON CONFLICT (name, version) DO UPDATE SET description = excluded.description, updated_ms = excluded.updated_ms`,
      )
      .run(name, version, description, Date.now());
  }

  deleteVersion(name: string, version: number): void {
    this.version(name, version);
    const remove = this.#db.transaction(() => {
      for (const table of versionTables) {
        this.#db.prepare(`DELETE FROM ${table} WHERE name = ? AND version = ?`).run(name, version);
      }
      // The name stays when its last version goes.
      if (this.#row(name) === undefined) this.create(name, '');
    });
    remove.immediate();
  }

  deleteAlias(name: string, alias: string): void {
    if (!this.has(name)) throw notFound(name);
    this.registry.deleteAlias(name, alias);
  }

  tags(name: string, version: number): Record<string, string> {
    const rows = this.#db
      .prepare<[string, number], { key: string; value: string }>(
        'SELECT key, value FROM registered_model_tags WHERE name = ? AND version = ? ORDER BY key',
      )
      .all(name, version);
    return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
  }

  /** `version` 0: of the model itself. */
  setTag(name: string, version: number, key: string, value: string): void {
    if (version === ofModel ? !this.has(name) : this.version(name, version) === undefined) throw notFound(name);
    this.#db
      .prepare(
        `INSERT INTO registered_model_tags (name, version, key, value) VALUES (?, ?, ?, ?)
         ON CONFLICT (name, version, key) DO UPDATE SET value = excluded.value`,
      )
      .run(name, version, key, value);
  }

  deleteTag(name: string, version: number, key: string): void {
    this.#db
      .prepare('DELETE FROM registered_model_tags WHERE name = ? AND version = ? AND key = ?')
      .run(name, version, key);
  }

  #row(name: string): ModelRow | undefined {
    return this.#db.prepare<[string], ModelRow>('SELECT * FROM registered_models WHERE name = ?').get(name);
  }
}

function notFound(name: string): AppError {
  return new AppError('model.not-found', `There is no model ${name} in the registry.`);
}
