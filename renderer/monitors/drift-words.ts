import type { MonitorReport } from '../../shared/rpc/engine-contract.ts';
import { formatCount, formatFixed, formatNumber } from '../ui/format.ts';
import type { IconName } from '../ui/icons/icon.tsx';
import { t } from './text.ts';

type DriftColumn = MonitorReport['columns'][number];

const methods: Record<string, string> = {
  'kolmogorov-smirnov': 'Kolmogorov–Smirnov',
  'chi-square': 'chi²',
  none: '–',
};

export function methodWord(method: string): string {
  if (method === 'chi-square-missing') return t.chiOfMissing;
  return methods[method] ?? method.replaceAll('-', ' ');
}

/** The verdict on a column as icon, word and what lies behind it. */
export function verdict(
  column: DriftColumn,
  report: Pick<MonitorReport, 'currentRows' | 'minimumRows'>,
): { icon: IconName; word: string; tone: 'ok' | 'drifted' | 'none'; why: string } {
  if (column.state === 'ok') {
    return column.drifted
      ? { icon: 'stale', word: t.drifted, tone: 'drifted', why: t.overItsLimit }
      : { icon: 'check', word: t.alike, tone: 'ok', why: t.withinChance };
  }
  const reasons: Record<string, string> = {
    'too-few-rows': t.rowsNeeded(formatCount(report.currentRows), formatCount(report.minimumRows)),
    'no-reference': t.noReference,
    'not-in-current': t.notInCurrent,
    'time-column': t.timeColumn,
    'list-column': t.listColumn,
    'text-column': t.textColumn,
    'types-differ': t.typesDiffer,
  };
  const words: Record<string, string> = { 'too-few-rows': t.tooFewRows };
  return {
    icon: 'never',
    word: words[column.state] ?? t.noVerdict,
    tone: 'none',
    why: reasons[column.state] ?? t.notCompared(column.state.replaceAll('-', ' ')),
  };
}

/** p-value as `0.031` or `< 0.001`. */
export function pValueText(p: number | null): string {
  if (p === null) return '–';
  return p < 0.001 ? `< ${formatFixed(0.001, 3)}` : formatFixed(p, 3);
}

/** Statistic in multiples of its limit: `2.9× limit`, undefined without a verdict. */
export function overLimit(column: DriftColumn): string | undefined {
  if (!column.drifted || column.statistic === null || column.threshold === null || column.threshold <= 0)
    return undefined;
  return t.timesLimit(formatNumber(column.statistic / column.threshold));
}

/** Drifted columns first, most over the limit on top; then those with a verdict; then the rest by name. */
export function sortColumns(columns: readonly DriftColumn[]): DriftColumn[] {
  const rank = (column: DriftColumn) =>
    column.drifted ? 0 : column.state === 'ok' ? 1 : column.state === 'too-few-rows' ? 2 : 3;
  const excess = (column: DriftColumn) =>
    column.statistic === null || !column.threshold ? 0 : column.statistic / column.threshold;
  return columns.toSorted(
    (a, b) => rank(a) - rank(b) || excess(b) - excess(a) || (a.column < b.column ? -1 : a.column > b.column ? 1 : 0),
  );
}
