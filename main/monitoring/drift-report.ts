import type { MonitorReport } from '../../shared/rpc/engine-contract.ts';
import { benjaminiHochberg } from '../compute/stats/benjamini-hochberg.ts';
import type { ColumnPair } from './column-test.ts';
import type { DistanceTests } from './distance-test.ts';
import { distributionOverlay } from './distribution-overlay.ts';
import { evidentlyDatasetShare, evidentlyTest } from './evidently-test.ts';
import { twoSampleTest } from './two-sample-test.ts';

export type DriftColumn = MonitorReport['columns'][number];

export interface DriftOptions {
  /** Fewer values on either side give no verdict. */
  minimumRows: number;
  /** False discovery rate over the columns; not used by the compatible mode. */
  alpha: number;
  /** Reproduces Evidently's default tests and thresholds, defects included, in place of the calibrated ones. */
  compatible?: boolean | undefined;
  /** Judges distances against their size without drift, in place of two-sample tests. */
  distances?: DistanceTests | undefined;
}

export interface ComparedColumns {
  columns: DriftColumn[];
  drifted: boolean;
  /** Size of the difference per column with a verdict, in [0, 1]: KS distance, category distance or a scaled distance. */
  effects: Record<string, number | null>;
}

type Verdict = Pick<DriftColumn, 'method' | 'statistic' | 'threshold' | 'pValue' | 'drifted' | 'state'> & {
  effect: number | null;
};

/**
 * Tests column by column that allow for the size of both samples; Benjamini–Hochberg over the columns decides what
 * counts as drifted. In compatible mode each column by its own fixed threshold, and the window has drifted when half of
 * the columns have.
 */
export function compareColumns(pairs: readonly ColumnPair[], options: DriftOptions): ComparedColumns {
  const verdicts =
    options.compatible === true ? compatibleVerdicts(pairs, options) : calibratedVerdicts(pairs, options);
  const effects: Record<string, number | null> = {};
  const columns = pairs.map(({ column, type, reference, current }, i): DriftColumn => {
    const { effect, ...verdict } = verdicts[i] as Verdict;
    effects[column] = effect;
    const distribution =
      reference === undefined || current === undefined ? [] : distributionOverlay(reference, current);
    return { column, type, ...verdict, distribution };
  });
  const drifted = columns.filter((column) => column.drifted).length;
  const judged = columns.filter((column) => column.state === 'ok').length;
  const needed = options.compatible === true ? Math.max(1, evidentlyDatasetShare * judged) : 1;
  return { columns, drifted: drifted >= needed, effects };
}

function calibratedVerdicts(pairs: readonly ColumnPair[], options: DriftOptions): Verdict[] {
  const { minimumRows, alpha, distances } = options;
  const results = pairs.map((pair) => distances?.test(pair, minimumRows) ?? twoSampleTest(pair, minimumRows));
  const tests = results.filter((result) => typeof result !== 'string');
  const { rejected, threshold } = benjaminiHochberg(
    tests.map((test) => test.pValue),
    alpha,
  );
  const isRejected = new Map(tests.map((test, i) => [test, rejected[i] === true]));
  return results.map((result) => {
    if (typeof result === 'string') return noVerdict(result);
    const { method, statistic, pValue, effect } = result;
    const drifted = isRejected.get(result) === true && statistic >= (result.minimumStatistic ?? 0);
    return { method, statistic, threshold: result.criticalValue(threshold), pValue, effect, drifted, state: 'ok' };
  });
}

function compatibleVerdicts(pairs: readonly ColumnPair[], { minimumRows }: DriftOptions): Verdict[] {
  return pairs.map((pair) => {
    const result = evidentlyTest(pair, minimumRows);
    return typeof result === 'string' ? noVerdict(result) : { ...result, state: 'ok' };
  });
}

function noVerdict(state: string): Verdict {
  return { method: 'none', statistic: null, threshold: null, pValue: null, effect: null, drifted: false, state };
}
