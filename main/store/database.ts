import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '../../shared/errors/app-error.ts';
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
 * one transaction. Throws `disk.read-only`, `disk.full` or `store.open`, naming the directory.
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
    database.pragma('synchronous = NORMAL');
    database.pragma('foreign_keys = ON');
    migrate(database, dataDir);
    return database;
  } catch (error) {
    database?.close();
    throw diskError(error, dataDir);
  }
}

/**
 * The same for commands that only look: a data directory that is missing or cannot be written stays as it is, and a copy
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
        { fix: 'Update Slipway, or choose another data directory with --data-dir or SLIPWAY_DATA_DIR.' },
      );
    }
    const next = migrations.find((migration) => migration.version > version);
    if (next === undefined) return false;
    database.exec(next.sql);
    database.pragma(`user_version = ${next.version}`);
    return true;
  });
  if (Number(database.pragma('user_version', { simple: true })) === newest) return;
  while (apply.immediate()) {
    // One transaction per migration.
  }
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
