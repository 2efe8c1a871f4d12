import { describe, expect, it } from 'vitest';
import { benjaminiHochberg } from './benjamini-hochberg.ts';
import { chiSquareCriticalValue, chiSquareSurvival, chiSquareTwoSample } from './chi-square.ts';
import { jensenShannonDistance, populationStabilityIndex } from './divergence.ts';
import { histogramCounts, shares, sturgesEdges } from './histogram.ts';
import { kolmogorovCriticalValue, kolmogorovSurvival } from './kolmogorov-distribution.ts';
import { kolmogorovSmirnovTwoSample } from './kolmogorov-smirnov.ts';
import { logGamma } from './special-functions.ts';
import { wassersteinDistance, wassersteinNormed } from './wasserstein.ts';

function uniform(i: number, seed: number): number {
  let x = (Math.imul(i, 2654435761) + Math.imul(seed, 40503) + 12345) >>> 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  x ^= x >>> 16;
  return (x >>> 0) / 2 ** 32;
}

function normal(n: number, seed: number, shift = 0, scale = 1): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < 12; k++) sum += uniform(12 * i + k, seed);
    return (sum - 6) * scale + shift;
  });
}

function categoryCounts(n: number, seed: number, probabilities: readonly number[]): number[] {
  const counts = probabilities.map(() => 0);
  for (let i = 0; i < n; i++) {
    const u = uniform(i, seed);
    let sum = 0;
    let label = 0;
    for (const p of probabilities) {
      sum += p;
      if (sum <= u) label++;
    }
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts;
}

const relative = (actual: number, expected: number) => Math.abs(actual - expected) / Math.abs(expected);

it('generates the golden inputs', () => {
  expect([uniform(0, 1), uniform(1, 1), uniform(2, 1)]).toEqual([
    0.57004883303307, 0.3400886603631079, 0.050369004253298044,
  ]);
  const expected = [-0.0690420672763139, -0.30619354895316064, -0.11057862034067512];
  normal(3, 1).forEach((value, i) => expect(relative(value, expected[i] ?? 0)).toBeLessThan(1e-12));
});

const numericCases = [
  {
    name: 'num_same',
    reference: normal(500, 1),
    current: normal(400, 2),
    bins: 11,
    ks: [0.0525, 0.5551802722951961, 0.5553569291876346],
    wasserstein: [0.09690514583606269, 0.10348222765586054],
    psi: 0.06209203397608977,
    js: 0.08363023191318265,
  },
  {
    name: 'num_shift0.3',
    reference: normal(500, 1),
    current: normal(400, 2, 0.3),
    bins: 11,
    ks: [0.1785, 1.1852153317865194e-6, 1.1667234764045849e-6],
    wasserstein: [0.37670816266466856, 0.4022758493613352],
    psi: 0.1891206407925475,
    js: 0.1478159723022144,
  },
  {
    name: 'num_scale1.5',
    reference: normal(500, 1),
    current: normal(400, 2, 0, 1.5),
    bins: 11,
    ks: [0.139, 0.00033432543192740433, 0.0003330906385467821],
    wasserstein: [0.4742191234737401, 0.5064050094624581],
    psi: 0.4835519991677082,
    js: 0.22067029601260338,
  },
  {
    name: 'num_big_shift0.1',
    reference: normal(5000, 1),
    current: normal(3000, 2, 0.1),
    bins: 14,
    ks: [0.05366666666666667, 3.932926415563766e-5, 3.9126170421492346e-5],
    wasserstein: [0.11644546250289001, 0.11899527830834211],
    psi: 0.018313116686302467,
    js: 0.04772517311527543,
  },
] as const;

describe.each(numericCases)('$name', (c) => {
  const reference = c.reference.slice().sort();
  const current = c.current.slice().sort();

  it('matches the Kolmogorov–Smirnov goldens, exact and asymptotic', () => {
    const exact = kolmogorovSmirnovTwoSample(reference, current);
    expect(exact.method).toBe('exact');
    expect(relative(exact.statistic, c.ks[0])).toBeLessThan(1e-9);
    expect(relative(exact.pValue, c.ks[1])).toBeLessThan(1e-6);
    const asymptotic = kolmogorovSmirnovTwoSample(reference, current, 'asymptotic');
    expect(relative(asymptotic.pValue, c.ks[2])).toBeLessThan(1e-6);
  });

  it('matches the distance goldens', () => {
    expect(relative(wassersteinDistance(reference, current), c.wasserstein[0])).toBeLessThan(1e-9);
    expect(relative(wassersteinNormed(reference, current), c.wasserstein[1])).toBeLessThan(1e-9);
    const edges = sturgesEdges(reference, current);
    expect(edges.length - 1).toBe(c.bins);
    const r = shares(histogramCounts(reference, edges));
    const s = shares(histogramCounts(current, edges));
    expect(relative(populationStabilityIndex(r, s), c.psi)).toBeLessThan(1e-9);
    expect(relative(jensenShannonDistance(r, s), c.js)).toBeLessThan(1e-9);
  });
});

describe.each([
  {
    name: 'cat4_same',
    reference: categoryCounts(600, 3, [0.4, 0.3, 0.2, 0.1]),
    current: categoryCounts(500, 4, [0.4, 0.3, 0.2, 0.1]),
    counts: [
      [224, 185, 128, 63],
      [191, 159, 91, 59],
    ],
    chi: [1.89626427275785, 0.5942140083958738],
    js: 0.029550565099228092,
    psi: 0.0069919906323366796,
  },
  {
    name: 'cat4_drift',
    reference: categoryCounts(600, 3, [0.4, 0.3, 0.2, 0.1]),
    current: categoryCounts(500, 4, [0.3, 0.3, 0.25, 0.15]),
    counts: [
      [224, 185, 128, 63],
      [140, 161, 126, 73],
    ],
    chi: [12.815400729969506, 0.00505330428765294],
    js: 0.07684304082964437,
    psi: 0.04739937894391567,
  },
  {
    name: 'bin_drift',
    reference: categoryCounts(600, 5, [0.5, 0.5]),
    current: categoryCounts(500, 6, [0.42, 0.58]),
    counts: [
      [316, 284],
      [209, 291],
    ],
    chi: [12.908610075914416, 0.00032707408250577435],
    js: 0.07703407062389801,
    psi: 0.04756959298205275,
  },
])('$name', (c) => {
  it('matches the chi² and distance goldens', () => {
    expect([c.reference, c.current]).toEqual(c.counts);
    const result = chiSquareTwoSample(c.reference, c.current);
    expect(relative(result.statistic, c.chi[0] ?? 0)).toBeLessThan(1e-9);
    expect(relative(result.pValue, c.chi[1] ?? 0)).toBeLessThan(1e-6);
    expect(relative(jensenShannonDistance(shares(c.reference), shares(c.current)), c.js)).toBeLessThan(1e-9);
    expect(relative(populationStabilityIndex(shares(c.reference), shares(c.current)), c.psi)).toBeLessThan(1e-9);
  });
});

describe('distributions', () => {
  it('evaluates ln Γ at known points', () => {
    expect(logGamma(1)).toBeCloseTo(0, 14);
    expect(relative(logGamma(0.5), Math.log(Math.PI) / 2)).toBeLessThan(1e-14);
    expect(relative(logGamma(11), Math.log(3628800))).toBeLessThan(1e-14);
    expect(logGamma(-1)).toBeNaN();
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
      const a = normal(n, 1000 + 2 * r).sort();
      const b = normal(m, 1001 + 2 * r).sort();
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
