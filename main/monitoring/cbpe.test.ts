import { describe, expect, it } from 'vitest';
import { normals, uniform } from '../../test/support/golden-inputs.ts';
import { fitIsotonic, isotonicValue } from '../compute/stats/isotonic.ts';
import { uniformGenerator } from '../compute/stats/random.ts';
import { expectedSample, fitCalibration, labelledSample } from './cbpe.ts';
import { classMetrics, scoreOrders } from './class-performance.ts';
import { bandedMetrics } from './confidence-band.ts';

const logistic = (x: number) => 1 / (1 + Math.exp(-1.5 * x));
const relative = (actual: number | undefined, expected: number) => Math.abs((actual ?? NaN) - expected) / expected;

describe('the golden values', () => {
  const s = Float64Array.from(normals(2000, 7), logistic);
  const y = Float64Array.from(s, (score, i) => (uniform(i, 8) < score ** 1.3 ? 1 : 0));
  const sa = Float64Array.from(normals(1000, 9, 0.4), logistic);
  const fit = fitIsotonic(s, y);
  const scores = Float64Array.from({ length: 2000 }, (_, i) =>
    i % 2 === 1 ? (sa[i >> 1] as number) : 1 - (sa[i >> 1] as number),
  );
  const sample = expectedSample([null, fit], { rows: 1000, scores });

  it('has the inputs of the table', () => {
    [0.15463392, 0.15399523, 0.59228713].forEach((value, i) => expect(s[i]).toBeCloseTo(value, 8));
    [0.44789298, 0.86741679, 0.17049776].forEach((value, i) => expect(sa[i]).toBeCloseTo(value, 8));
    expect(y.reduce((sum, value) => sum + value, 0)).toBe(882);
  });

  it('calibrates by isotonic regression', () => {
    expect(fit.x).toHaveLength(52);
    [0.35294117647058826, 0.8372093023255814, 0.05084745762711865, 0.030927835051546393, 0.5696969696969697].forEach(
      (value, i) => expect(relative(isotonicValue(fit, sa[i] as number), value)).toBeLessThan(1e-9),
    );
  });

  it.each([
    ['accuracy', 0.7380488116615419],
    ['precision', 0.7107393196380244],
    ['recall', 0.8502089902249333],
    ['f1', 0.7742433947933264],
    ['specificity', 288.8615616503105 / (288.8615616503105 + 182.81274998876862)],
    ['rocAuc', 0.8371236937253551],
  ])('estimates %s', (name, expected) => {
    expect(relative(classMetrics(sample, scoreOrders(sample))[name], expected)).toBeLessThan(1e-9);
  });

  it('uses the calibration, since the scores are not calibrated', () => {
    const reference = Float64Array.from({ length: 4000 }, (_, i) =>
      i % 2 === 1 ? (s[i >> 1] as number) : 1 - (s[i >> 1] as number),
    );
    const calibration = fitCalibration({ rows: 2000, classes: 2, scores: reference, actual: y });
    expect(calibration[1]?.x).toHaveLength(52);
  });
});

/** Softmax-like scores of three classes and labels drawn from `chance(scores)`. */
function threeClasses(rows: number, seed: number, sharpen: number) {
  const random = uniformGenerator(seed);
  const scores = new Float64Array(rows * 3);
  const actual = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const raw = [random() + 0.05, random() + 0.05, random() + 0.05];
    const total = raw.reduce((a, b) => a + b, 0);
    raw.forEach((value, c) => {
      scores[row * 3 + c] = value / total;
    });
    const sharpened = raw.map((value) => value ** sharpen);
    let rest = random() * sharpened.reduce((a, b) => a + b, 0);
    actual[row] = Math.max(
      0,
      sharpened.findIndex((value) => (rest -= value) < 0),
    );
  }
  return { rows, classes: 3, scores, actual };
}

describe('several classes', () => {
  it('estimates metrics close to the realized ones after calibration', () => {
    const calibration = fitCalibration(threeClasses(20_000, 1, 3));
    expect(calibration.every((fit) => fit !== null)).toBe(true);
    const window = threeClasses(20_000, 2, 3);
    const expected = expectedSample(calibration, window);
    const realized = labelledSample(window);
    const estimate = classMetrics(expected, scoreOrders(expected));
    const truth = classMetrics(realized, scoreOrders(realized));
    expect(Object.keys(estimate).sort()).toEqual(['accuracy', 'macroF1', 'rocAuc']);
    for (const [name, value] of Object.entries(truth))
      expect(Math.abs((estimate[name] ?? NaN) - value)).toBeLessThan(0.035);
  });

  it('leaves calibrated scores as they are or nearly so', () => {
    const calibration = fitCalibration(threeClasses(2_000, 3, 1));
    const window = threeClasses(5_000, 4, 1);
    const sample = expectedSample(calibration, window);
    const realized = labelledSample(window);
    const difference = classMetrics(sample, scoreOrders(sample))['accuracy'] ?? NaN;
    expect(Math.abs(difference - (classMetrics(realized, scoreOrders(realized))['accuracy'] ?? NaN))).toBeLessThan(
      0.03,
    );
  });
});

it('gives bands that hold the realized metric in about 95 % of windows', () => {
  const calibration = fitCalibration(threeClasses(20_000, 5, 3));
  let held = 0;
  const windows = 60;
  for (let window = 0; window < windows; window++) {
    const drawn = threeClasses(400, 100 + window, 3);
    const bands = bandedMetrics(expectedSample(calibration, drawn), uniformGenerator(window));
    const realized = labelledSample(drawn);
    const truth = classMetrics(realized, scoreOrders(realized))['rocAuc'] ?? NaN;
    const band = bands['rocAuc'];
    if (band !== undefined && band.low <= truth && truth <= band.high) held++;
  }
  // 60 windows: 0.95 ± 3 · 0.028.
  expect(held / windows).toBeGreaterThan(0.86);
});

it('leaves out what one class alone cannot give', () => {
  const sample = labelledSample({ rows: 2, classes: 2, scores: [0.9, 0.1, 0.8, 0.2], actual: [0, 0] });
  expect(classMetrics(sample, scoreOrders(sample))).toEqual({ accuracy: 1, specificity: 1 });
});
