import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeRows } from '../../../main/compute/onnx/encode-rows.ts';
import { openSession } from '../../../main/compute/onnx/session.ts';
import { evaluationReportSchema } from '../../../shared/model/report.ts';
import { type ModelManifest, modelManifestSchema } from '../../../shared/model/signature.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { encodeNode } from '../../feature/encode/definition.ts';
import { runner as encode } from '../../feature/encode/run.ts';
import { imputeNode } from '../../feature/impute/definition.ts';
import { runner as impute } from '../../feature/impute/run.ts';
import { evaluateNode } from '../evaluate/definition.ts';
import { runner as evaluate } from '../evaluate/run.ts';
import { recommendNode } from './definition.ts';
import { runner } from './run.ts';

const itemCount = 60;
const perGroup = 2;
const count = 5;
const candidates = 20;

/** Items on a circle in four groups; every third has the position of the one before, so that there are ties. */
const items = Array.from({ length: itemCount }, (_, i) => {
  const angle = ((i - (i % 3 === 2 ? 1 : 0)) * 2 * Math.PI) / itemCount;
  return {
    name: `item ${i}`,
    x: 3 * Math.cos(angle),
    y: 3 * Math.sin(angle),
    rating: (i * 7) % 11,
    group: `g${i % 4}`,
  };
});
const itemRows = `SELECT * FROM (VALUES ${items
  .map(({ name, x, y, rating, group }) => `('${name}', ${x}::DOUBLE, ${y}::DOUBLE, ${rating}::BIGINT, '${group}')`)
  .join(', ')}) AS t(name, x, y, rating, kind)`;
/** People like an item, then the next but one or two of higher rating. */
const likeRows = `SELECT 'item ' || (i * 13 % ${itemCount}) AS liked_1,
  CASE WHEN i % 5 > 0 THEN 'item ' || ((i * 13 + i % 4) % ${itemCount}) END AS liked_2,
  'item ' || ((i * 13 + 4 + i % 3) % ${itemCount}) AS next FROM range(400) t(i) ORDER BY i`;

let chain: StepChain;
let likes: InputArtifact;
let features: InputArtifact;
let table: InputArtifact;
beforeAll(async () => {
  chain = await StepChain.create();
  likes = await chain.table(likeRows, 'train');
  table = await chain.table(itemRows);
  const columns = ['liked_1', 'liked_2'];
  const encoded = await chain.run(encodeNode, encode, { columns }, { input: [likes] });
  features = encoded['features'] as InputArtifact;
});
afterAll(() => chain[Symbol.asyncDispose]());

const params = {
  label: 'next',
  item: 'name',
  embedding: ['x', 'y'],
  ranking: ['rating'],
  group: 'kind',
  perGroup,
  count,
  candidates,
};
const train = (more: object = {}, input = features, from = table) =>
  chain.run(recommendNode, runner, { ...params, ...more }, { features: [input], items: [from] });

async function manifestOf(model: InputArtifact): Promise<ModelManifest> {
  return modelManifestSchema.parse(JSON.parse(await readFile(model.path('model.json'), 'utf8')));
}

/** Weights of nearness and rating from the log of the step, to two digits. */
function loggedWeights(): [number, number] {
  const found = chain.logs.map((line) => /nearness (-?[\d.]+), rating (-?[\d.]+)\./.exec(line)).findLast(Boolean);
  return [Number(found?.[1]), Number(found?.[2])];
}

/** Written anew, item by item and with a list that is gone down, from what the help says. */
function recommended(liked: readonly string[], [nearness, rating]: readonly [number, number]) {
  const known = items.filter(({ name }) => liked.includes(name));
  const ratings = items.map((item) => item.rating);
  const mean = ratings.reduce((a, b) => a + b) / itemCount;
  const deviation = Math.sqrt(ratings.reduce((sum, value) => sum + (value - mean) ** 2, 0) / itemCount);
  const near = items
    .map((item, at) => {
      const cosines = known.map(({ x, y }) => (x * item.x + y * item.y) / 9);
      const similarity = cosines.reduce((a, b) => a + b, 0) / Math.max(known.length, 1);
      return { ...item, at, similarity };
    })
    .filter(({ name }) => !liked.includes(name))
    .sort((a, b) => (Math.abs(b.similarity - a.similarity) > 1e-12 ? b.similarity - a.similarity : a.at - b.at))
    .slice(0, candidates)
    .map((item) => ({ ...item, score: nearness * item.similarity + (rating * (item.rating - mean)) / deviation }));
  const total = near.reduce((sum, { score }) => sum + Math.exp(score), 0);
  const list: { name: string; group: string; share: number }[] = [];
  for (const { name, group, score } of near.toSorted((a, b) => b.score - a.score)) {
    if (list.length === count) break;
    if (list.filter((item) => item.group === group).length < perGroup) {
      list.push({ name, group, share: Math.exp(score) / total });
    }
  }
  return list;
}

