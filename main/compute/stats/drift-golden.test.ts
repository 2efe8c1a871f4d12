import { describe, expect, it } from 'vitest';
import { driftGoldenValues, isMismatch } from '../../../test/support/drift-golden.ts';
import { categoryCounts, normals, uniform } from '../../../test/support/golden-inputs.ts';
import { benjaminiHochberg } from './benjamini-hochberg.ts';
import { chiSquareCriticalValue, chiSquareSurvival, chiSquareTwoSample } from './chi-square.ts';
import { kolmogorovCriticalValue, kolmogorovSurvival } from './kolmogorov-distribution.ts';
import { kolmogorovSmirnovTwoSample } from './kolmogorov-smirnov.ts';
import { betaShare, logGamma, normalTwoSided } from './special-functions.ts';

const relative = (actual: number, expected: number) => Math.abs(actual - expected) / Math.abs(expected);

it('generates the golden inputs', () => {
  expect([uniform(0, 1), uniform(1, 1), uniform(2, 1)]).toEqual([
    0.57004883303307, 0.3400886603631079, 0.050369004253298044,
  ]);
  const expected = [-0.0690420672763139, -0.30619354895316064, -0.11057862034067512];
  normals(3, 1).forEach((value, i) => expect(relative(value, expected[i] ?? 0)).toBeLessThan(1e-12));
});

it.each(driftGoldenValues())('matches the golden value of $name', (value) => {
  expect(isMismatch(value), `${value.actual} for ${value.expected}`).toBe(false);
});

describe('distributions', () => {
  it('evaluates ln Γ at known points', () => {
    expect(logGamma(1)).toBeCloseTo(0, 14);
    expect(relative(logGamma(0.5), Math.log(Math.PI) / 2)).toBeLessThan(1e-14);
    expect(relative(logGamma(11), Math.log(3628800))).toBeLessThan(1e-14);
    expect(logGamma(-1)).toBeNaN();
  });

  it('evaluates the incomplete beta function and the normal tail at known points', () => {
    expect(relative(betaShare(0.3, 2, 3), 0.3483)).toBeLessThan(1e-12);
    expect(relative(betaShare(0.9, 0.5, 0.5), (2 / Math.PI) * Math.asin(Math.sqrt(0.9)))).toBeLessThan(1e-12);
    expect(betaShare(1, 3, 4)).toBe(1);
    expect(relative(normalTwoSided(1.959963984540054), 0.05)).toBeLessThan(1e-12);
  });

  it('inverts the chi² distribution', () => {
    for (const [p, df] of [
      [0.05, 1],
      [0.05, 3],
      [0.001, 40],
    ] as const) {
      expect(relative(chiSquareSurvival(chiSquareCriticalValue(p, df), df), p)).toBeLessThan(1e-9);
    }
    expect(relative(chiSquareCriticalValue(0.05, 1), 3.841458820694124)).toBeLessThan(1e-10);
  });

  it('is continuous where the one-sample distribution changes its method', () => {
    for (const z of [0.5, 0.9, 1.3, 1.7]) {
      const below = kolmogorovSurvival(z / Math.sqrt(140), 140);
      const above = kolmogorovSurvival(z / Math.sqrt(141), 141);
      expect(Math.abs(below - above)).toBeLessThan(1e-4);
    }
    const edge = Math.sqrt(2.2 / 300);
    expect(relative(kolmogorovSurvival(edge - 1e-12, 300), kolmogorovSurvival(edge + 1e-12, 300))).toBeLessThan(1e-5);
  });

  it('inverts the one-sample distribution closely', () => {
    for (const p of [0.05, 0.01, 1e-4]) {
      expect(relative(kolmogorovSurvival(kolmogorovCriticalValue(p, 495), 495), p)).toBeLessThan(0.02);
    }
  });
});

it('rejects by Benjamini–Hochberg, step-up', () => {
  expect(benjaminiHochberg([0.02, 0.9, 0.03, 0.035], 0.05)).toEqual({
    rejected: [true, false, true, true],
    threshold: 0.037500000000000006,
  });
  expect(benjaminiHochberg([0.02, 0.9], 0.03).rejected).toEqual([false, false]);
  expect(benjaminiHochberg([], 0.05).rejected).toEqual([]);
});

describe('false alarms of the two-sample tests, 400 seeded repetitions at nominal 5 %', () => {
  // 400 repetitions: the share is within 0.05 ± 3 · 0.011 for a calibrated test.
  const bounds = [0.017, 0.083] as const;

  it.each([
    [400, 50],
    [400, 300],
  ])('Kolmogorov–Smirnov, %i reference and %i current rows', (n, m) => {
    let alarms = 0;
    for (let r = 0; r < 400; r++) {
      const a = normals(n, 1000 + 2 * r).sort();
      const b = normals(m, 1001 + 2 * r).sort();
      if (kolmogorovSmirnovTwoSample(a, b).pValue <= 0.05) alarms++;
    }
    expect(alarms / 400).toBeGreaterThan(bounds[0]);
    expect(alarms / 400).toBeLessThan(bounds[1]);
  });

  it.each([
    [1000, 1000],
    [500, 5000],
  ])('chi², %i reference and %i current rows', (n, m) => {
    let alarms = 0;
    for (let r = 0; r < 400; r++) {
      const a = categoryCounts(n, 3000 + 2 * r, [0.4, 0.3, 0.2, 0.1]);
      const b = categoryCounts(m, 3001 + 2 * r, [0.4, 0.3, 0.2, 0.1]);
      if (chiSquareTwoSample(a, b).pValue <= 0.05) alarms++;
    }
    expect(alarms / 400).toBeGreaterThan(bounds[0]);
    expect(alarms / 400).toBeLessThan(bounds[1]);
  });
});
