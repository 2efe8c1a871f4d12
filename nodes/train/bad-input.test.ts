import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InputArtifact, StepContext } from '../../shared/node/runner.ts';
import { StepChain } from '../../test/support/step-chain.ts';
import { encodeNode } from '../feature/encode/definition.ts';
import { runner as encode } from '../feature/encode/run.ts';
import { imputeNode } from '../feature/impute/definition.ts';
import { runner as impute } from '../feature/impute/run.ts';
import { evaluateNode } from './evaluate/definition.ts';
import { runner as evaluate } from './evaluate/run.ts';
import { forestNode } from './forest/definition.ts';
import { runner as forest } from './forest/run.ts';
import { requireMatrixMemory } from '../lib/matrix-memory.ts';
import { linearNode } from './linear/definition.ts';
import { runner as linear } from './linear/run.ts';
import { mlpNode } from './mlp/definition.ts';
import { runner as mlp } from './mlp/run.ts';
import { treesNode } from './trees/definition.ts';
import { runner as trees } from './trees/run.ts';

let chain: StepChain;
beforeAll(async () => {
  chain = await StepChain.create();
});
afterAll(() => chain[Symbol.asyncDispose]());

interface Given {
  numbers?: string[];
  categories?: string[];
  params?: object;
  more?: Partial<StepContext>;
}

async function features(sql: string, { numbers = ['a'], categories = [] }: Given): Promise<InputArtifact[]> {
  const rows = await chain.table(sql, 'train');
  const made: InputArtifact[] = [];
  if (numbers.length > 0) {
    const step = await chain.run(imputeNode, impute, { columns: numbers }, { input: [rows] });
    made.push(step['features'] as InputArtifact);
  }
  if (categories.length > 0) {
    const step = await chain.run(encodeNode, encode, { columns: categories }, { input: [rows] });
    made.push(step['features'] as InputArtifact);
  }
  return made;
}

/** Every trainer on the same rows. */
const trainers = {
  trees: (input: InputArtifact[], given: Given) =>
    chain.run(treesNode, trees, { label: 'y', trees: 5, ...given.params }, { features: input }, given.more),
  forest: (input: InputArtifact[], given: Given) =>
    chain.run(forestNode, forest, { label: 'y', trees: 5, ...given.params }, { features: input }, given.more),
  linear: (input: InputArtifact[], given: Given) =>
    chain.run(linearNode, linear, { label: 'y', ...given.params }, { features: input }, given.more),
  mlp: (input: InputArtifact[], given: Given) =>
    chain.run(mlpNode, mlp, { label: 'y', epochs: 2, ...given.params }, { features: input }, given.more),
};
const names = Object.keys(trainers) as (keyof typeof trainers)[];

describe.each(names)('%s', (name) => {
  const train = async (sql: string, given: Given = {}) => {
    const { model } = await trainers[name](await features(sql, given), given);
    return model as InputArtifact;
  };
  const fails = async (sql: string, code: string, words: string, given: Given = {}) => {
    await expect(train(sql, given)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  };

  test('one class, more classes than rows allow, and no usable label are named', async () => {
    await fails('SELECT i AS a, true AS y FROM range(50) t(i)', 'train.one-class', 'Every row has the same “y”');
    await fails(
      "SELECT i AS a, 'c' || i AS y FROM range(50) t(i)",
      'train.bad-label',
      '50 different values in 50 rows',
    );
    await fails('SELECT i AS a, NULL::DOUBLE AS y FROM range(50) t(i)', 'train.bad-label', 'missing');
    await fails(
      "SELECT i AS a, CASE WHEN i % 2 = 0 THEN 'NaN'::DOUBLE ELSE 'Infinity'::DOUBLE END AS y FROM range(50) t(i)",
      'train.bad-label',
      'missing',
    );
  });

  test('rows with NaN or infinite labels are left out and counted', async () => {
    await train("SELECT i AS a, CASE WHEN i % 10 = 0 THEN 'NaN'::DOUBLE ELSE i * 2.5 END AS y FROM range(100) t(i)");
    expect(chain.logs.some((line) => line.includes('10 of 100 rows have no usable “y” (10 of them NaN'))).toBe(true);
  });

  test('one row is trained on or refused by name, never a crash', async () => {
    await fails('SELECT 1 AS a, true AS y', 'train.one-class', 'Every row has the same');
    await expect(train('SELECT 1 AS a, 2.5 AS y')).resolves.toMatchObject({ type: 'model' });
  });

  test('constant and duplicate columns do no harm', async () => {
    const sql = 'SELECT i AS a, i AS copy, 7 AS same, i % 2 = 0 AS y FROM range(200) t(i)';
    const model = await train(sql, { numbers: ['a', 'copy', 'same'] });
    expect(model.type).toBe('model');
  });

  test('extreme imbalance is learnt without a crash', async () => {
    await expect(train('SELECT i % 97 AS a, i = 777 AS y FROM range(3000) t(i)')).resolves.toBeDefined();
  });

  test('many thousands of categories are cut off by the encoding', async () => {
    const sql = "SELECT i AS a, 'id ' || i AS id, i % 3 = 0 AS y FROM range(20000) t(i)";
    await expect(train(sql, { categories: ['id'] })).resolves.toBeDefined();
  });

  test('a cancelled training ends with its code', async () => {
    const controller = new AbortController();
    controller.abort();
    await expect(
      train('SELECT i AS a, i % 2 = 0 AS y FROM range(200) t(i)', { more: { signal: controller.signal } }),
    ).rejects.toMatchObject({ code: 'run.cancelled' });
  });

  test('classes that only the test rows have are named by the evaluation', async () => {
    const model = await train("SELECT i AS a, CASE WHEN i % 2 = 0 THEN 'x' ELSE 'y' END AS y FROM range(60) t(i)");
    const held = await chain.table("SELECT i AS a, 'z' AS y FROM range(5) t(i)", 'test');
    await expect(chain.run(evaluateNode, evaluate, {}, { model: [model], table: [held] })).rejects.toMatchObject({
      code: 'train.bad-label',
      message: expect.stringContaining('“z”'),
    });
  });
});

test('an all-missing column is refused by the step that would have to fill it', async () => {
  await expect(features('SELECT NULL::DOUBLE AS a, true AS y FROM range(9)', {})).rejects.toMatchObject({
    code: 'data.empty',
    message: expect.stringContaining('“a”'),
  });
});

test('a matrix that cannot fit is said before it is computed', () => {
  expect(() => requireMatrixMemory(1_000_000, 50_000, 2 ** 34)).toThrow(
    expect.objectContaining({
      code: 'step.out-of-memory',
      message: expect.stringContaining('372.5 GiB; there are 16.0'),
    }),
  );
  expect(() => requireMatrixMemory(1000, 50)).not.toThrow();
});
