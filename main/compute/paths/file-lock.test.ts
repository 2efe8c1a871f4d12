import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
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

describe('a lock that was left', () => {
  const old = (path: string) => {
    writeFileSync(path, '');
    utimesSync(path, 1, 1);
  };

  it('is had by one of several processes that take it over at the same time', async () => {
    const rounds = 150;
    const paths = Array.from({ length: rounds }, (_, i) => join(dir, `${i}.lock`));
    for (const path of paths) old(path);
    // Each tries lock i at the same moment as the others, and keeps what it gets.
    const script = `
      import { takeFileLock } from ${JSON.stringify(new URL('./file-lock.ts', import.meta.url).href)};
      console.log('ready');
      process.stdin.once('data', (startMs) => {
        const had = [];
        for (let i = 0; i < ${rounds}; i++) {
          while (performance.timeOrigin + performance.now() < Number(startMs) + 2 * i);
          if (takeFileLock(${JSON.stringify(dir)} + '/' + i + '.lock', 60_000)) had.push(i);
        }
        console.log(JSON.stringify(had));
        process.exit();
      });`;
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    const said = (child: ChildProcess) => once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data');
    await Promise.all(children.map(said));
    const startMs = Date.now() + 50;
    for (const child of children) child.stdin.write(String(startMs));
    const answers = await Promise.all(children.map(async (child) => JSON.parse(String((await said(child))[0]))));
    const holders = new Map<number, number>();
    for (const i of (answers as number[][]).flat()) holders.set(i, (holders.get(i) ?? 0) + 1);
    expect([...holders].filter(([, processes]) => processes > 1)).toEqual([]);
    expect(holders.size).toBe(rounds);
    // Nothing stays beside the locks.
    expect(readdirSync(dir).filter((name) => !name.endsWith('.lock'))).toEqual([]);
  });

  it('is not given back by who slept while another took it', () => {
    const path = join(dir, 'x.lock');
    const slept = takeFileLock(path, 30_000);
    utimesSync(path, 1, 1);
    const release = takeFileLock(path, 30_000);
    slept?.();
    expect(takeFileLock(path, 30_000)).toBeUndefined();
    release?.();
    expect(existsSync(path)).toBe(false);
  });

  it('can be had after a process ended in the middle of taking it over', () => {
    const path = join(dir, 'x.lock');
    old(path);
    writeFileSync(`${path}.next`, '');
    // That process may still be at it.
    expect(takeFileLock(path, 30_000)).toBeUndefined();
    utimesSync(`${path}.next`, 1, 1);
    expect(takeFileLock(path, 30_000) ?? takeFileLock(path, 30_000)).toBeDefined();
    expect(readdirSync(dir)).toEqual(['x.lock']);
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
