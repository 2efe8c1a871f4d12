import { readFile } from 'node:fs/promises';
import { Tensor } from 'onnxruntime-common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensembleOfModel } from '../../../main/cluster/triton/ensemble-of-model.ts';
import { openSession } from '../../../main/compute/onnx/session.ts';
import { type ModelManifest, modelManifestSchema, scoreOutput } from '../../../shared/model/signature.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { imputeNode } from '../../feature/impute/definition.ts';
import { runner as impute } from '../../feature/impute/run.ts';
import { linearNode } from '../../train/linear/definition.ts';
import { runner as linear } from '../../train/linear/run.ts';
import { treesNode } from '../../train/trees/definition.ts';
import { runner as trees } from '../../train/trees/run.ts';
import { evaluateNode } from '../../train/evaluate/definition.ts';
import { runner as evaluate } from '../../train/evaluate/run.ts';
import { adjustNode } from '../adjust/definition.ts';
import { runner as adjust } from '../adjust/run.ts';
import { routerNode } from './definition.ts';
import { runner } from './run.ts';

let chain: StepChain;
let test: InputArtifact;
const models = new Map<string, InputArtifact>();
const model = (name: string) => models.get(name) as InputArtifact;

const rows = (from: number, to: number) => `
  SELECT a, b, a * b + 0.5 * a > 0.1 AS late, CASE WHEN a * b > 0.2 THEN 'high' WHEN a < -0.3 THEN 'low' ELSE 'mid' END AS band, a + a * b AS price
  FROM (SELECT i, hash(i) % 10007 / 5003.0 - 1 AS a, hash(i + 500000) % 10007 / 5003.0 - 1 AS b FROM range(${from}, ${to}) r(i)) ORDER BY i`;

beforeAll(async () => {
  chain = await StepChain.create();
  const train = await chain.table(rows(0, 600), 'train');
  test = await chain.table(rows(600, 1400), 'test');
  const fit = async (columns: string[]) => {
    const { features } = await chain.run(imputeNode, impute, { columns }, { input: [train] });
    return { features: [features as InputArtifact] };
  };
  const [one, both] = [await fit(['a']), await fit(['a', 'b'])];
  const add = async (name: string, made: Promise<Record<string, InputArtifact>>) => {
    models.set(name, (await made)['model'] as InputArtifact);
  };
  for (const label of ['late', 'band', 'price']) {
    await add(`linear ${label}`, chain.run(linearNode, linear, { label }, one));
    await add(`trees ${label}`, chain.run(treesNode, trees, { label, trees: 10 }, both));
  }
});
afterAll(() => chain[Symbol.asyncDispose]());

async function route(first: string, second: string, rule: string, more: object = {}): Promise<InputArtifact> {
  const made = await chain.run(
    routerNode,
    runner,
    { rule, ...more },
    { first: [model(first)], second: [model(second)] },
  );
  return made['model'] as InputArtifact;
}

async function manifestOf(artifact: InputArtifact): Promise<ModelManifest> {
  return modelManifestSchema.parse(JSON.parse(await readFile(artifact.path('model.json'), 'utf8')));
}

/** Scores of the rows one by one, through a model by itself. */
async function scoresOf(artifact: InputArtifact, inputs: readonly { a: number; b: number }[]): Promise<number[][]> {
  const { task } = await manifestOf(artifact);
  const session = await openSession(artifact.path('model.onnx'), { threads: 1, label: 'it' });
  const output = scoreOutput(task);
  const all: number[][] = [];
  for (const row of inputs) {
    const feeds = Object.fromEntries(
      session.inputNames.map((name) => [name, new Tensor('float64', Float64Array.of(row[name as 'a' | 'b']), [1, 1])]),
    );
    all.push(Array.from((await session.run(feeds))[output]?.data as Float32Array));
  }
  await session.release();
  return all;
}

