import type { ColumnType } from '../../../shared/table/schema.ts';
import { type ColumnSummary, valueCount } from './column-summary.ts';

/** A column of both samples; undefined where a sample lacks it. */
export interface ColumnPair {
  column: string;
  type: ColumnType;
  reference: ColumnSummary | undefined;
  current: ColumnSummary | undefined;
  /** An input where it is absent. */
  role?: 'figure' | 'prediction' | undefined;
  /** Why there is nothing to compare. */
  skipped?: string | undefined;
}

export interface ColumnTest {
  method: string;
  statistic: number;
  pValue: number;
  /** Size of the difference in [0, 1] (0 alike), for people. */
  effect: number;
  /** Statistics below it are never drift, however small the p-value. */
  minimumStatistic?: number;
  /** The statistic at which the p-value is `p`. */
  criticalValue(p: number): number;
}

/** The samples that are to be compared, or why they cannot be. */
export function comparableSides(
  pair: ColumnPair,
  minimumRows: number,
): { reference: ColumnSummary; current: ColumnSummary } | string {
  const { reference, current, skipped } = pair;
  if (skipped !== undefined) return skipped;
  if (reference === undefined) return 'no-reference';
  if (current === undefined) return 'not-in-current';
  if (reference.kind !== current.kind) return 'types-differ';
  if (Math.min(rowsOf(reference), rowsOf(current)) < minimumRows) return 'too-few-rows';
  return { reference, current };
}

/** Rows of a sample, missing values included. */
export function rowsOf(summary: ColumnSummary): number {
  return summary.kind === 'numeric' ? valueCount(summary) + summary.missing : summary.rows;
}
