import { ARRAY, arrayValue, FLOAT } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FeatureSteps, featuresOfRows, featuresOfTable } from '../../../test/support/feature-steps.ts';
import { imageNode } from './definition.ts';
import { runner } from './run.ts';

let steps: FeatureSteps;
beforeAll(async () => {
  steps = await FeatureSteps.create();
});
afterAll(() => steps[Symbol.asyncDispose]());

const pixel = fc.oneof(
  fc.constantFrom(null, Number.NaN, Number.POSITIVE_INFINITY, 0, 255, 1e-42, 3.4e38),
  fc.float({ noNaN: true }),
);

describe('image', () => {
  it('normalises pixels in training and serving as a plain reference does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(pixel, { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 12 }),
        fc.constantFrom({ divideBy: 255, mean: 0, std: 1 }, { divideBy: 1, mean: 0.1307, std: 0.3081 }),
        async (images, settings) => {
          const table = await steps.table([
            { name: 'pixels', type: ARRAY(FLOAT, 4), values: images.map((image) => arrayValue(image)) },
          ]);
          const features = await steps.fit(runner, { columns: ['pixels'], ...settings }, table);
          const { divideBy, mean, std } = settings;
          const f = Math.fround;
          const expected = [0, 1, 2, 3].map((c) =>
            images.map((image) => f(f(f((image[c] ?? Number.NaN) / f(divideBy)) - f(mean)) / f(std))),
          );
          expect(await featuresOfTable([features], table)).toEqual({ pixels: expected });
          const rows = images.map((pixels) => ({ pixels }));
          expect(await featuresOfRows([features], rows, rows.length)).toEqual({ pixels: expected });
          expect(await featuresOfRows([features], rows, 1)).toEqual({ pixels: expected });
        },
      ),
      { seed: 2, numRuns: 20 },
    );
  });

  it('is as wide as the tensor before anything has run', () => {
    const schema = { columns: [{ name: 'p', type: 'tensor' as const, sqlType: 'FLOAT[784]', size: 784 }] };
    const inferred = imageNode.infer?.(
      { input: [{ type: 'table', schema }] },
      imageNode.params.parse({ columns: ['p'] }),
    );
    expect(inferred?.outputs['features']).toMatchObject({ columns: [{ name: 'p', width: 784, sources: ['p'] }] });
    expect(inferred?.problems).toEqual([]);
  });
});
