import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnOf } from './column-types.ts';
import { withDuckDb } from './connection.ts';
import { previewInputRows, previewQuery } from './preview-query.ts';

let folder: string;
let input: { path: string; columns: ReturnType<typeof columnOf>[] };

describe('a preview of a query', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-preview-'));
    const path = join(folder, 'rows.parquet');
    await withDuckDb({}, (db) =>
      db.run(`COPY (SELECT i, i % 7 AS d, 'n' || i AS name FROM range(50000) t(i)) TO '${path}' (FORMAT parquet)`),
    );
    input = { path, columns: [columnOf('i', 'BIGINT'), columnOf('d', 'BIGINT'), columnOf('name', 'VARCHAR')] };
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('gives the first rows, of the first rows of its inputs', async () => {
    const page = await previewQuery('SELECT i * 2 AS double, name FROM input WHERE i >= 3', { input }, 2);
    expect(page.columns.map((column) => column.name)).toEqual(['double', 'name']);
    expect(page.rows).toEqual([
      [6, 'n3'],
      [8, 'n4'],
    ]);
    const counted = await previewQuery('SELECT count(*) AS n FROM input', { input }, 5);
    expect(counted.rows).toEqual([[previewInputRows]]);
  });

  it.each([
    ["SELECT * FROM read_csv('/etc/passwd')", 'data.query'],
    ["COPY input TO '/tmp/stolen.csv'", 'data.query'],
    ['SELECT 1; SELECT 2', 'data.query'],
    ['SELECT nothing FROM input', 'data.column-missing'],
    ['SELECT random() AS r FROM input', 'data.query'],
  ])('refuses %s', async (query, code) => {
    await expect(previewQuery(query, { input }, 5)).rejects.toMatchObject({ code });
  });
});
