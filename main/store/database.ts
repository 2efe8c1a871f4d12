import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '../../shared/errors/app-error.ts';
import { replaceFileSync } from '../compute/paths/replace-file.ts';
import { makeDataDir } from './data-dir.ts';
import { diskError } from './disk-error.ts';

export type StoreDatabase = Database.Database;

const migrationsDir = new URL('./migrations/', import.meta.url);

interface Migration {
  version: number;
  name: string;
  sql: string;
}

/**
 * Opens `slipway.db` in the data directory (made when missing) and brings it to the current schema, each migration in
 * one transaction, after a copy for who goes back to the Slipway before. Throws `disk.read-only`, `disk.full` or `store.open`, naming the directory.
 */
export function openDatabase(dataDir: string): StoreDatabase {
  let database: StoreDatabase | undefined;
  try {
    // Neither SQLite nor a recursive mkdir says that a directory is read-only.
    accessSync(nearestPresent(dataDir), constants.W_OK);
    makeDataDir(dataDir);
    const file = join(dataDir, 'slipway.db');
    const isNew = !existsSync(file);
    database = new Database(file, { timeout: 5000 });
    // SQLite gives its other files the permissions of this one.
    if (isNew) chmodSync(file, 0o600);
    database.pragma('journal_mode = WAL');
    // What is committed outlasts a loss of power, with a sync each; see `withoutSync`.
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    migrate(database, dataDir);
    return database;
  } catch (error) {
    database?.close();
    throw diskError(error, dataDir);
  }
}

/**
 * Commits what `work` writes without waiting for the disk: a loss of power may take it back until the next other commit,
 * in order, never in parts. For what may be made again or is of no use without what comes later.
 */
export function withoutSync<T>(database: StoreDatabase, work: () => T): T {
  if (database.inTransaction) return work();
  database.pragma('synchronous = NORMAL');
  try {
    return work();
  } finally {
    database.pragma('synchronous = FULL');
  }
}

/**
 * `openDatabase` for commands that only look: a data directory that is missing or cannot be written stays as it is, and a copy
 * of its database, or an empty one, is opened in its place. `copy` is the folder to remove afterwards.
 */
export function openDatabaseToLook(dataDir: string): { database: StoreDatabase; copy?: string } {
  if (isWritable(dataDir)) return { database: openDatabase(dataDir) };
  const copy = mkdtempSync(join(tmpdir(), 'slipway-look-'));
  for (const name of ['slipway.db', 'slipway.db-wal']) {
    try {
      copyFileSync(join(dataDir, name), join(copy, name));
      chmodSync(join(copy, name), 0o600);
    } catch {
      // Not there, or not to be read: what it would tell is unknown.
    }
  }
  return { database: openDatabase(copy), copy };
}

function isWritable(dataDir: string): boolean {
  try {
    accessSync(dataDir, constants.W_OK);
    return statSync(dataDir).isDirectory();
  } catch {
    return false;
  }
}

/** The directory itself, or the lowest folder above it that exists. */
function nearestPresent(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestPresent(dirname(path));
}

function migrate(database: StoreDatabase, dataDir: string): void {
  const migrations = readMigrations();
  const newest = migrations.at(-1)?.version ?? 0;
  const apply = database.transaction(() => {
    // Read inside the write transaction: another engine may be opening the same new database.
    const version = Number(database.pragma('user_version', { simple: true }));
    if (version > newest) {
      throw new AppError(
        'store.open',
        `The data directory ${dataDir} was written by a newer Slipway (database version ${version}, this one knows ${newest}).`,
        { fix: wayBack(dataDir, newest) },
      );
    }
    const next = migrations.find((migration) => migration.version > version);
    if (next === undefined) return false;
    database.exec(next.sql);
    database.pragma(`user_version = ${next.version}`);
    return true;
  });
  const found = Number(database.pragma('user_version', { simple: true }));
  if (found === newest) return;
  if (found > 0 && found < newest) keepCopy(database, dataDir, found);
  while (apply.immediate()) {
    // One transaction per migration.
  }
}

const copyName = /^slipway-version-(\d+)\.db$/;

/** Copies of the database from before updates of Slipway, the newest first. */
function keptCopies(dataDir: string): { name: string; version: number }[] {
  return readdirSync(dataDir)
    .flatMap((name) => {
      const version = copyName.exec(name)?.[1];
      return version === undefined ? [] : [{ name, version: Number(version) }];
    })
    .sort((a, b) => b.version - a.version);
}

/** Keeps the database as it is beside itself, in place of the copies of earlier updates: an update can be taken back. */
function keepCopy(database: StoreDatabase, dataDir: string, version: number): void {
  const earlier = keptCopies(dataDir);
  const name = `slipway-version-${version}.db`;
  const partial = join(dataDir, `${name}.${process.pid}.tmp`);
  try {
    rmSync(partial, { force: true });
    database.prepare('VACUUM INTO ?').run(partial);
    // Another engine may have updated it in the meantime, and has then kept it.
    if (versionOf(partial) !== version) return;
    chmodSync(partial, 0o600);
    replaceFileSync(partial, join(dataDir, name));
  } finally {
    rmSync(partial, { force: true });
  }
  for (const copy of earlier) if (copy.name !== name) rmSync(join(dataDir, copy.name), { force: true });
}

function versionOf(file: string): number {
  const database = new Database(file, { readonly: true });
  try {
    return Number(database.pragma('user_version', { simple: true }));
  } finally {
    database.close();
  }
}

/** What to do about a database of a newer Slipway. */
function wayBack(dataDir: string, newest: number): string {
  const copy = keptCopies(dataDir).find(({ version }) => version <= newest);
  const either = 'Update Slipway, or choose another data directory with --data-dir or SLIPWAY_DATA_DIR.';
  if (copy === undefined) return either;
  return `Update Slipway. Or go back to the state before that update: move slipway.db, slipway.db-wal and slipway.db-shm away, and rename ${copy.name} to slipway.db.`;
}

function readMigrations(): Migration[] {
  return readdirSync(migrationsDir)
    .filter((name) => /^\d{4}_\w+\.sql$/.test(name))
    .sort()
    .map((name) => ({
      version: Number(name.slice(0, 4)),
      name,
      sql: readFileSync(new URL(name, migrationsDir), 'utf8'),
    }));
}
