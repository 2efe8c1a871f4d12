import { chiSquareGoodnessOfFit, chiSquareTwoSample } from '../../main/compute/stats/chi-square.ts';
import {
  jensenShannonDistance,
  kullbackLeiblerDivergence,
  populationStabilityIndex,
} from '../../main/compute/stats/divergence.ts';
import { energyDistance } from '../../main/compute/stats/energy-distance.ts';
import { histogramCounts, shares, sturgesEdges } from '../../main/compute/stats/histogram.ts';
import { kolmogorovSmirnovTwoSample } from '../../main/compute/stats/kolmogorov-smirnov.ts';
import { studentTTest, twoProportionZTest } from '../../main/compute/stats/mean-tests.ts';
import { wassersteinDistance, wassersteinNormed } from '../../main/compute/stats/wasserstein.ts';
import { categoryCounts, normals } from './golden-inputs.ts';

/** One number of the golden table. */
export interface GoldenValue {
  name: string;
  expected: number;
  actual: number;
  /** Largest relative difference. */
  tolerance: number;
}

const distance = 1e-9;
const probability = 1e-6;

const numericCases = [
  {
    name: 'num_same',
    reference: normals(500, 1),
    current: normals(400, 2),
    bins: 11,
    ks: [0.0525, 0.5551802722951961, 0.5553569291876346],
    wasserstein: [0.09690514583606269, 0.10348222765586054],
    psi: 0.06209203397608977,
    js: 0.08363023191318265,
    kl: 0.027001413888356102,
    energy: 0.07235297868370179,
    t: 0.24654340747213727,
  },
  {
    name: 'num_shift0.3',
    reference: normals(500, 1),
    current: normals(400, 2, 0.3),
    bins: 11,
    ks: [0.1785, 1.1852153317865194e-6, 1.1667234764045849e-6],
    wasserstein: [0.37670816266466856, 0.4022758493613352],
    psi: 0.1891206407925475,
    js: 0.1478159723022144,
    kl: 0.08819905113898081,
    energy: 0.27952411192505233,
    t: 1.0131970742813371e-8,
  },
  {
    name: 'num_scale1.5',
    reference: normals(500, 1),
    current: normals(400, 2, 0, 1.5),
    bins: 11,
    ks: [0.139, 0.00033432543192740433, 0.0003330906385467821],
    wasserstein: [0.4742191234737401, 0.5064050094624581],
    psi: 0.4835519991677082,
    js: 0.22067029601260338,
    kl: 0.16983041670278642,
    energy: 0.2847244050045639,
    t: 0.41367916753195816,
  },
  {
    name: 'num_big_shift0.1',
    reference: normals(5000, 1),
    current: normals(3000, 2, 0.1),
    bins: 14,
    ks: [0.05366666666666667, 3.932926415563766e-5, 3.9126170421492346e-5],
    wasserstein: [0.11644546250289001, 0.11899527830834211],
    psi: 0.018313116686302467,
    js: 0.04772517311527543,
    kl: 0.009065761468726634,
    energy: 0.0907263303166597,
    t: 3.157664159455391e-7,
  },
] as const;

const categoryCases = [
  {
    name: 'cat4_same',
    reference: categoryCounts(600, 3, [0.4, 0.3, 0.2, 0.1]),
    current: categoryCounts(500, 4, [0.4, 0.3, 0.2, 0.1]),
    counts: [224, 185, 128, 63, 191, 159, 91, 59],
    goodness: [3.3579303410553436, 0.33966086267003354],
    chi: [1.89626427275785, 0.5942140083958738],
    js: 0.029550565099228092,
    psi: 0.0069919906323366796,
    z: null,
  },
  {
    name: 'cat4_drift',
    reference: categoryCounts(600, 3, [0.4, 0.3, 0.2, 0.1]),
    current: categoryCounts(500, 4, [0.3, 0.3, 0.25, 0.15]),
    counts: [224, 185, 128, 63, 140, 161, 126, 73],
    goodness: [23.478478120978117, 3.209423752861415e-5],
    chi: [12.815400729969506, 0.00505330428765294],
    js: 0.07684304082964437,
    psi: 0.04739937894391567,
    z: null,
  },
  {
    name: 'bin_drift',
    reference: categoryCounts(600, 5, [0.5, 0.5]),
    current: categoryCounts(500, 6, [0.42, 0.58]),
    counts: [316, 284, 209, 291],
    goodness: [23.684257443394543, 1.135072433779987e-6],
    chi: [12.908610075914416, 0.00032707408250577435],
    js: 0.07703407062389801,
    psi: 0.04756959298205275,
    z: [-3.5928554209589922, 0.0003270740825058738],
  },
] as const;

