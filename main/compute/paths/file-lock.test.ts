import { mkdtempSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { holdFileLock, takeFileLock } from './file-lock.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-lock-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

describe('takeFileLock', () => {
  it('is had by one at a time', () => {
    const path = join(dir, 'x.lock');
    const release = takeFileLock(path, 60_000);
    expect(takeFileLock(path, 60_000)).toBeUndefined();
    release?.();
    expect(takeFileLock(path, 60_000)).toBeDefined();
  });

  it('is taken from one that has ended, also after a jump of the clock', () => {
    const path = join(dir, 'x.lock');
    for (const seconds of [-60, 60]) {
      takeFileLock(path, 1_000);
      utimesSync(path, Date.now() / 1000 + seconds, Date.now() / 1000 + seconds);
      expect(takeFileLock(path, 30_000)).toBeDefined();
      rmSync(path);
    }
  });

  it('tells where it cannot be made', () => {
    expect(() => takeFileLock(join(dir, 'none', 'x.lock'), 1_000)).toThrow(/ENOENT/);
  });
});

describe('holdFileLock', () => {
  it('keeps the lock young until it is given back, and outlives its loss', () => {
    vi.useFakeTimers();
    try {
      const path = join(dir, 'x.lock');
      const release = holdFileLock(path, 60_000);
      expect(holdFileLock(path, 60_000)).toBeUndefined();
      utimesSync(path, 1, 1);
      vi.advanceTimersByTime(15_000);
      expect(statSync(path).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
      rmSync(path);
      vi.advanceTimersByTime(15_000);
      release?.();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
