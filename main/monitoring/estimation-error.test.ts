import { expect, it } from 'vitest';
import { uniformGenerator } from '../compute/stats/random.ts';
import { classEstimationErrors, lossEstimationErrors, widened } from './estimation-error.ts';

const rows = 10_000;

/** Scores that are right on average; in each tenth of the rows the chance is off by `off(tenth)`. */
function reference(off: (tenth: number) => number) {
  const random = uniformGenerator(5);
  const second = Float64Array.from({ length: rows }, () => 0.2 + 0.6 * random());
  const actual = second.map((score, i) => (random() < score + off(Math.floor((10 * i) / rows)) ? 1 : 0));
  const scores = Float64Array.from({ length: 2 * rows }, (_, i) =>
    i % 2 === 1 ? (second[i >> 1] as number) : 1 - (second[i >> 1] as number),
  );
  return { rows, classes: 2, scores, actual };
}

const errorsOf = (off: (tenth: number) => number) =>
  classEstimationErrors(reference(off), [null, null], uniformGenerator(1));

it('finds no more than chance where scores hold throughout, and the error of stretches where they do not', async () => {
  const calm = await errorsOf(() => 0);
  expect(calm['accuracy']).toBeLessThan(0.012);
  expect(calm['recall']).toBeLessThan(0.02);
  // The share of hits moves by 0.15 from stretch to stretch: precision with it.
  const restless = await errorsOf((tenth) => (tenth % 2 === 0 ? 0.15 : -0.15));
  expect(restless['precision']).toBeGreaterThan(0.1);
  expect(restless['precision']).toBeLessThan(0.2);
});

it('says nothing of few rows', async () => {
  const few = reference(() => 0);
  expect(await classEstimationErrors({ ...few, rows: 900 }, [null, null], uniformGenerator(1))).toEqual({});
});

it('finds the error of expected losses in the units of each metric', () => {
  const expected = new Float64Array(rows).fill(4);
  const realized = expected.map((loss, i) => loss + (Math.floor((10 * i) / rows) % 2 === 0 ? 1 : -1));
  const errors = lossEstimationErrors(
    { absolute: expected, squared: expected },
    { absolute: realized, squared: realized },
  );
  expect(errors['mae']).toBeCloseTo(1, 9);
  // The root of 4 ± 1 is 2 ± 0.25.
  expect(errors['rmse']).toBeCloseTo(0.25, 9);
});

it('adds such errors to a band as independent ones, within what the metric can be', () => {
  const band = { rocAuc: { value: 0.7, low: 0.67, high: 0.73 }, f1: { value: 0.99, low: 0.98, high: 1 } };
  const wide = widened(band, { rocAuc: 0.04 / 1.96, f1: 0.1 }, 1);
  expect(wide['rocAuc']?.low).toBeCloseTo(0.65, 9);
  expect(wide['rocAuc']?.high).toBeCloseTo(0.75, 9);
  expect(wide['f1']?.high).toBe(1);
});
