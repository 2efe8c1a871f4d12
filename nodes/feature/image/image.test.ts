import { ARRAY, arrayValue, FLOAT } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FeatureSteps, featuresOfRows, featuresOfTable } from '../../../test/support/feature-steps.ts';
import { pixelsOf } from '../../../main/compute/images/resize-image.ts';
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
          const features = await steps.fit(runner, imageNode.params.parse({ columns: ['pixels'], ...settings }), table);
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

  it('resizes as the Images step does, whole numbers aside, the same in training and serving', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<[number, number, 1 | 3]>([6, 4, 1], [5, 5, 3], [3, 8, 1]),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 255 })),
        async ([fromHeight, fromWidth, channels], height, width, values) => {
          const size = fromHeight * fromWidth * channels;
          const images = [0, 1, 2].map(() => Array.from(values.take(size)));
          const table = await steps.table([
            { name: 'pixels', type: ARRAY(FLOAT, size), values: images.map((image) => arrayValue(image)) },
          ]);
          const params = imageNode.params.parse({
            columns: ['pixels'],
            channels,
            fromHeight,
            height,
            width,
            divideBy: 1,
          });
          const features = await steps.fit(runner, params, table);
          const trained = await featuresOfTable([features], table);
          const rows = images.map((pixels) => ({ pixels }));
          expect(await featuresOfRows([features], rows, 3)).toEqual(trained);
          expect(await featuresOfRows([features], rows, 1)).toEqual(trained);
          const shape = { width, height, channels, fit: 'stretch', background: 0 } as const;
          images.forEach((image, row) => {
            const whole = pixelsOf(drawn(image, fromHeight, fromWidth, channels), shape);
            whole.forEach((value, at) => {
              expect(Math.abs((trained['pixels']?.[at]?.[row] ?? Number.NaN) - value)).toBeLessThanOrEqual(0.51);
            });
          });
        },
      ),
      { seed: 4, numRuns: 12 },
    );
  });

  it('says what is wrong with the form of the images before anything runs', () => {
    const schema = { columns: [{ name: 'p', type: 'tensor' as const, sqlType: 'FLOAT[10]', size: 10 }] };
    const problemsOf = (params: object) =>
      imageNode
        .infer?.({ input: [{ type: 'table', schema }] }, imageNode.params.parse({ columns: ['p'], ...params }))
        .problems.map(({ message }) => message);
    expect(problemsOf({ height: 4 })).toEqual([expect.stringContaining('are not a square image of 1 channel')]);
    expect(problemsOf({ height: 4, fromHeight: 3 })).toEqual([expect.stringContaining('are not an image of 3 rows')]);
    expect(problemsOf({ height: 4, fromHeight: 5 })).toEqual([]);
    expect(problemsOf({ channels: 3 })).toEqual([]);
  });
});

/** Grey values, or planes of red, green and blue, as a decoder gives them. */
function drawn(image: readonly number[], height: number, width: number, channels: 1 | 3) {
  const area = height * width;
  const rgba = new Uint8Array(area * 4).fill(255);
  for (let at = 0; at < area; at++) {
    for (const c of [0, 1, 2]) rgba[at * 4 + c] = image[(channels === 1 ? 0 : c) * area + at] ?? 0;
  }
  return { width, height, rgba };
}
