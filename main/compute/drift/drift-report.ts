import type { MonitorReport } from '../../../shared/rpc/engine-contract.ts';
import { benjaminiHochberg } from '../stats/benjamini-hochberg.ts';
import type { ColumnPair, ColumnTest } from './column-test.ts';
import type { DistanceTests } from './distance-test.ts';
import { distributionOverlay, type OverlayBar } from './distribution-overlay.ts';
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

/** One column tested, without the samples it was tested on. */
export interface AssessedColumn {
  column: string;
  type: string;
  /** A test that is judged together with the others, a verdict of the compatible mode, or why there is none. */
  result: ColumnTest | EvidentlyVerdict | string;
  distribution: OverlayBar[];
  role?: DriftColumn['role'];
}

type EvidentlyVerdict = Exclude<ReturnType<typeof evidentlyTest>, string>;

/** Tests one column; all that is kept of its samples is small. */
export function assessColumn(pair: ColumnPair, options: DriftOptions): AssessedColumn {
  const { column, type, reference, current } = pair;
  const { minimumRows, distances } = options;
  const result =
    options.compatible === true
      ? evidentlyTest(pair, minimumRows)
      : (distances?.test(pair, minimumRows) ?? twoSampleTest(pair, minimumRows));
  const distribution = reference === undefined || current === undefined ? [] : distributionOverlay(reference, current);
  return { column, type, result, distribution, ...(pair.role === undefined ? {} : { role: pair.role }) };
}

/**
 * Tests column by column that allow for the size of both samples; Benjamini–Hochberg over the columns decides what
 * counts as drifted. In compatible mode each column by its own fixed threshold, and the window has drifted when half of
 * the columns have.
 */
export function compareColumns(pairs: readonly ColumnPair[], options: DriftOptions): ComparedColumns {
  return judgeColumns(
    pairs.map((pair) => assessColumn(pair, options)),
    options,
  );
}

/** The verdict on columns that were tested one by one. */
export function judgeColumns(assessed: readonly AssessedColumn[], options: DriftOptions): ComparedColumns {
  const tests = assessed.flatMap(({ result }) => (isTest(result) ? [result] : []));
  const { rejected, threshold } = benjaminiHochberg(
    tests.map((test) => test.pValue),
    options.alpha,
  );
  const isRejected = new Map(tests.map((test, i) => [test, rejected[i] === true]));
  const effects: Record<string, number | null> = {};
  const columns = assessed.map(({ column, type, result, distribution, role }): DriftColumn => {
    const { effect, ...verdict } = verdictOf(result, threshold, isTest(result) && isRejected.get(result) === true);
    effects[column] = effect;
    return { column, type, ...verdict, distribution, ...(role === undefined ? {} : { role }) };
  });
  const drifted = columns.filter((column) => column.drifted).length;
  const judged = columns.filter((column) => column.state === 'ok').length;
  const needed = options.compatible === true ? Math.max(1, evidentlyDatasetShare * judged) : 1;
  return { columns, drifted: drifted >= needed, effects };
}

function isTest(result: AssessedColumn['result']): result is ColumnTest {
  return typeof result !== 'string' && 'criticalValue' in result;
}

function verdictOf(result: AssessedColumn['result'], threshold: number, isRejected: boolean): Verdict {
  if (typeof result === 'string') return noVerdict(result);
  if (!isTest(result)) return { ...result, state: 'ok' };
  const { method, statistic, pValue, effect } = result;
  const drifted = isRejected && statistic >= (result.minimumStatistic ?? 0);
  return { method, statistic, threshold: result.criticalValue(threshold), pValue, effect, drifted, state: 'ok' };
}

function noVerdict(state: string): Verdict {
  return { method: 'none', statistic: null, threshold: null, pValue: null, effect: null, drifted: false, state };
}
