import { renameSync, rmSync } from 'node:fs';
import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors/app-error.ts';
import { resolveDataDir } from './data-dir.ts';
import { openDatabase } from './database.ts';
import { diskError } from './disk-error.ts';
import { openEngineList } from './open-engines.ts';
import { createRecentGraphs } from './recent-graphs.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-database-'));
});
afterEach(() => removeFolder(dir));

describe('opening the database', () => {
  it('makes it, and opens it again as it is', () => {
    const first = openDatabase(join(dir, 'new', 'data'));
    const version = first.pragma('user_version', { simple: true });
    createRecentGraphs(first).remember({ path: '/g.slipway.json', name: 'G', id: 'g', modifiedMs: 1.5 });
    first.close();
    const second = openDatabase(join(dir, 'new', 'data'));
    expect(second.pragma('user_version', { simple: true })).toBe(version);
    expect(second.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(createRecentGraphs(second).list()).toEqual([
      { path: '/g.slipway.json', name: 'G', id: 'g', modifiedMs: 1.5 },
    ]);
    second.close();
  });

  it('refuses a newer one and leaves it as it is', () => {
    openDatabase(dir).close();
    const raw = new Database(join(dir, 'slipway.db'));
    raw.pragma('user_version = 999');
    raw.close();
    expect(() => openDatabase(dir)).toThrow(
      expect.objectContaining({ code: 'store.open', message: expect.stringContaining('newer Slipway') }),
    );
    const after = new Database(join(dir, 'slipway.db'));
    expect(after.pragma('user_version', { simple: true })).toBe(999);
    after.close();
  });

  it('says how to go back to the state before an update', () => {
    const database = openDatabase(dir);
    createRecentGraphs(database).remember({ path: '/g.slipway.json', name: 'G', id: 'g', modifiedMs: 1 });
    const current = Number(database.pragma('user_version', { simple: true }));
    // As the update to version 999 leaves it.
    const copy = `slipway-version-${current}.db`;
    database.prepare('VACUUM INTO ?').run(join(dir, copy));
    database.pragma('user_version = 999');
    database.close();
    expect(() => openDatabase(dir)).toThrow(
      expect.objectContaining({ code: 'store.open', fix: expect.stringContaining(`rename ${copy} to slipway.db`) }),
    );
    for (const name of ['slipway.db', 'slipway.db-wal', 'slipway.db-shm']) rmSync(join(dir, name), { force: true });
    renameSync(join(dir, copy), join(dir, 'slipway.db'));
    const before = openDatabase(dir);
    expect(createRecentGraphs(before).list()).toHaveLength(1);
    before.close();
  });

  it('refuses what is no database, and a file in the place of the directory', async () => {
    await writeFile(
      join(dir, 'slipway.db'),
      'this is not a database, but it is long enough to be looked at'.repeat(20),
    );
    expect(() => openDatabase(dir)).toThrow(expect.objectContaining({ code: 'store.open' }));
    await writeFile(join(dir, 'file'), '');
    expect(() => openDatabase(join(dir, 'file'))).toThrow(
      expect.objectContaining({ code: 'store.open', message: expect.stringContaining(join(dir, 'file')) }),
    );
  });

  // The superuser may write everywhere.
  it.skipIf(process.getuid?.() === 0)('names a directory that cannot be written', async () => {
    await chmod(dir, 0o500);
    expect(() => openDatabase(join(dir, 'data'))).toThrow(
      expect.objectContaining({ code: 'disk.read-only', message: expect.stringContaining(dir) }),
    );
  });
});

it.each([
  ['ENOSPC', 'disk.full'],
  ['SQLITE_FULL', 'disk.full'],
  ['EROFS', 'disk.read-only'],
  ['EACCES', 'disk.read-only'],
  ['SQLITE_READONLY_DBMOVED', 'disk.read-only'],
  ['SQLITE_BUSY', 'store.open'],
])('%s is %s, with the directory and a way out', (system, code) => {
  const error = diskError(Object.assign(new Error('no'), { code: system }), '/data');
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({
    code,
    message: expect.stringContaining('/data'),
    fix: expect.stringContaining('--data-dir'),
  });
});

it('leaves other errors alone', () => {
  const error = new Error('other');
  expect(diskError(error, '/data')).toBe(error);
});

it('says when another engine uses the directory', () => {
  const database = openDatabase(dir);
  const list = openEngineList(database);
  expect(list.notices).toEqual([]);
  // The parent of this process lives; nothing has the other id.
  const insert = database.prepare('INSERT INTO engines VALUES (?, ?, 0)');
  insert.run(process.ppid, '');
  insert.run(4_194_305, '');
  expect(openEngineList(database).notices).toEqual([expect.stringContaining(`process ${process.ppid})`)]);
  list.leave();
  expect(database.prepare('SELECT pid FROM engines').all()).toEqual([{ pid: process.ppid }]);
  database.close();
});

it('finds the data directory', () => {
  expect(resolveDataDir('/a', { SLIPWAY_DATA_DIR: '/b' })).toBe('/a');
  expect(resolveDataDir(undefined, { SLIPWAY_DATA_DIR: '/b' })).toBe('/b');
  expect(resolveDataDir(undefined, { HOME: '/h', XDG_DATA_HOME: '/x', LOCALAPPDATA: '/x' })).toMatch(/slipway$/i);
});
