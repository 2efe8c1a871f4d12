import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeTrainingTable } from '../../../main/monitoring/training-window.ts';
import { type JoinedView, joinedColumns, joinedViewsOf } from '../../../shared/features/joined-view.ts';
import type { ArtifactDraft, InputArtifact } from '../../../shared/node/runner.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { fileNode } from '../../data/file/definition.ts';
import { runner as file } from '../../data/file/run.ts';
import { sortNode } from '../../data/sort/definition.ts';
import { runner as sort } from '../../data/sort/run.ts';
import { splitNode } from '../../data/split/definition.ts';
import { runner as split } from '../../data/split/run.ts';
import { viewNode } from '../view/definition.ts';
import { runner as view } from '../view/run.ts';
import { joinNode } from './definition.ts';
import { runner } from './run.ts';

let chain: StepChain;
let folder: string;
beforeAll(async () => {
  chain = await StepChain.create();
  folder = mkdtempSync(join(tmpdir(), 'joined-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await chain[Symbol.asyncDispose]();
});

const joinedOf = (artifact: InputArtifact | undefined): JoinedView[] => joinedViewsOf(artifact?.manifest.meta ?? {});

it('is known of rows that were joined, sorted and split, and of a file that is trained on again', async () => {
  const rates = await chain.table(
    `SELECT i AS customer, TIMESTAMP '2026-01-01' AS at, i / 10 AS rate, 'x' AS kind FROM range(20) r(i)`,
  );
  const orders = await chain.table(
    `SELECT i % 20 AS buyer, TIMESTAMP '2026-02-01' AS day, i > 30 AS late FROM range(60) r(i)`,
  );
  const made = await chain.run(
    viewNode,
    view,
    { name: 'rates', keys: ['customer'], eventTimestamp: 'at' },
    { source: [rates] },
  );
  const views = [made['view'] as InputArtifact];
  const params = { timestamp: 'day', keyColumns: { customer: 'buyer' }, prefix: true };
  const joined = (await chain.run(joinNode, runner, params, { labels: [orders], views }))['table'] as InputArtifact;
  const expected = [
    {
      view: expect.objectContaining({ name: 'rates', ttlSeconds: 0 }) as unknown,
      digest: views[0]?.digest,
      timestamp: 'day',
      keyColumns: { customer: 'buyer' },
      columns: { rate: 'rates__rate', kind: 'rates__kind' },
    },
  ];
  expect(joinedOf(joined)).toEqual(expected);
  const sorted = await chain.run(sortNode, sort, { by: [{ column: 'buyer' }] }, { input: [joined] });
  const parts = await chain.run(splitNode, split, { method: 'random' }, { input: [sorted['table'] as InputArtifact] });
  expect(joinedOf(parts['train'])).toEqual(expected);
  expect(joinedOf(parts['test'])).toEqual(expected);

  const path = join(folder, 'again.parquet');
  const kept = joinedColumns(joinedOf(joined), new Set(['rates__rate']));
  const column = { name: 'rates__rate', kind: 'number' as const, values: Float64Array.of(0.1, 0.2) };
  await writeTrainingTable(
    path,
    {
      rows: 2,
      columns: [column],
      actual: Float64Array.of(0, 1),
    } as unknown as Parameters<typeof writeTrainingTable>[1],
    {
      task: 'binary',
      classes: [false, true],
      inputs: [{ name: 'rates__rate', type: 'float64' }],
      label: { column: 'late', type: 'bool' },
      joined: kept,
    },
    {},
  );
  const read = (await chain.run(fileNode, file, { path }, {}))['table'] as InputArtifact | ArtifactDraft;
  expect(joinedOf(read as InputArtifact)).toEqual([{ ...expected[0], columns: { rate: 'rates__rate' } }]);
});
