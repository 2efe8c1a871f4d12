import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listCrashReports, removeOldCrashReports } from './crash-reports.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-crashes-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('keeps the newest reports, whatever folder they are in', () => {
  for (const name of ['pending', 'completed']) mkdirSync(join(folder, name));
  for (let age = 0; age < 13; age++) {
    const path = join(folder, age % 2 === 0 ? 'pending' : 'completed', `${age}.dmp`);
    writeFileSync(path, 'MDMP');
    writeFileSync(path.replace('.dmp', '.meta'), '');
    utimesSync(path, 1_000_000 - age, 1_000_000 - age);
  }
  writeFileSync(join(folder, 'settings.dat'), '');
  removeOldCrashReports(folder);
  expect(listCrashReports(folder).map(({ path }) => basename(path, '.dmp'))).toEqual(
    Array.from({ length: 10 }, (_, age) => String(age)),
  );
  expect(listCrashReports(folder)[0]?.timeMs).toBe(1_000_000_000);
  expect(existsSync(join(folder, 'pending', '12.meta'))).toBe(false);
  expect(existsSync(join(folder, 'pending', '8.meta'))).toBe(true);
  expect(existsSync(join(folder, 'settings.dat'))).toBe(true);
});

it('finds none where nothing has crashed', () => {
  expect(listCrashReports(join(folder, 'nowhere'))).toEqual([]);
  removeOldCrashReports(join(folder, 'nowhere'));
});
