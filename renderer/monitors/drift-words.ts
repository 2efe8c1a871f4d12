import type { MonitorReport } from '../../shared/rpc/engine-contract.ts';
import { formatCount, formatNumber } from '../ui/format.ts';
import type { IconName } from '../ui/icons/icon.tsx';

type DriftColumn = MonitorReport['columns'][number];

const methods: Record<string, string> = {
  'kolmogorov-smirnov': 'Kolmogorov–Smirnov',
  'chi-square': 'chi²',
  'chi-square-missing': 'chi² of missing',
  none: '–',
};

export function methodWord(method: string): string {
  return methods[method] ?? method.replaceAll('-', ' ');
}

/** The verdict on a column as icon, word and what lies behind it. */
export function verdict(
  column: DriftColumn,
  report: Pick<MonitorReport, 'currentRows' | 'minimumRows'>,
): { icon: IconName; word: string; tone: 'ok' | 'drifted' | 'none'; why: string } {
  if (column.state === 'ok') {
    return column.drifted
      ? { icon: 'stale', word: 'Drifted', tone: 'drifted', why: 'The statistic is over its limit.' }
      : { icon: 'check', word: 'Alike', tone: 'ok', why: 'Differences are within chance.' };
  }
  const reasons: Record<string, string> = {
    'too-few-rows': `${formatCount(report.currentRows)} of ${formatCount(report.minimumRows)} rows needed for a verdict.`,
    'no-reference': 'The training sample has no such column.',
    'not-in-current': 'Requests do not carry this column.',
    'time-column': 'Time columns are not compared: time always moves on.',
    'list-column': 'Pictures and other lists of numbers are not compared.',
    'types-differ': 'Requests carry another type than the training sample.',
  };
  const words: Record<string, string> = { 'too-few-rows': 'Too few rows' };
  return {
    icon: 'never',
    word: words[column.state] ?? 'No verdict',
    tone: 'none',
    why: reasons[column.state] ?? `Not compared: ${column.state.replaceAll('-', ' ')}.`,
  };
}

/** p-value as `0.031` or `< 0.001`. */
export function pValueText(p: number | null): string {
  if (p === null) return '–';
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

/** Statistic in multiples of its limit: `2.9× limit`, undefined without a verdict. */
export function overLimit(column: DriftColumn): string | undefined {
  if (!column.drifted || column.statistic === null || column.threshold === null || column.threshold <= 0)
    return undefined;
  return `${formatNumber(column.statistic / column.threshold)}× limit`;
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