describe('recommendations', () => {
  test('the served graph answers what the steps by hand do', async () => {
    const { model } = (await train()) as { model: InputArtifact };
    const manifest = await manifestOf(model);
    expect(manifest).toMatchObject({ task: 'multiclass', ranking: { count } });
    expect(manifest.classes).toEqual(items.map(({ name }) => name));
    const weights = loggedWeights();
    // Liked next is what lies near; the rating of these has nothing to do with it.
    expect(weights[0]).toBeGreaterThan(1);
    const session = await openSession(await readFile(model.path('model.onnx')), { threads: 1, label: 'test' });
    const cases = [
      ['item 13', 'item 16'],
      ['item 26', null],
      ['item 0', 'item 0'],
      ['item 39', 'nothing of ours'],
      [null, null],
    ];
    const rows = cases.map(([liked_1, liked_2]) => ({ liked_1, liked_2 }));
    const out = await session.run(encodeRows(rows, manifest.inputs));
    await session.release();
    const scores = out['probabilities']?.data as Float32Array;
    cases.forEach((liked, row) => {
      const own = scores.subarray(row * itemCount, (row + 1) * itemCount);
      const answered = items
        .map(({ name, group }, i) => ({ name, group, share: own[i] as number }))
        .filter(({ share }) => share > 0)
        .sort((a, b) => b.share - a.share);
      const expected = recommended(
        liked.filter((name) => name !== null),
        weights,
      );
      expect(new Set(answered.map(({ name }) => name))).toEqual(new Set(expected.map(({ name }) => name)));
      for (const { name, share } of expected) {
        // The log has two digits of the weights.
        expect(Math.abs((answered.find((item) => item.name === name)?.share ?? 0) - share)).toBeLessThan(0.005);
      }
      expect(out['label']?.data[row]).toBe(answered[0]?.name);
    });
  });

  test('passes the parity gate, and is measured as a list', async () => {
    const { model } = (await train()) as { model: InputArtifact };
    const { report } = await chain.run(evaluateNode, evaluate, {}, { model: [model], table: [likes] });
    const text = await readFile((report as InputArtifact).path('report.json'), 'utf8');
    const { parity, metrics } = evaluationReportSchema.parse(JSON.parse(text));
    expect(parity).toMatchObject({ rows: 400, passed: true, labelMismatches: 0 });
    const { hitRate, meanReciprocalRank, accuracy } = metrics as Record<string, number>;
    expect(hitRate).toBeGreaterThan((2 * count) / itemCount);
    expect(meanReciprocalRank).toBeLessThan(hitRate as number);
    expect(accuracy).toBeLessThanOrEqual(meanReciprocalRank as number);
  });

  test('equal data give an equal model', async () => {
    const [a, b] = (await Promise.all([train(), train()])).map(({ model }) => model as InputArtifact);
    expect(await readFile(a?.path('model.onnx') ?? '')).toEqual(await readFile(b?.path('model.onnx') ?? ''));
  });

  test('mistakes are named', async () => {
    const twice = await chain.table(`${itemRows} UNION ALL SELECT 'item 1', 1, 1, 1, 'g0'`);
    await expect(train({}, features, twice)).rejects.toMatchObject({ message: 'Two items are called “item 1”.' });
    const gap = await chain.table(`SELECT * REPLACE (CASE WHEN rating > 3 THEN x END AS x) FROM (${itemRows})`);
    await expect(train({}, features, gap)).rejects.toMatchObject({ code: 'train.missing-values' });
    const few = await chain.table(`SELECT * FROM (${itemRows}) LIMIT 2`);
    await expect(train({}, features, few)).rejects.toMatchObject({ code: 'data.empty' });
    await expect(train({ label: 'liked' })).rejects.toMatchObject({ code: 'data.column-missing' });
    const numbers = await chain.table(`SELECT i AS a, 'item 1' AS next FROM range(9) t(i)`, 'train');
    const filled = await chain.run(imputeNode, impute, { columns: ['a'] }, { input: [numbers] });
    await expect(train({}, filled['features'])).rejects.toMatchObject({ code: 'features.mismatch' });
    const other = await chain.table(`SELECT 'item 1' AS liked_1, 'nothing of ours' AS next FROM range(9)`, 'train');
    const encoded = await chain.run(encodeNode, encode, { columns: ['liked_1'] }, { input: [other] });
    await expect(train({}, encoded['features'])).rejects.toMatchObject({ code: 'train.bad-label' });
  });
});
