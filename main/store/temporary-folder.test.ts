import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { provideTemporaryFolder } from './temporary-folder.ts';

const name = process.platform === 'win32' ? 'TEMP' : 'TMPDIR';
const before = process.env[name];
let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'slipway-scratch-'));
});
afterEach(() => {
  if (before === undefined) delete process.env[name];
  else process.env[name] = before;
  rmSync(dataDir, { recursive: true, force: true });
});

it('leaves a system alone whose own folder can be written', async () => {
  const own = process.env[name];
  await provideTemporaryFolder(dataDir);
  expect(process.env[name]).toBe(own);
  expect(existsSync(join(dataDir, 'tmp'))).toBe(false);
});

it('uses one in the data directory where there is none, and removes those of processes that are gone', async () => {
  const gone = join(dataDir, 'tmp', '999999999.1.system');
  mkdirSync(gone, { recursive: true });
  process.env[name] = join(dataDir, 'not', 'there');
  await provideTemporaryFolder(dataDir);
  expect(tmpdir().startsWith(join(dataDir, 'tmp'))).toBe(true);
  expect([gone, tmpdir()].map((folder) => existsSync(folder))).toEqual([false, true]);
});

it('changes nothing where the data directory cannot be written either', async () => {
  process.env[name] = join(dataDir, 'not', 'there');
  await provideTemporaryFolder(join(dataDir, 'neither'));
  expect(tmpdir()).toBe(join(dataDir, 'not', 'there'));
});
