import { categoryDistance } from '../stats/category-distance.ts';
import { chiSquareCriticalValue, chiSquareTwoSample } from '../stats/chi-square.ts';
import { kolmogorovCriticalValue, kolmogorovSurvival } from '../stats/kolmogorov-distribution.ts';
import { kolmogorovSmirnovTwoSample } from '../stats/kolmogorov-smirnov.ts';
import { valueCounts } from '../stats/value-counts.ts';
import { type ColumnSummary, valueCount } from './column-summary.ts';
import { commonCounts } from './common-counts.ts';
import { type ColumnPair, type ColumnTest, comparableSides } from './column-test.ts';

/** Numbers with at most this many distinct values in the reference are compared as categories. */
const maxDiscreteValues = 5;

/** The chi² approximation needs this many expected rows per category and sample; rarer ones are taken together. */
const minimumExpected = 5;

/** Pairs of values above which the exact KS distribution takes too long for a live monitor: some ms per column. */
const maxExactPairs = 1_000_000;

/**
 * Two-sample test of a column, or why there is none: Kolmogorov–Smirnov for numbers, chi² for categories, both allowing
 * for the size of both samples.
 */
export function twoSampleTest(pair: ColumnPair, minimumRows: number): ColumnTest | string {
  const sides = comparableSides(pair, minimumRows);
  if (typeof sides === 'string') return sides;
  const { reference, current } = sides;
  if (reference.kind === 'categorical' && current.kind === 'categorical') {
    const table = commonCounts(reference, current);
    return chiSquareTest('chi-square', table.reference, table.current);
  }
  if (reference.kind !== 'numeric' || current.kind !== 'numeric') return 'types-differ';
  const values = valueTest(reference, current, minimumRows);
  if (reference.missing + current.missing === 0) return values ?? 'too-few-rows';
  const missing = missingShareTest(reference, current);
  if (values === undefined) return missing;
  // Two looks at one column: Bonferroni keeps its false alarms at the nominal rate.
  return twoLooks(missing.pValue < values.pValue ? missing : values);
}

function valueTest(reference: NumericSummary, current: NumericSummary, minimumRows: number): ColumnTest | undefined {
  const n = valueCount(reference);
  const m = valueCount(current);
  if (Math.min(n, m) < minimumRows) return undefined;
  if (reference.sketch !== undefined || current.sketch !== undefined) return sketchTest(reference, current);
  if (isDiscrete(reference.sorted)) {
    return chiSquareTest('chi-square', valueCounts(reference.sorted), valueCounts(current.sorted));
  }
  const method = n * m > maxExactPairs ? 'asymptotic' : 'auto';
  const { statistic, pValue } = kolmogorovSmirnovTwoSample(reference.sorted, current.sorted, method);
  return {
    method: 'kolmogorov-smirnov',
    statistic,
    pValue,
    effect: statistic,
    criticalValue: (p) => kolmogorovCriticalValue(p, (n * m) / (n + m)),
  };
}

/**
 * Kolmogorov–Smirnov of sketches: what their errors can explain is taken off the statistic, so that they never raise an
 * alarm; shifts smaller than the errors stay unseen.
 */
function sketchTest(reference: NumericSummary, current: NumericSummary): ColumnTest {
  const size = (valueCount(reference) * valueCount(current)) / (valueCount(reference) + valueCount(current));
  const errors = (reference.sketch?.rankError ?? 0) + (current.sketch?.rankError ?? 0);
  const { statistic } = kolmogorovSmirnovTwoSample(reference.sorted, current.sorted, 'asymptotic');
  const sure = Math.max(0, statistic - errors);
  return {
    method: 'kolmogorov-smirnov-sketch',
    statistic,
    pValue: kolmogorovSurvival(sure, Math.max(1, Math.round(size))),
    effect: statistic,
    criticalValue: (p) => Math.min(1, errors + kolmogorovCriticalValue(p, size)),
  };
}

type NumericSummary = Extract<ColumnSummary, { kind: 'numeric' }>;

function missingShareTest(reference: NumericSummary, current: NumericSummary): ColumnTest {
  const counts = (summary: NumericSummary) =>
    new Map([
      ['value', valueCount(summary)],
      ['missing', summary.missing],
    ]);
  return chiSquareTest('chi-square-missing', counts(reference), counts(current));
}

function twoLooks(test: ColumnTest): ColumnTest {
  return {
    ...test,
    pValue: Math.min(1, 2 * test.pValue),
    criticalValue: (p) => test.criticalValue(p / 2),
  };
}

function chiSquareTest(
  method: string,
  reference: ReadonlyMap<string, number>,
  current: ReadonlyMap<string, number>,
): ColumnTest {
  const table = poolRare(reference, current);
  const { statistic, degreesOfFreedom, pValue } = chiSquareTwoSample(table.reference, table.current);
  return {
    method,
    statistic,
    pValue,
    effect: categoryDistance(reference, current),
    criticalValue: (p) => chiSquareCriticalValue(p, Math.max(1, degreesOfFreedom)),
  };
}

/** Counts per category, rare ones summed into one more. */
function poolRare(
  reference: ReadonlyMap<string, number>,
  current: ReadonlyMap<string, number>,
): { reference: number[]; current: number[] } {
  const sum = (counts: ReadonlyMap<string, number>) => [...counts.values()].reduce((total, count) => total + count, 0);
  const referenceRows = sum(reference);
  const currentRows = sum(current);
  const smallerShare = Math.min(referenceRows, currentRows) / (referenceRows + currentRows);
  const table = { reference: [] as number[], current: [] as number[] };
  const rare = { reference: 0, current: 0 };
  for (const name of new Set([...reference.keys(), ...current.keys()])) {
    const r = reference.get(name) ?? 0;
    const c = current.get(name) ?? 0;
    if ((r + c) * smallerShare < minimumExpected) {
      rare.reference += r;
      rare.current += c;
    } else {
      table.reference.push(r);
      table.current.push(c);
    }
  }
  table.reference.push(rare.reference);
  table.current.push(rare.current);
  return table;
}

function isDiscrete(sorted: Float64Array): boolean {
  let distinct = 1;
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i] !== sorted[i - 1] && ++distinct > maxDiscreteValues) return false;
  }
  return true;
}
