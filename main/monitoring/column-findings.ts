import { MISSING_TIMESTAMP } from '../../shared/model/signature.ts';
import type { ColumnFinding } from '../../shared/rpc/engine-contract.ts';
import type { ColumnValues } from '../compute/duckdb/read-columns.ts';
import { chiSquareTwoSample } from '../compute/stats/chi-square.ts';
import { type ColumnSummary, missingCategory, valueCount } from '../compute/drift/column-summary.ts';
import { type ColumnPair, rowsOf } from '../compute/drift/column-test.ts';

/** Shares below this are no finding. */
const minimumShare = 0.01;
const minimumMissing = 0.05;
const surely = 1e-3;
const dayUs = 86_400_000_000n;
const shownNames = 3;

/** What is wrong with the values of a window: columns that are absent or empty, values that training never saw. */
export function columnFindings(
  pairs: readonly ColumnPair[],
  times: readonly ColumnValues[],
  nowMs: number,
): ColumnFinding[] {
  const found = pairs.flatMap(({ column, reference, current, skipped, role }) => {
    if (skipped !== undefined || role !== undefined || reference === undefined) return [];
    const finding = (kind: ColumnFinding['kind'], share: number, referenceShare: number, text: string) => [
      { column, kind, share, referenceShare, text },
    ];
    if (current === undefined) return finding('not-in-requests', 1, 0, 'requests do not carry it');
    const now = missingRows(current) / Math.max(1, rowsOf(current));
    const before = missingRows(reference) / Math.max(1, rowsOf(reference));
    if (rowsOf(current) > 0 && now === 1 && before < 1) return finding('all-missing', 1, before, 'has no value at all');
    return [
      ...(now - before >= minimumMissing && isMoreMissing(reference, current)
        ? finding('missing', now, before, `missing values ${percent(before)} → ${percent(now)}`)
        : []),
      ...unseen(reference, current).flatMap(({ kind, share, text }) => finding(kind, share, 0, text)),
    ];
  });
  return [...found, ...times.flatMap((column) => future(column, nowMs))];
}

function missingRows(summary: ColumnSummary): number {
  return summary.kind === 'numeric' ? summary.missing : (summary.counts.get(missingCategory) ?? 0);
}

function isMoreMissing(reference: ColumnSummary, current: ColumnSummary): boolean {
  const side = (summary: ColumnSummary) => [missingRows(summary), rowsOf(summary) - missingRows(summary)];
  return chiSquareTwoSample(side(reference), side(current)).pValue <= surely;
}

function unseen(
  reference: ColumnSummary,
  current: ColumnSummary,
): { kind: 'new-categories' | 'out-of-range'; share: number; text: string }[] {
  if (reference.kind === 'numeric' && current.kind === 'numeric') {
    const [low, high] = [reference.sorted[0], reference.sorted.at(-1)];
    if (low === undefined || high === undefined || current.sorted.length === 0) return [];
    const outside = current.sorted.reduce((sum, value) => sum + (value < low || value > high ? 1 : 0), 0);
    const share = outside / current.sorted.length;
    // Two values of any sample lie beyond all of another of the same size, by chance.
    if (share < minimumShare + 4 / valueCount(reference)) return [];
    return [{ kind: 'out-of-range', share, text: `${percent(share)} outside ${short(low)} to ${short(high)}` }];
  }
  if (reference.kind !== 'categorical' || current.kind !== 'categorical') return [];
  if (reference.buckets !== undefined || current.buckets !== undefined) return [];
  const fresh = [...current.counts].filter(([name]) => name !== missingCategory && !reference.counts.has(name));
  const share = fresh.reduce((sum, [, rows]) => sum + rows, 0) / Math.max(1, current.rows);
  // Good and Turing: the share of categories still unseen is about that of those seen once.
  const once = [...reference.counts.values()].filter((rows) => rows === 1).length / Math.max(1, reference.rows);
  if (share < minimumShare + 2 * once) return [];
  const names = fresh.toSorted((a, b) => b[1] - a[1]).slice(0, shownNames);
  const list = names.map(([name]) => name).join(', ') + (fresh.length > shownNames ? ', …' : '');
  return [{ kind: 'new-categories', share, text: `${fresh.length} new values (${list}) in ${percent(share)}` }];
}

/** Whether a time, in µs since 1970, lies more than a day after `nowMs`. */
export function isFutureTime(us: bigint, nowMs: number): boolean {
  return us > BigInt(Math.floor(nowMs)) * 1_000n + dayUs;
}

function future(column: ColumnValues, nowMs: number): ColumnFinding[] {
  if (column.kind !== 'timestamp' || column.values.length === 0) return [];
  let late = 0;
  for (const value of column.values) if (value !== MISSING_TIMESTAMP && isFutureTime(value, nowMs)) late++;
  const share = late / column.values.length;
  if (late === 0) return [];
  const text = `${percent(share)} of its times lie more than a day in the future`;
  return [{ column: column.name, kind: 'future-time', share, referenceShare: 0, text }];
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
