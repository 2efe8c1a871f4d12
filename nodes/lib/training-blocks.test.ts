import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InputArtifact, StepContext } from '../../shared/node/runner.ts';
import { StepChain } from '../../test/support/step-chain.ts';
import { encodeNode } from '../feature/encode/definition.ts';
import { runner as encode } from '../feature/encode/run.ts';
import { imputeNode } from '../feature/impute/definition.ts';
import { runner as impute } from '../feature/impute/run.ts';
import { targetNode } from '../feature/target/definition.ts';
import { runner as target } from '../feature/target/run.ts';
import { treesNode } from '../train/trees/definition.ts';
import { trainingBlocks } from './training-blocks.ts';
import { readTrainingColumns, readTrainingInputs } from './training-data.ts';

let chain: StepChain;
let features: InputArtifact[];
beforeAll(async () => {
  chain = await StepChain.create();
  // Labels are missing now and then, in the first and the last block, and throughout one of them.
  const rows = await chain.table(
    `SELECT i / 7.0 AS a, ['x', 'y', 'z'][1 + i % 3] AS c, 't' || (i * 13 % 11) AS t,
    CASE WHEN i % 7 = 0 OR i BETWEEN 60 AND 95 OR i = 299 THEN NULL ELSE i * 37 % 100 END AS y FROM range(300) r(i)`,
    'train',
  );
  const numbers = await chain.run(imputeNode, impute, { columns: ['a'] }, { input: [rows] });
  const means = await chain.run(
    targetNode,
    target,
    { columns: ['t'], label: 'y', task: 'regression' },
    { input: [rows] },
  );
  const codes = await chain.run(encodeNode, encode, { columns: ['c'], method: 'one-hot' }, { input: [rows] });
  features = [numbers, means, codes].map((outputs) => outputs['features'] as InputArtifact);
}, 60_000);
afterAll(() => chain[Symbol.asyncDispose]());

type Context = Parameters<typeof readTrainingColumns>[0];

/** What a step with the features above sees. */
async function inStep(look: (ctx: Context) => Promise<void>): Promise<void> {
  const runner = {
    run: async (ctx: StepContext<Context['params']>) => {
      await look(ctx);
      return {};
    },
  };
  await chain.run(treesNode, runner, { label: 'y', task: 'regression' }, { features });
}

test('blocks hold what the columns do, row by row, whatever their size', async () => {
  await inStep(async (ctx) => {
    const { columns, labels } = await readTrainingColumns(ctx);
    const inputs = await readTrainingInputs(ctx, { inMemory: false });
    expect(columns).toHaveLength(5);
    for (const chunkRows of [1, 16, 64, 1000]) {
      let next = 0;
      for await (const { first, rows, values } of trainingBlocks(ctx, inputs, chunkRows)) {
        expect(first).toBe(next);
        for (let row = 0; row < rows; row++) {
          const expected = columns.map((column) => column[first + row]);
          expect(Array.from(values.subarray(row * 5, row * 5 + 5))).toEqual(expected);
        }
        next += rows;
      }
      expect(next).toBe(labels.values.length);
    }
  });
});

test('training values of another table are refused, too few and too many', async () => {
  await inStep(async (ctx) => {
    const inputs = await readTrainingInputs(ctx, { inMemory: false });
    const [found] = inputs.pipeline.outOfFold ?? [];
    for (const bytes of [40, 4000]) {
      const path = `${ctx.workDir}/values-${bytes}`;
      await writeFile(path, new Uint8Array(bytes));
      const outOfFold = [{ feature: String(found?.feature), path }];
      const readAll = async () => {
        let rows = 0;
        const blocks = trainingBlocks(ctx, { ...inputs, pipeline: { ...inputs.pipeline, outOfFold } });
        for await (const block of blocks) rows += block.rows;
        return rows;
      };
      await expect(readAll()).rejects.toMatchObject({ code: 'artifact.corrupt' });
    }
  });
});
