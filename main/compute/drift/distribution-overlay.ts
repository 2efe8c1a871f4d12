import { shares } from '../stats/histogram.ts';
import type { ColumnSummary } from './column-summary.ts';

/** One bar of the overlay: shares of the rows that have a value, in [0, 1]. */
export interface OverlayBar {
  label: string;
  reference: number;
  current: number;
}

const numericBars = 16;
const categoryBars = 12;
/** Share of the reference beyond each end of the bins; the end bins are open. */
const tail = 0.01;

/** Both samples over bins of the reference's bulk, or over the most frequent categories. */
export function distributionOverlay(reference: ColumnSummary, current: ColumnSummary): OverlayBar[] {
  if (reference.kind === 'numeric' && current.kind === 'numeric')
    return numericOverlay(reference.sorted, current.sorted);
  if (reference.kind === 'categorical' && current.kind === 'categorical') {
    return categoryOverlay(reference.counts, current.counts);
  }
  return [];
}

function numericOverlay(reference: Float64Array, current: Float64Array): OverlayBar[] {
  if (reference.length === 0) return [];
  const low = reference[Math.floor(tail * (reference.length - 1))] as number;
  const high = reference[Math.ceil((1 - tail) * (reference.length - 1))] as number;
  if (low === high) {
    const below = `< ${formatNumber(low)}`;
    const above = `> ${formatNumber(low)}`;
    const place = (value: number) => (value < low ? 0 : value > low ? 2 : 1);
    return bars([below, formatNumber(low), above], countBy(reference, 3, place), countBy(current, 3, place));
  }
  const width = (high - low) / numericBars;
  const place = (value: number) => Math.min(numericBars - 1, Math.max(0, Math.floor((value - low) / width)));
  const labels = Array.from(
    { length: numericBars },
    (_, i) => `${formatNumber(low + i * width)} – ${formatNumber(low + (i + 1) * width)}`,
  );
  return bars(labels, countBy(reference, numericBars, place), countBy(current, numericBars, place));
}

/** Values per bin; `place` never falls as values rise, so the ends of the bins are found by bisection. */
function countBy(sorted: Float64Array, bins: number, place: (value: number) => number): Float64Array {
  const counts = new Float64Array(bins);
  let from = 0;
  for (let bin = 0; bin < bins; bin++) {
    let low = from;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (place(sorted[middle] as number) <= bin) low = middle + 1;
      else high = middle;
    }
    counts[bin] = low - from;
    from = low;
  }
  return counts;
}

function categoryOverlay(reference: ReadonlyMap<string, number>, current: ReadonlyMap<string, number>): OverlayBar[] {
  const names = [...new Set([...reference.keys(), ...current.keys()])];
  const referenceShares = shares(names.map((name) => reference.get(name) ?? 0));
  const currentShares = shares(names.map((name) => current.get(name) ?? 0));
  const all = names.map((label, i) => ({
    label,
    reference: referenceShares[i] as number,
    current: currentShares[i] as number,
  }));
  all.sort((a, b) => b.reference + b.current - a.reference - a.current || (a.label < b.label ? -1 : 1));
  if (all.length <= categoryBars) return all;
  const rest = all.splice(categoryBars - 1);
  const sum = (side: 'reference' | 'current') => rest.reduce((total, bar) => total + bar[side], 0);
  return [...all, { label: `(${rest.length} others)`, reference: sum('reference'), current: sum('current') }];
}

function bars(labels: readonly string[], reference: Float64Array, current: Float64Array): OverlayBar[] {
  const r = shares(reference);
  const c = shares(current);
  return labels.map((label, i) => ({ label, reference: r[i] as number, current: c[i] as number }));
}

function formatNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}
