import { accessSync, chmodSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
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
