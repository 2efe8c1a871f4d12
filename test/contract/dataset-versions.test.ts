import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runSlipway } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

let dir: string;
let graph: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-versions-'));
  graph = join(dir, 'graph.slipway.json');
});
afterAll(() => removeFolder(dir));

/** 100 rows of an `id` and a `size`, and one more column where asked. */
function writeRows(shift: number, extra = ''): void {
  const rows = Array.from({ length: 100 }, (_, id) => `${id},${(id % 10) + shift}${extra === '' ? '' : ',x'}`);
  writeFileSync(join(dir, 'rows.csv'), [`id,size${extra}`, ...rows, ''].join('\n'));
}

function writeGraph(pinned?: string): void {
  const nodes = {
    rows: { kind: 'data.file', version: 1, params: { path: 'rows.csv' }, ...(pinned === undefined ? {} : { pinned }) },
  };
  writeFileSync(
    graph,
    JSON.stringify({ format: 'slipway/graph', formatVersion: 1, id: 'v', name: 'V', nodes, edges: [] }),
  );
}

const run = async (): Promise<string> => {
  const { code, last, stderr } = await runSlipway(['run', graph], dir);
  expect(code, stderr).toBe(0);
  return (last['outputs'] as Record<string, { digest: string }>)['rows.table']?.digest ?? '';
};

it('keeps a version of each content of a source, compares two, and pins a graph to one', async () => {
  writeGraph();
  writeRows(0);
  const first = await run();
  writeRows(30, ',note');
  const second = await run();
  await run();
  const listed = await runSlipway(['artifacts', 'versions', 'rows.csv'], dir);
  const versions = listed.last['versions'] as { dataset: string; number: number; digest: string; rowCount: number }[];
  expect(versions.map(({ number, digest, rowCount }) => [number, digest, rowCount])).toEqual([
    [2, second, 100],
    [1, first, 100],
  ]);
  const { code, last } = await runSlipway(['artifacts', 'diff', 'rows.csv@1', `${versions[0]?.dataset}@2`], dir);
  expect(code).toBe(0);
  expect(last).toMatchObject({
    schema: [{ column: 'note', change: 'added' }],
    rows: { before: 100, after: 100, added: 100, removed: 100 },
    columns: [
      { column: 'id', differs: false },
      { column: 'size', differs: true },
    ],
  });
  writeGraph(first);
  expect(await run()).toBe(first);
  rmSync(join(dir, 'rows.csv'));
  expect(await run()).toBe(first);
  await runSlipway(['artifacts', 'gc', '--max-size', '1'], dir);
  expect(await run()).toBe(first);
  writeGraph(second);
  const gone = await runSlipway(['run', graph], dir);
  expect(gone.code).toBe(1);
  expect(JSON.stringify(gone.last)).toContain('no longer stored');
});
