import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeNode } from '../../../nodes/feature/encode/definition.ts';
import { runner as encode } from '../../../nodes/feature/encode/run.ts';
import { imputeNode } from '../../../nodes/feature/impute/definition.ts';
import { runner as impute } from '../../../nodes/feature/impute/run.ts';
import { treesNode } from '../../../nodes/train/trees/definition.ts';
import { runner as trees } from '../../../nodes/train/trees/run.ts';
import { modelManifestSchema } from '../../../shared/model/signature.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { type BatchSession, runBatches } from '../onnx/run-batches.ts';
import { openSession } from '../onnx/session.ts';
import { openScoringSession } from './scoring-session.ts';

let chain: StepChain;
let table: InputArtifact;
let asked: InputArtifact;
let features: InputArtifact[];
beforeAll(async () => {
  chain = await StepChain.create();
  const rows = (from: number, to: number, strange: string) => `SELECT
      CASE WHEN hash(i, 1) % 9 = 0 THEN NULL ELSE (hash(i, 2) % 1000) / 37.0 END AS a,
      CASE hash(i, 3) % 20 WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN 'inf'::DOUBLE WHEN 2 THEN '-inf'::DOUBLE
        WHEN 3 THEN 1e-42 WHEN 4 THEN 3.4e38 ELSE (hash(i, 4) % 100)::DOUBLE - 50 END AS b,
      CASE WHEN hash(i, 5) % 7 = 0 THEN ${strange} ELSE 'c' || (hash(i, 6) % 150) END AS many,
      CASE WHEN hash(i, 7) % 11 = 0 THEN NULL ELSE 'd' || (hash(i, 8) % 4) END AS few,
      (hash(i, 2) % 1000) / 20 + (hash(i, 6) % 150) % 13 + CASE WHEN hash(i, 8) % 4 = 1 THEN 9 ELSE 0 END AS y
    FROM range(${from}, ${to}) r(i)`;
  const labelled = (query: string) => `SELECT *, y > 30 AS yes, CAST(y // 15 AS BIGINT) AS class FROM (${query})`;
  table = await chain.table(labelled(rows(0, 3000, 'NULL')), 'train');
  // Categories and numbers that training has not seen, over several runs of rows.
  asked = await chain.table(labelled(rows(3000, 12_500, "'new' || (i % 3)")), 'test');
  const kept = await chain.run(
    imputeNode,
    impute,
    { columns: ['a', 'b'], numbers: 'keep', infinite: 'keep' },
    { input: [table] },
  );
  const codes = await chain.run(encodeNode, encode, { columns: ['many'] }, { input: [table] });
  const hot = await chain.run(encodeNode, encode, { columns: ['few'], method: 'one-hot' }, { input: [table] });
  features = [kept['features'], codes['features'], hot['features']] as InputArtifact[];
});
afterAll(() => chain[Symbol.asyncDispose]());

it.each([
  { label: 'yes', outputs: ['probabilities', 'label'] },
  { label: 'class', outputs: ['probabilities', 'label'] },
  { label: 'y', outputs: ['prediction'] },
  // Beyond 32 leaves trees are walked.
  { label: 'y', leaves: 48, outputs: ['prediction'] },
  { label: 'y', objective: 'poisson' as const, outputs: ['prediction'] },
])('scores $label as the served graph does, to the last bit', async ({ outputs, ...params }) => {
  const made = await chain.run(treesNode, trees, { trees: 60, ...params }, { features });
  const model = made['model'] as InputArtifact;
  const manifest = modelManifestSchema.parse(JSON.parse(await readFile(model.path('model.json'), 'utf8')));
  const answers = async (session: BatchSession) => {
    const found: unknown[] = [];
    for await (const batch of runBatches(session, asked.path('data.parquet'), { inputs: manifest.inputs, outputs })) {
      found.push(...outputs.map((name) => batch.outputs[name]?.data));
    }
    return found;
  };
  const served = await openSession(model.path('model.onnx'), { threads: 1 });
  const expected = await answers(served);
  await served.release();
  for (const threads of [1, 3]) {
    const session = await openScoringSession({ manifest, path: (file) => model.path(file) }, { threads, label: 'it' });
    expect(session.constructor.name).toBe('TreeSession');
    expect(session.outputNames).toEqual(expect.arrayContaining(outputs));
    expect(await answers(session)).toEqual(expected);
    await session.release();
  }
});

it('runs the graph where the trees are not beside it', async () => {
  const made = await chain.run(treesNode, trees, { label: 'yes', trees: 3 }, { features });
  const model = made['model'] as InputArtifact;
  const manifest = modelManifestSchema.parse(JSON.parse(await readFile(model.path('model.json'), 'utf8')));
  const path = (file: string) => (file === 'native.bin' ? model.path('nothing.bin') : model.path(file));
  const session = await openScoringSession({ manifest, path }, { threads: 1, label: 'it' });
  expect(session.outputNames).toEqual(expect.arrayContaining(['probabilities', 'label']));
  expect(session.constructor.name).not.toBe('TreeSession');
  await session.release();
});
