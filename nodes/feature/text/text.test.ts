import { VARCHAR } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPipeline } from '../../../main/compute/onnx/merge-pipelines.ts';
import { FeatureSteps, featuresOfRows, featuresOfTable } from '../../../test/support/feature-steps.ts';
import { type TextParams, textNode } from './definition.ts';
import { runner } from './run.ts';

let steps: FeatureSteps;
beforeAll(async () => {
  steps = await FeatureSteps.create();
});
afterAll(() => steps[Symbol.asyncDispose]());

const params = (more: Partial<TextParams>) => textNode.params.parse({ columns: ['x'], minRows: 1, ...more });
const word = fc.constantFrom('a', 'b', 'ü', 'the', 'the,', 'A');
const anyText = fc.oneof(
  fc.constantFrom(null, '', ' ', '  a  b ', 'a\tb'),
  fc.array(word, { maxLength: 6 }).map((words) => words.join(' ')),
);
const wordsOf = (text: string | null) => (text ?? '').split(' ').filter((part) => part !== '');

/** Terms of up to `size` neighbouring words. */
function termsOf(text: string | null, size: number): string[] {
  const words = wordsOf(text);
  return Array.from({ length: size }, (_, n) => n + 1).flatMap((n) =>
    words.slice(0, Math.max(0, words.length - n + 1)).map((_, i) => words.slice(i, i + n).join(' ')),
  );
}

describe('text', () => {
  it('weighs terms as their definition says, the same in training and serving', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyText, { minLength: 1, maxLength: 12 }),
        fc.array(anyText, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 3 }),
        async (training, serving, words) => {
          const table = await steps.table([{ name: 'x', type: VARCHAR, values: training }]);
          const fit = () => steps.fit(runner, params({ words }), table);
          if (training.every((text) => wordsOf(text).length === 0)) {
            await expect(fit()).rejects.toMatchObject({ code: 'data.empty' });
            return;
          }
          const features = await fit();
          const { labels = [] } = (await readPipeline(features)).manifest.outputs[0] ?? {};
          expect(labels.toSorted()).toEqual([...new Set(training.flatMap((x) => termsOf(x, words)))].toSorted());
          const rows = serving.map((x) => ({ x }));
          const got = (await featuresOfRows([features], rows, rows.length))['x'] ?? [];
          expect((await featuresOfRows([features], rows, 1))['x']).toEqual(got);
          const weights = labels.map((term) => {
            const containing = training.filter((text) => termsOf(text, words).includes(term)).length;
            return Math.log((1 + training.length) / (1 + containing)) + 1;
          });
          serving.forEach((text, row) => {
            const terms = termsOf(text, words);
            const raw = labels.map((label, i) => terms.filter((term) => term === label).length * (weights[i] ?? 0));
            const length = Math.hypot(...raw) || 1;
            labels.forEach((label, i) => {
              expect(got[i]?.[row], `${label} in ${text}`).toBeCloseTo((raw[i] ?? 0) / length, 5);
            });
          });
          expect(Object.keys(await featuresOfTable([features], table))).toEqual(['x']);
        },
      ),
      { seed: 4, numRuns: 40 },
    );
  });

  it('keeps the terms of the most rows', async () => {
    const table = await steps.table([{ name: 'x', type: VARCHAR, values: ['b a', 'a b b', 'c c c c', 'a d d', 'e'] }]);
    const features = await steps.fit(runner, params({ maxTerms: 2 }), table);
    expect((await readPipeline(features)).manifest.outputs[0]?.labels).toEqual(['a', 'b']);
    const frequent = await steps.fit(runner, params({ minRows: 3 }), table);
    expect((await readPipeline(frequent)).manifest.outputs[0]?.labels).toEqual(['a']);
  });

  it('counts words in buckets, each word in the same one', async () => {
    const table = await steps.table([{ name: 'x', type: VARCHAR, values: ['a'] }]);
    const features = await steps.fit(runner, params({ method: 'hashing', buckets: 64 }), table);
    const texts = ['a', 'b', 'a b a', '', null, ' a  new'];
    const got =
      (
        await featuresOfRows(
          [features],
          texts.map((x) => ({ x })),
          6,
        )
      )['x'] ?? [];
    const countsOf = (row: number) => got.map((column) => column[row] ?? 0);
    const sum = (...lists: number[][]) => got.map((_, i) => lists.reduce((total, list) => total + (list[i] ?? 0), 0));
    expect(countsOf(2)).toEqual(sum(countsOf(0), countsOf(0), countsOf(1)));
    expect(countsOf(0).reduce((a, b) => a + b)).toBe(1);
    expect(countsOf(3)).toEqual(new Array(64).fill(0));
    expect(countsOf(4)).toEqual(new Array(64).fill(0));
    expect(countsOf(5).reduce((a, b) => a + b)).toBe(2);
    for (const [row, x] of texts.entries()) {
      const alone = (await featuresOfRows([features], [{ x }], 1))['x'] ?? [];
      expect(alone.map(([value]) => value)).toEqual(countsOf(row));
    }
  });
});
