import { categoryDistance } from '../compute/stats/category-distance.ts';
import { chiSquareCriticalValue, chiSquareTwoSample } from '../compute/stats/chi-square.ts';
import { kolmogorovCriticalValue } from '../compute/stats/kolmogorov-distribution.ts';
import { kolmogorovSmirnovTwoSample } from '../compute/stats/kolmogorov-smirnov.ts';
import { valueCounts } from '../compute/stats/value-counts.ts';
import type { ColumnSummary } from './column-summary.ts';
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
    return chiSquareTest('chi-square', reference.counts, current.counts);
  }
  if (reference.kind !== 'numeric' || current.kind !== 'numeric') return 'types-differ';
  const values = valueTest(reference.sorted, current.sorted, minimumRows);
  if (reference.missing + current.missing === 0) return values ?? 'too-few-rows';
  const missing = missingShareTest(reference, current);
  if (values === undefined) return missing;
  // Two looks at one column: Bonferroni keeps its false alarms at the nominal rate.
  return twoLooks(missing.pValue < values.pValue ? missing : values);
}

function valueTest(reference: Float64Array, current: Float64Array, minimumRows: number): ColumnTest | undefined {
  const n = reference.length;
  const m = current.length;
  if (Math.min(n, m) < minimumRows) return undefined;
  if (isDiscrete(reference)) return chiSquareTest('chi-square', valueCounts(reference), valueCounts(current));
  const method = n * m > maxExactPairs ? 'asymptotic' : 'auto';
  const { statistic, pValue } = kolmogorovSmirnovTwoSample(reference, current, method);
  return {
    method: 'kolmogorov-smirnov',
    statistic,
    pValue,
    effect: statistic,
    criticalValue: (p) => kolmogorovCriticalValue(p, (n * m) / (n + m)),
  };
}

type NumericSummary = Extract<ColumnSummary, { kind: 'numeric' }>;

function missingShareTest(reference: NumericSummary, current: NumericSummary): ColumnTest {
  const counts = ({ sorted, missing }: NumericSummary) =>
    new Map([
      ['value', sorted.length],
      ['missing', missing],
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