/** The whole batch at once. */
async function batchOf(artifact: InputArtifact, inputs: readonly { a: number; b: number }[]): Promise<number[][]> {
  const { task, classes } = await manifestOf(artifact);
  const session = await openSession(artifact.path('model.onnx'), { threads: 1, label: 'it' });
  const column = (name: 'a' | 'b') =>
    new Tensor(
      'float64',
      Float64Array.from(inputs, (row) => row[name]),
      [inputs.length, 1],
    );
  const feeds = Object.fromEntries(session.inputNames.map((name) => [name, column(name as 'a' | 'b')]));
  const data = (await session.run(feeds))[scoreOutput(task)]?.data as Float32Array;
  await session.release();
  const width = task === 'regression' ? 1 : classes.length;
  return inputs.map((_, i) => Array.from(data.subarray(i * width, (i + 1) * width)));
}

const inputs = Array.from({ length: 200 }, (_, i) => ({ a: Math.sin(i * 1.7), b: Math.cos(i * 2.3) }));

describe('serve.router', () => {
  it.each([
    ['late', 'confidence < 0.8', (first: number[]) => Math.max(...first) < Math.fround(0.8)],
    [
      'late',
      'score > 0.3 and a < 0.5',
      (first: number[], a: number) => (first[1] as number) > Math.fround(0.3) && a < 0.5,
    ],
    [
      'band',
      'margin < 0.2',
      ([...first]: number[]) => {
        const [x = 0, y = 0] = first.sort((p, q) => q - p);
        return Math.fround(x - y) < Math.fround(0.2);
      },
    ],
    ['price', 'prediction > 0', (first: number[]) => (first[0] as number) > 0],
    ['price', 'b > 0.25', (_first: number[], _a: number, b: number) => b > 0.25],
  ] as const)('%s: answers with the second model where %s', async (label, rule, expected) => {
    const routed = await route(`linear ${label}`, `trees ${label}`, rule);
    const [first, second] = [
      await scoresOf(model(`linear ${label}`), inputs),
      await scoresOf(model(`trees ${label}`), inputs),
    ];
    const taken = inputs.map(({ a, b }, i) => expected(first[i] as number[], a, b));
    expect(new Set(taken).size).toBe(2);
    const answers = await batchOf(routed, inputs);
    answers.forEach((answer, i) => {
      const reference = (taken[i] ? second[i] : first[i]) as number[];
      answer.forEach((value, c) => {
        expect(value).toBeCloseTo(reference[c] as number, 5);
      });
    });
    const evaluated = await chain.run(evaluateNode, evaluate, {}, { model: [routed], table: [test] });
    expect(evaluated['report']?.manifest.meta).toMatchObject({ parity: { rows: 800, passed: true } });
  });

  it('nests, post-processes, and names its steps', async () => {
    const inner = await route('linear late', 'trees late', 'confidence < 0.8', {
      firstName: 'cheap',
      secondName: 'deep',
    });
    models.set('inner', inner);
    const outer = await route('inner', 'linear late', 'a > 0.9 or score < 0.05');
    const { pipeline } = await manifestOf(outer);
    expect(pipeline?.steps.map(({ name }) => name)).toEqual(['first.cheap', 'first.deep', 'rule', 'second']);
    const made = await chain.run(adjustNode, adjust, { value: 'if(b > 0, score / 2, score)' }, { model: [outer] });
    const adjusted = made['model'] as InputArtifact;
    expect((await manifestOf(adjusted)).pipeline?.steps.at(-1)).toMatchObject({ name: 'post', takesAnswer: true });
    const before = await batchOf(outer, inputs);
    const after = await batchOf(adjusted, inputs);
    after.forEach(([, positive = 0], i) => {
      const own = before[i]?.[1] as number;
      expect(positive).toBeCloseTo((inputs[i]?.b as number) > 0 ? own / 2 : own, 5);
    });
    const evaluated = await chain.run(evaluateNode, evaluate, {}, { model: [adjusted], table: [test] });
    expect(evaluated['report']?.manifest.meta).toMatchObject({ parity: { passed: true } });
  });

  it('puts a formula behind a single model', async () => {
    const made = await chain.run(
      adjustNode,
      adjust,
      { value: 'max(prediction, 0)' },
      { model: [model('linear price')] },
    );
    const adjusted = made['model'] as InputArtifact;
    expect((await manifestOf(adjusted)).pipeline).toBeUndefined();
    const [before, after] = [await batchOf(model('linear price'), inputs), await batchOf(adjusted, inputs)];
    expect(after).toEqual(before.map(([value]) => [Math.max(value as number, 0)]));
    const evaluated = await chain.run(evaluateNode, evaluate, {}, { model: [adjusted], table: [test] });
    expect(evaluated['report']?.manifest.meta).toMatchObject({ parity: { passed: true } });
  });

  it.each([
    ['linear late', 'trees band', 'score > 1', 'predicts'],
    ['linear late', 'trees late', 'prediction > 1', 'no “prediction”'],
    ['linear band', 'trees band', 'score > 1', 'no “score”'],
    ['linear late', 'trees late', 'speed > 1', '“speed”'],
    ['linear late', 'trees late', 'score >', ''],
  ])('refuses %s and %s with %s', async (first, second, rule, message) => {
    await expect(route(first, second, rule)).rejects.toThrow(message);
    await expect(route(first, second, rule)).rejects.toMatchObject({ code: 'params.invalid' });
  });

  it('gives equal bytes for equal models', async () => {
    const [one, two] = [
      await route('linear late', 'trees late', 'score > 0.5'),
      await route('linear late', 'trees late', 'score > 0.5'),
    ];
    for (const file of ['model.onnx', 'model.json', 'step-0.onnx', 'reference.parquet']) {
      expect((await readFile(one.path(file))).equals(await readFile(two.path(file)))).toBe(true);
    }
  });

  it('says before anything has run what is wrong with a rule', () => {
    const table = { columns: [{ name: 'a', type: 'float64' as const, sqlType: 'DOUBLE' }] };
    const problemsOf = (rule: string) =>
      routerNode
        .infer?.({ first: [{ type: 'model', table }] }, routerNode.params.parse({ rule }))
        .problems.map(({ message }) => message);
    expect(problemsOf('a > 1 and confidence < 0.5')).toEqual([]);
    expect(problemsOf('')).toEqual(['The expression is empty.']);
    expect(problemsOf('1 > 2')).toEqual(['The expression names no column and no score.']);
    expect(problemsOf('ab > 1')).toEqual(['There is no column “ab”.']);
    expect(problemsOf("a == 'x'")?.[0]).toMatch(/^At character/);
  });
});

