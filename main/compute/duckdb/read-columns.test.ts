import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type InputColumn, MISSING_STRING, MISSING_TIMESTAMP } from '../../../shared/model/signature.ts';
import { withDuckDb } from './connection.ts';
import { quoteLiteral } from './quote.ts';
import { type ColumnChunk, readColumns } from './read-columns.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipway-read-'));
afterAll(() => rmSync(dir, { recursive: true }));

async function parquet(name: string, query: string): Promise<string> {
  const path = join(dir, name);
  await withDuckDb({}, (db) => db.run(`COPY (${query}) TO ${quoteLiteral(path)} (FORMAT parquet)`));
  return path;
}

async function chunks(path: string, columns: InputColumn[], options = {}): Promise<ColumnChunk[]> {
  const all: ColumnChunk[] = [];
  for await (const chunk of readColumns(path, columns, options)) all.push(chunk);
  return all;
}

test('every type arrives in its ONNX encoding, missing values included', async () => {
  const path = await parquet(
    'types [1].parquet',
    `SELECT * FROM (VALUES
      (true, 9007199254740993, 1.5, 'a', TIMESTAMP '2001-01-01 00:00:00.000001', [1.0, NULL]::FLOAT[2]),
      (NULL, NULL, NULL, NULL, NULL, NULL),
      (false, -1, 'NaN'::DOUBLE, '', TIMESTAMP '1969-12-31 23:59:59', [3.0, 4.0]::FLOAT[2]),
      (true, 2, 0.25, 'ein längerer Text mit ✓ Zeichen', TIMESTAMP '1970-01-01', [5.0, 6.0]::FLOAT[2])
    ) t(b, i, f, s, t, x)`,
  );
  const [chunk, ...rest] = await chunks(path, [
    { name: 's', type: 'string' },
    { name: 'b', type: 'bool' },
    { name: 'i', type: 'int64' },
    { name: 'f', type: 'float64' },
    { name: 't', type: 'timestamp' },
    { name: 'x', type: 'tensor', size: 2 },
  ]);
  expect(rest).toEqual([]);
  expect(chunk).toEqual({
    offset: 0,
    rows: 4,
    columns: [
      { name: 's', kind: 'string', values: ['a', MISSING_STRING, '', 'ein längerer Text mit ✓ Zeichen'] },
      { name: 'b', kind: 'number', values: Float64Array.of(1, Number.NaN, 0, 1) },
      { name: 'i', kind: 'number', values: Float64Array.of(9007199254740992, Number.NaN, -1, 2) },
      { name: 'f', kind: 'number', values: Float64Array.of(1.5, Number.NaN, Number.NaN, 0.25) },
      {
        name: 't',
        kind: 'timestamp',
        values: BigInt64Array.of(978307200000001n, MISSING_TIMESTAMP, -1_000_000n, 0n),
      },
      {
        name: 'x',
        kind: 'tensor',
        size: 2,
        values: Float32Array.of(1, Number.NaN, Number.NaN, Number.NaN, 3, 4, 5, 6),
      },
    ],
  });
});

test('chunks have the size asked for, keep file order and cross vector borders', async () => {
  const path = await parquet('order.parquet', "SELECT i, 'row ' || (i % 5000) AS s FROM range(20000) t(i)");
  for (const chunkRows of [1, 777, 2048, 5000, 100_000]) {
    const limit = chunkRows === 1 ? 3000 : 20_000;
    const all = await chunks(
      path,
      [
        { name: 'i', type: 'int64' },
        { name: 's', type: 'string' },
      ],
      {
        chunkRows,
        limit,
        threads: 2,
      },
    );
    expect(all.slice(0, -1).every((chunk) => chunk.rows === chunkRows)).toBe(true);
    expect(all.map((chunk) => chunk.offset)).toEqual(all.map((_, index) => index * chunkRows));
    const numbers = all.flatMap((chunk) => Array.from((chunk.columns[0]?.values ?? []) as Float64Array));
    const strings = all.flatMap((chunk) => chunk.columns[1]?.values as string[]);
    expect(numbers).toEqual(Array.from({ length: limit }, (_, i) => i));
    expect(strings).toEqual(Array.from({ length: limit }, (_, i) => `row ${i % 5000}`));
  }
});

test('where filters; no rows give no chunk', async () => {
  const path = await parquet('where.parquet', 'SELECT i AS "a""b" FROM range(10) t(i)');
  const [chunk] = await chunks(path, [{ name: 'a"b', type: 'int64' }], { where: '"a""b" >= 8' });
  expect(chunk?.columns[0]?.values).toEqual(Float64Array.of(8, 9));
  expect(await chunks(path, [{ name: 'a"b', type: 'int64' }], { where: 'false' })).toEqual([]);
});

test('a missing column names near misses; a wrong type names both', async () => {
  const path = await parquet('errors.parquet', "SELECT 1 AS distance, 'x' AS origin");
  await expect(chunks(path, [{ name: 'distanse', type: 'float64' }])).rejects.toMatchObject({
    code: 'data.column-missing',
    message: expect.stringContaining('“distanse”'),
    fix: 'Did you mean distance?',
  });
  const stored = await parquet('data.parquet', 'SELECT 1 AS distance');
  await expect(chunks(stored, [{ name: 'origin', type: 'string' }])).rejects.toMatchObject({
    message: 'Column “origin” is not in the table.',
  });
  await expect(chunks(path, [{ name: 'origin', type: 'float64' }])).rejects.toMatchObject({
    code: 'data.column-type',
    message: 'Column “origin” is VARCHAR, where float64 is expected.',
  });
  await expect(chunks(join(dir, 'no.parquet'), [])).rejects.toMatchObject({ code: 'data.unreadable' });
});

test('stops when aborted', async () => {
  const path = await parquet('abort.parquet', 'SELECT i FROM range(1000000) t(i)');
  const abort = new AbortController();
  const read = async () => {
    for await (const chunk of readColumns(path, [{ name: 'i', type: 'int64' }], { signal: abort.signal })) {
      expect(chunk.offset).toBe(0);
      abort.abort();
    }
  };
  await expect(read()).rejects.toMatchObject({ code: 'run.cancelled' });
});
