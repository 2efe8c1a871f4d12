import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { withDuckDb } from '../compute/duckdb/connection.ts';
import { tableFile, writeTable } from '../compute/duckdb/write-table.ts';
import type { InputArtifact } from '../../shared/node/runner.ts';
import { createProfileCache } from './profile-cache.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipway-profiles-'));
afterAll(() => removeFolder(dir));

async function table(rows: number): Promise<InputArtifact> {
  const workDir = mkdtempSync(join(dir, 'table-'));
  const draft = await withDuckDb({ threads: 2 }, (db) =>
    writeTable(db, `SELECT i AS a, md5(i::VARCHAR) AS b FROM range(${rows}) t(i)`, { workDir }),
  );
  return {
    digest: draft.contentDigest,
    type: 'table',
    manifest: { schema: draft.schema },
    path: () => join(workDir, tableFile),
  } as unknown as InputArtifact;
}

it('profiles a table once for all who ask', async () => {
  const cache = createProfileCache();
  const small = await table(100);
  const [first, second] = await Promise.all([cache.profile(small), cache.profile(small)]);
  expect(second).toBe(first);
  expect(await cache.profile(small, { exact: true })).toEqual(first);
  expect(await cache.correlation(small)).toMatchObject({ columns: ['a'], sampled: 100 });
});

it('ends a profile that nobody waits for any more, and makes it anew when asked', async () => {
  const cache = createProfileCache();
  const large = await table(1_500_000);
  const [one, two] = [new AbortController(), new AbortController()];
  const stays = cache.profile(large, { exact: true, signal: one.signal });
  const leaves = cache.profile(large, { exact: true, signal: two.signal });
  two.abort(new Error('left'));
  await expect(leaves).rejects.toThrow('left');
  one.abort(new Error('left too'));
  await expect(stays).rejects.toThrow('left too');
  const [column] = await cache.profile(large, { exact: true });
  expect(column).toMatchObject({ sampled: 1_500_000, distinct: 1_500_000 });
});
