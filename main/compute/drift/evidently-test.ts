import { chiSquareCriticalValue, chiSquareGoodnessOfFit } from '../stats/chi-square.ts';
import { jensenShannonDistance } from '../stats/divergence.ts';
import { shares } from '../stats/histogram.ts';
import { kolmogorovCriticalValue } from '../stats/kolmogorov-distribution.ts';
import { kolmogorovSmirnovTwoSample } from '../stats/kolmogorov-smirnov.ts';
import { twoProportionZTest } from '../stats/mean-tests.ts';
import { valueCounts } from '../stats/value-counts.ts';
import { wassersteinNormed } from '../stats/wasserstein.ts';
import { type ColumnSummary, missingCategory } from './column-summary.ts';
import { type ColumnPair, comparableSides } from './column-test.ts';

/** A column by Evidently's default choice of test and threshold. */
export interface EvidentlyResult {
  method: string;
  statistic: number;
  /** The statistic from which on there is drift. */
  threshold: number;
  pValue: number | null;
  effect: number;
  drifted: boolean;
}

/** References up to this size are tested by p-value, larger ones by distance. */
const maxTestedRows = 1_000;
const maxDiscreteValues = 5;
const significance = 0.05;
const distanceThreshold = 0.1;

/**
 * Numbers of Evidently's default drift test of one column: chosen by reference size and distinct values, goodness-of-fit
 * chi², fixed distance thresholds, missing values dropped. Its false alarms grow as windows shrink.
 */
export function evidentlyTest(pair: ColumnPair, minimumRows: number): EvidentlyResult | string {
  const sides = comparableSides(pair, minimumRows);
  if (typeof sides === 'string') return sides;
  const { reference, current } = sides;
  const n = valuesIn(reference);
  const m = valuesIn(current);
  if (n === 0 || m === 0) return 'too-few-rows';
  const small = n <= maxTestedRows;
  if (reference.kind === 'numeric' && current.kind === 'numeric') {
    if (hasMoreValues([reference.sorted, current.sorted], maxDiscreteValues)) {
      return small
        ? kolmogorovSmirnov(reference.sorted, current.sorted)
        : wasserstein(reference.sorted, current.sorted);
    }
  }
  const [r, c] = countTable(reference, current);
  if (!small) return jensenShannon(r, c);
  return r.length > 2 ? goodnessOfFit(r, c) : proportions(r, c, n, m);
}

/** Share of drifted columns from which on the data set counts as drifted. */
export const evidentlyDatasetShare = 0.5;

function kolmogorovSmirnov(reference: Float64Array, current: Float64Array): EvidentlyResult {
  const { statistic, pValue } = kolmogorovSmirnovTwoSample(reference, current);
  const effective = (reference.length * current.length) / (reference.length + current.length);
  return {
    method: 'evidently ks',
    statistic,
    threshold: kolmogorovCriticalValue(significance, effective),
    pValue,
    effect: statistic,
    drifted: pValue <= significance,
  };
}

function wasserstein(reference: Float64Array, current: Float64Array): EvidentlyResult {
  const statistic = wassersteinNormed(reference, current);
  return byDistance('evidently wasserstein', statistic, statistic / (1 + statistic));
}

function jensenShannon(reference: number[], current: number[]): EvidentlyResult {
  const statistic = jensenShannonDistance(shares(reference), shares(current));
  return byDistance('evidently jensenshannon', statistic, statistic / Math.sqrt(Math.LN2));
}

function goodnessOfFit(reference: number[], current: number[]): EvidentlyResult {
  const { statistic, degreesOfFreedom, pValue, effectSize } = chiSquareGoodnessOfFit(reference, current);
  const threshold = chiSquareCriticalValue(significance, degreesOfFreedom);
  const drifted = pValue < significance;
  return { method: 'evidently chisquare', statistic, threshold, pValue, effect: effectSize, drifted };
}

function proportions(reference: number[], current: number[], n: number, m: number): EvidentlyResult {
  const { statistic, pValue } = twoProportionZTest(
    { hits: reference[0] ?? 0, rows: n },
    { hits: current[0] ?? 0, rows: m },
  );
  return {
    method: 'evidently z',
    statistic,
    threshold: Math.sqrt(chiSquareCriticalValue(significance, 1)),
    pValue,
    effect: Math.abs((reference[0] ?? 0) / n - (current[0] ?? 0) / m),
    drifted: pValue < significance,
  };
}

function byDistance(method: string, statistic: number, effect: number): EvidentlyResult {
  const drifted = statistic >= distanceThreshold;
  return { method, statistic, threshold: distanceThreshold, pValue: null, effect, drifted };
}

function valuesIn(summary: ColumnSummary): number {
  if (summary.kind === 'numeric') return summary.sorted.length;
  return summary.rows - (summary.counts.get(missingCategory) ?? 0);
}

function countTable(reference: ColumnSummary, current: ColumnSummary): [number[], number[]] {
  const r = countsOf(reference);
  const c = countsOf(current);
  const names = [...new Set([...r.keys(), ...c.keys()])];
  return [names.map((name) => r.get(name) ?? 0), names.map((name) => c.get(name) ?? 0)];
}

function countsOf(summary: ColumnSummary): Map<string, number> {
  if (summary.kind === 'numeric') return valueCounts(summary.sorted);
  return new Map([...summary.counts].filter(([name]) => name !== missingCategory));
}

/** Whether the samples have more distinct values together than `most`. */
function hasMoreValues(samples: readonly Float64Array[], most: number): boolean {
  const distinct = new Set<number>();
  for (const sample of samples) {
    for (const value of sample) if (distinct.add(value).size > most) return true;
  }
  return false;
}