describe('as an ensemble of models', () => {
  const outcomeOf = async (artifact: InputArtifact) =>
    ensembleOfModel(await readFile(artifact.path('model.onnx')), await manifestOf(artifact));
  const wiringOf = async (artifact: InputArtifact) => {
    const outcome = await outcomeOf(artifact);
    if ('whole' in outcome) return outcome.whole;
    const names = (tensors: readonly { name: string }[]) => tensors.map(({ name }) => name).join('+');
    return outcome.ensemble.steps.map(
      ({ suffix, inputs: taken, outputs }) => `${names(taken)} > ${suffix} > ${names(outputs)}`,
    );
  };

  it('a model is its features and what scores them', async () => {
    for (const [name, answer] of [
      ['linear late', 'probabilities+label'],
      ['trees price', 'prediction'],
    ] as const) {
      const columns = name.startsWith('trees') ? 'a+b' : 'a';
      expect(await wiringOf(model(name)), name).toEqual([
        `${columns} > features > slipway.features`,
        `slipway.features > model > ${answer}`,
      ]);
    }
  });

  it('an expression behind a model is with it, and reads columns of its own', async () => {
    const made = await chain.run(
      adjustNode,
      adjust,
      { value: 'max(prediction, a)' },
      { model: [model('trees price')] },
    );
    expect(await wiringOf(made['model'] as InputArtifact)).toEqual([
      'a+b > features > slipway.features',
      'slipway.features+a > model > prediction',
    ]);
  });

  it('rules that choose by row keep it whole, and it says so', async () => {
    expect(await wiringOf(await route('linear late', 'trees late', 'confidence < 0.8'))).toMatch(
      /^rules decide row by row whether `second` answers/,
    );
  });
});
