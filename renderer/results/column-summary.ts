import type { ColumnProfile } from '../../shared/rpc/engine-contract.ts';
import { formatCount, formatNumber, formatPlural } from '../ui/format.ts';
import { formatCell, timestampText } from './cell-format.ts';
import { t } from './text.ts';

/** `11 … 4,962`, `269 values`: the line under a column's picture. */
export function rangeText(profile: ColumnProfile): { left: string; right: string } {
  const { column, min, max, distinct } = profile;
  if (column.type === 'tensor') return { left: t.numbers(formatCount(column.size ?? 0)), right: '' };
  if (column.type === 'timestamp' && typeof min === 'string' && typeof max === 'string') {
    return { left: timestampText(min).slice(0, 10), right: timestampText(max).slice(0, 10) };
  }
  if (profile.histogram.length > 0 && typeof min === 'number' && typeof max === 'number') {
    return { left: formatNumber(min), right: formatNumber(max) };
  }
  if (column.type === 'bool') {
    const yes = profile.top.find((entry) => entry.value === true || entry.value === 'true');
    const known = profile.top.reduce((sum, entry) => sum + entry.count, 0);
    return { left: '', right: known === 0 ? '' : t.percentYes(Math.round(((yes?.count ?? 0) / known) * 100)) };
  }
  return { left: formatPlural(distinct, 'value'), right: '' };
}

/** Heights of the bars in a header; the last bar is the rest where the most frequent values are not all. */
export function headerBars(profile: ColumnProfile): { counts: number[]; rest: boolean; marked: number | undefined } {
  if (profile.column.type === 'tensor') return { counts: [], rest: false, marked: undefined };
  if (profile.histogram.length > 0) {
    return { counts: profile.histogram.map((bin) => bin.count), rest: false, marked: undefined };
  }
  const shown = profile.top.slice(0, 10);
  const counted = shown.reduce((sum, entry) => sum + entry.count, 0);
  const looked = profile.sampled - Math.round((profile.missing / Math.max(1, profile.rows)) * profile.sampled);
  const rest = Math.max(0, looked - counted);
  const counts = shown.map((entry) => entry.count);
  if (profile.column.type === 'bool') {
    const yes = shown.findIndex((entry) => entry.value === true || entry.value === 'true');
    return { counts, rest: false, marked: yes === -1 ? undefined : yes };
  }
  const hasRest = rest > 0 && profile.distinct > shown.length;
  return { counts: hasRest ? [...counts, rest] : counts, rest: hasRest, marked: undefined };
}

/** Share of missing values, 0 to 1. */
export function missingShare(profile: ColumnProfile): number {
  return profile.rows === 0 ? 0 : profile.missing / profile.rows;
}

export function valueText(value: unknown, profile: ColumnProfile): string {
  return formatCell(value, profile.column).text;
}
