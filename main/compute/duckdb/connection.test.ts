import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { withDuckDb } from './connection.ts';
import { duckDbError } from './duckdb-error.ts';
import { quoteIdentifier, quoteLiteral, quotePath } from './quote.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipway-duckdb-'));
afterAll(() => rmSync(dir, { recursive: true }));

test('quoted names and texts come back as they are', async () => {
  await withDuckDb({}, async (db) => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !text.includes('\0')),
        async (text) => {
          const [row] = await db.rows(`SELECT ${quoteLiteral(text)} AS ${quoteIdentifier(text)}`);
          expect(row).toEqual({ [text]: text });
        },
      ),
      { seed: 5, numRuns: 200, examples: [['"'], ["'"], ["'; DROP TABLE x; --"], ['a"b"'], ['\\']] },
    );
  });
});

test('paths with glob characters are files, not patterns', async () => {
  const path = join(dir, 'a[1]*?.csv');
  writeFileSync(path, 'a\n1\n');
  writeFileSync(join(dir, 'a1xx.csv'), 'a\n2\n');
  await withDuckDb({}, async (db) => {
    expect(await db.rows(`SELECT CAST(a AS INTEGER) AS a FROM read_csv(${quotePath(path)})`)).toEqual([{ a: 1 }]);
  });
});

test('after restricting, only the given files can be read or written, and that cannot be undone', async () => {
  const open = join(dir, 'open.parquet');
  const secret = join(dir, 'secret.csv');
  const target = join(dir, 'target.parquet');
  writeFileSync(secret, 'a\n1\n');
  await withDuckDb({}, async (db) => {
    await db.run(`COPY (SELECT 1 AS a) TO ${quoteLiteral(open)}`);
    await db.restrictToFiles([open, target]);
    expect(await db.rows(`SELECT a FROM ${quoteLiteral(open)}`)).toEqual([{ a: 1 }]);
    await db.run(`COPY (SELECT 2 AS a) TO ${quoteLiteral(target)}`);
    for (const sql of [
      `SELECT * FROM ${quoteLiteral(secret)}`,
      `SELECT * FROM read_text(${quoteLiteral(secret)})`,
      `SELECT * FROM glob(${quoteLiteral(join(dir, '*'))})`,
      `COPY (SELECT 1) TO ${quoteLiteral(join(dir, 'other.parquet'))}`,
      `ATTACH ${quoteLiteral(join(dir, 'other.db'))}`,
      'SET enable_external_access = true',
      `SET allowed_paths = [${quoteLiteral(secret)}]`,
      'INSTALL httpfs',
      'LOAD httpfs',
    ]) {
      await expect(db.run(sql), sql).rejects.toThrow();
    }
    expect(existsSync(join(dir, 'other.parquet'))).toBe(false);
  });
});

test('spills to its folder under a memory limit, also when restricted, and reports progress', async () => {
  const sorting = `SELECT CAST(max(r) AS INTEGER) AS n FROM (SELECT row_number() OVER (ORDER BY s) AS r
    FROM (SELECT repeat('x', 40) || hash(i) AS s FROM range(2000000) t(i)))`;
  const memoryBytes = 128 * 2 ** 20;
  await expect(withDuckDb({ memoryBytes }, (db) => db.rows(sorting))).rejects.toThrow('Out of Memory');
  const seen: number[] = [];
  const options = { memoryBytes, tempDir: join(dir, 'spill'), onProgress: (done: number) => seen.push(done) };
  await withDuckDb(options, async (db) => {
    await db.restrictToFiles([]);
    expect(await db.rows(sorting)).toEqual([{ n: 2_000_000 }]);
  });
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.every((done) => done >= 0 && done <= 1)).toBe(true);
});

test('an abort interrupts the running query', async () => {
  const abort = new AbortController();
  const endless = withDuckDb({ signal: abort.signal }, (db) =>
    db.rows('SELECT count(*) FROM range(1000000) a, range(1000000) b'),
  );
  setTimeout(() => abort.abort(), 20);
  await expect(endless).rejects.toMatchObject({ code: 'run.cancelled' });
  await expect(withDuckDb({ signal: abort.signal }, async () => 1)).rejects.toMatchObject({ code: 'run.cancelled' });
});

test('running out of memory or disk has its own code', async () => {
  const context = { code: 'data.unreadable', doing: 'Cannot read a.csv' } as const;
  const tooMuch = withDuckDb({ memoryBytes: 64 * 2 ** 20 }, (db) =>
    db.rows("SELECT count(DISTINCT s) FROM (SELECT repeat('x', 100) || i AS s FROM range(3000000) t(i))"),
  );
  const error = await tooMuch.catch((cause: unknown) => duckDbError(cause, context));
  expect(error).toMatchObject({ code: 'step.out-of-memory', message: expect.stringContaining('Cannot read a.csv') });
  const full = new Error('IO Error: Could not write all bytes to file "x": No space left on device');
  expect(duckDbError(full, context)).toMatchObject({
    code: 'disk.full',
    message: 'Cannot read a.csv: the disk is full.',
  });
  expect(duckDbError(new Error('Invalid Error: odd'), context)).toMatchObject({ code: 'data.unreadable' });
});
