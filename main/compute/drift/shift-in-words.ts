import { type ColumnSummary, valueCount } from './column-summary.ts';

/** How a column differs from its reference, in words; empty where nothing can be said. */
export function shiftInWords(reference: ColumnSummary, current: ColumnSummary): string {
  if (reference.kind === 'numeric' && current.kind === 'numeric') {
    return numericShift(reference, current);
  }
  if (reference.kind === 'categorical' && current.kind === 'categorical') return categoryShift(reference, current);
  return '';
}

type Numeric = Extract<ColumnSummary, { kind: 'numeric' }>;
type Categorical = Extract<ColumnSummary, { kind: 'categorical' }>;

function numericShift(reference: Numeric, current: Numeric): string {
  const parts: string[] = [];
  const missing = (summary: Numeric) => summary.missing / Math.max(1, summary.missing + valueCount(summary));
  if (Math.abs(missing(reference) - missing(current)) >= 0.01) {
    parts.push(`missing values ${percent(missing(reference))} → ${percent(missing(current))}`);
  }
  if (reference.sorted.length > 0 && current.sorted.length > 0) {
    parts.push(`median ${round(quantile(reference, 0.5))} → ${round(quantile(current, 0.5))}`);
    const spread = (summary: Numeric) => quantile(summary, 0.95) - quantile(summary, 0.05);
    const [before, after] = [spread(reference), spread(current)];
    parts.push(`90 % of values span ${round(before)} → ${round(after)}`);
    const ratio = after / before;
    if (Number.isFinite(ratio) && (ratio >= 1.5 || ratio <= 1 / 1.5) && ratio > 0) {
      parts.push(`that is a factor of ${round(ratio)}, as after a change of unit`);
    }
  }
  return parts.join(', ');
}

function categoryShift(reference: Categorical, current: Categorical): string {
  const share = ({ counts, rows }: Categorical, name: string) => (counts.get(name) ?? 0) / Math.max(1, rows);
  const names = [...new Set([...reference.counts.keys(), ...current.counts.keys()])];
  const fresh = names.filter((name) => !reference.counts.has(name));
  const parts: string[] = [];
  if (fresh.length > 0) {
    const total = fresh.reduce((sum, name) => sum + share(current, name), 0);
    const shown = fresh.toSorted((a, b) => share(current, b) - share(current, a)).slice(0, 3);
    parts.push(
      `${fresh.length} new values (${shown.join(', ')}${fresh.length > 3 ? ', …' : ''}) make up ${percent(total)}`,
    );
  }
  const moved = names
    .filter((name) => reference.counts.has(name))
    .toSorted((a, b) => change(b) - change(a))
    .slice(0, 3)
    .filter((name) => change(name) >= 0.005);
  for (const name of moved) parts.push(`${name} ${percent(share(reference, name))} → ${percent(share(current, name))}`);
  return parts.join(', ');

  function change(name: string): number {
    return Math.abs(share(reference, name) - share(current, name));
  }
}

function quantile({ sorted }: Numeric, q: number): number {
  return sorted[Math.round(q * (sorted.length - 1))] as number;
}

function round(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}
