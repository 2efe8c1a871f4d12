import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openShellLog } from './shell-log.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-shell-log-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true, force: true });
});

it('keeps two files of 5 MiB', () => {
  const log = openShellLog(join(dir, 'logs'));
  log.write('first');
  expect(readFileSync(log.path, 'utf8')).toMatch(/^\d{4}-\S+ first\n$/);
  for (const text of ['a', 'b']) {
    writeFileSync(log.path, text.repeat(5 * 2 ** 20 + 1));
    log.write('next');
    expect(readFileSync(log.path, 'utf8')).toContain(' next\n');
    expect(statSync(log.path).size).toBeLessThan(100);
    expect(readFileSync(join(dir, 'logs', 'engine.1.log'), 'utf8')[0]).toBe(text);
  }
});

it('goes on where nothing can be written', () => {
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const log = openShellLog(join(dir, 'logs'));
  // In the way of the log, as a full disk is.
  mkdirSync(log.path, { recursive: true });
  log.write('said');
  expect(told.mock.calls.join()).toContain('said');
  rmSync(log.path, { recursive: true });
  log.write('again');
  expect(readFileSync(log.path, 'utf8')).toContain('again');
});
