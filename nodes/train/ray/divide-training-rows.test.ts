import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StepContext } from '../../../shared/node/runner.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { holdOut } from '../../lib/folds.ts';
import { readTrainingColumns, readTrainingInputs } from '../../lib/training-data.ts';
import { imputeNode } from '../../feature/impute/definition.ts';
import { runner as impute } from '../../feature/impute/run.ts';
import { treesNode } from '../trees/definition.ts';
import { divideTrainingRows } from './divide-training-rows.ts';

type Context = Parameters<typeof readTrainingColumns>[0];

async function floats(path: string): Promise<number[]> {
  const bytes = await readFile(path);
  return Array.from(new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)));
}

test('each row is in the file it belongs to, in order, and those that are asked for are given', async () => {
  await using chain = await StepChain.create();
  // Several blocks, and every fifth row has no label.
  const table = await chain.table(
    'SELECT i AS a, i * 7 % 1000 AS b, CASE WHEN i % 5 > 0 THEN i END AS y FROM range(9000) r(i)',
    'train',
  );
  const { features } = await chain.run(imputeNode, impute, { columns: ['a', 'b'] }, { input: [table] });
  const look = async (ctx: StepContext<Context['params']>) => {
    const { columns, labels } = await readTrainingColumns(ctx);
    const usable = labels.values.length;
    const rows = holdOut(usable, 0.2, 'random', 3);
    const compared = Uint32Array.of(0, 1, 4321, rows.train.length - 1);
    const files = { train: join(ctx.workDir, 'x'), held: join(ctx.workDir, 'held') };
    const inputs = await readTrainingInputs(ctx, { inMemory: false });
    const divided = await divideTrainingRows(ctx, inputs, { rows, files, compared });
    const byRow = (which: Uint32Array) => Array.from(which).flatMap((row) => columns.map((column) => column[row]));
    const byColumn = (which: Uint32Array) => columns.map((column) => Array.from(which, (row) => column[row]));
    expect(await floats(files.train)).toEqual(byRow(rows.train));
    expect(await floats(files.held)).toEqual(byRow(rows.valid));
    expect(Array.from(divided.held)).toEqual(byColumn(rows.valid).flat());
    const places = compared.map((place) => rows.train[place] as number);
    expect(divided.compared.map((column) => Array.from(column))).toEqual(byColumn(places));
    expect(divided.first.map((column) => Array.from(column))).toEqual(
      columns.map((column) => Array.from(column.slice(0, 256))),
    );
    return {};
  };
  await chain.run(
    treesNode,
    { run: look },
    { label: 'y', task: 'regression' },
    { features: features === undefined ? [] : [features] },
  );
});