/** The drift part of the golden table, each number beside what this code gives. */
export function driftGoldenValues(): GoldenValue[] {
  return [...numericCases.flatMap(numericValues), ...categoryCases.flatMap(categoryValues)];
}

export function isMismatch({ actual, expected, tolerance }: GoldenValue): boolean {
  return !(Math.abs(actual - expected) <= tolerance * Math.abs(expected));
}

function numericValues(c: (typeof numericCases)[number]): GoldenValue[] {
  const reference = c.reference.slice().sort();
  const current = c.current.slice().sort();
  const edges = sturgesEdges(reference, current);
  const r = shares(histogramCounts(reference, edges));
  const s = shares(histogramCounts(current, edges));
  const exact = kolmogorovSmirnovTwoSample(reference, current);
  const asymptotic = kolmogorovSmirnovTwoSample(reference, current, 'asymptotic');
  const value = (name: string, expected: number, actual: number, tolerance: number) => ({
    name: `${c.name} ${name}`,
    expected,
    actual,
    tolerance,
  });
  return [
    value('bins', c.bins, edges.length - 1, 0),
    value('KS statistic', c.ks[0], exact.statistic, distance),
    value('KS p exact', c.ks[1], exact.pValue, probability),
    value('KS p asymptotic', c.ks[2], asymptotic.pValue, probability),
    value('W1', c.wasserstein[0], wassersteinDistance(reference, current), distance),
    value('W1 normed', c.wasserstein[1], wassersteinNormed(reference, current), distance),
    value('PSI', c.psi, populationStabilityIndex(r, s), distance),
    value('JS', c.js, jensenShannonDistance(r, s), distance),
    value('KL', c.kl, kullbackLeiblerDivergence(r, s), distance),
    value('energy distance', c.energy, energyDistance(reference, current), distance),
    value('t-test p', c.t, studentTTest(reference, current).pValue, probability),
  ];
}

function categoryValues(c: (typeof categoryCases)[number]): GoldenValue[] {
  const goodness = chiSquareGoodnessOfFit(c.reference, c.current);
  const chi = chiSquareTwoSample(c.reference, c.current);
  const r = shares(c.reference);
  const s = shares(c.current);
  const rows = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
  const side = (counts: readonly number[]) => ({ hits: counts[1] as number, rows: rows(counts) });
  const z = twoProportionZTest(side(c.reference), side(c.current));
  const value = (name: string, expected: number, actual: number, tolerance: number) => ({
    name: `${c.name} ${name}`,
    expected,
    actual,
    tolerance,
  });
  return [
    ...c.counts.map((count, i) => value(`count ${i}`, count, [...c.reference, ...c.current][i] as number, 0)),
    value('goodness-of-fit statistic', c.goodness[0], goodness.statistic, distance),
    value('goodness-of-fit p', c.goodness[1], goodness.pValue, probability),
    value('two-sample chi² statistic', c.chi[0], chi.statistic, distance),
    value('two-sample chi² p', c.chi[1], chi.pValue, probability),
    value('JS', c.js, jensenShannonDistance(r, s), distance),
    value('PSI', c.psi, populationStabilityIndex(r, s), distance),
    ...(c.z === null ? [] : [value('z', c.z[0], z.statistic, distance), value('z p', c.z[1], z.pValue, probability)]),
  ];
}
