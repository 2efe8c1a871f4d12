import { jensenShannonDistance } from '../stats/divergence.ts';
import { shares } from '../stats/histogram.ts';
import {
  evenQuantiles,
  jensenShannonNull,
  nullPValue,
  nullQuantile,
  wassersteinNull,
} from '../stats/null-distribution.ts';
import { uniformGenerator } from '../stats/random.ts';
import { wassersteinNormed } from '../stats/wasserstein.ts';
import { valueCount } from './column-summary.ts';
import { commonCounts } from './common-counts.ts';
import { type ColumnPair, type ColumnTest, comparableSides } from './column-test.ts';

/** Differences below these are too small to matter, however sure they are. */
const minimumDistance = 0.1;

const repetitions = 999;

/** Rows drawn per repetition; a larger sample's distribution is narrower, so the limit errs towards silence. */
const maxDrawnRows = 20_000;

/** Values of the reference that rows are drawn from; of more, as many quantiles stand for all. */
const maxReferenceValues = 50_000;

/**
 * Distances of columns (first Wasserstein over the reference's standard deviation for numbers, Jensen–Shannon for
 * categories) judged against what they are without drift at these sample sizes. The null distributions are kept per
 * column, method and sizes, for as long as the reference is the same object; sizes within a factor of 2^¼ share one,
 * that of the smallest of them.
 */
export class DistanceTests {
  readonly #nulls = new WeakMap<object, Map<string, Float64Array>>();

  test(pair: ColumnPair, minimumRows: number): ColumnTest | string {
    const sides = comparableSides(pair, minimumRows);
    if (typeof sides === 'string') return sides;
    const { reference, current } = sides;
    if (reference.kind === 'numeric' && current.kind === 'numeric') {
      if (Math.min(valueCount(reference), valueCount(current)) < minimumRows) return 'too-few-rows';
      const statistic = wassersteinNormed(reference.sorted, current.sorted);
      const null_ = this.#null(reference, 'wasserstein', valueCount(reference), valueCount(current), (sizes) =>
        wassersteinNull(evenQuantiles(reference.sorted, maxReferenceValues), sizes),
      );
      return distanceTest('wasserstein-normed', statistic, statistic / (1 + statistic), null_);
    }
    if (reference.kind !== 'categorical' || current.kind !== 'categorical') return 'types-differ';
    const table = commonCounts(reference, current);
    const names = [...new Set([...table.reference.keys(), ...table.current.keys()])];
    const statistic = jensenShannonDistance(
      shares(names.map((name) => table.reference.get(name) ?? 0)),
      shares(names.map((name) => table.current.get(name) ?? 0)),
    );
    const counts = [...table.reference.values()];
    const null_ = this.#null(reference, 'jensen-shannon', reference.rows, current.rows, (sizes) =>
      jensenShannonNull(counts, sizes),
    );
    return distanceTest('jensen-shannon', statistic, statistic / Math.sqrt(Math.LN2), null_);
  }

  #null(
    reference: object,
    method: string,
    n: number,
    m: number,
    draw: (sizes: Parameters<typeof wassersteinNull>[1]) => Float64Array,
  ): Float64Array {
    const referenceRows = Math.min(n, maxDrawnRows);
    const currentRows = Math.min(sizeBucket(m), maxDrawnRows);
    const key = `${method} ${referenceRows} ${currentRows}`;
    const known = this.#nulls.get(reference) ?? new Map<string, Float64Array>();
    this.#nulls.set(reference, known);
    let found = known.get(key);
    if (found === undefined) {
      found = draw({ referenceRows, currentRows, repetitions, random: uniformGenerator(currentRows) });
      known.set(key, found);
    }
    return found;
  }
}

/** The largest ⌊2^(i/4)⌋ that is at most `rows`. */
function sizeBucket(rows: number): number {
  return Math.floor(2 ** (Math.floor(4 * Math.log2(rows) + 1e-9) / 4));
}

function distanceTest(method: string, statistic: number, effect: number, distribution: Float64Array): ColumnTest {
  return {
    method,
    statistic,
    pValue: nullPValue(distribution, statistic),
    effect,
    minimumStatistic: minimumDistance,
    criticalValue: (p) => Math.max(minimumDistance, nullQuantile(distribution, p)),
  };
}
