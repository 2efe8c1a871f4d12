import type { Language } from '../../shared/app/languages.ts';
import { language } from '../translation/language.ts';
import { t } from './text.ts';

const locales: Readonly<Record<Language, string>> = { en: 'en-GB', de: 'de-DE' };

/** The locale numbers and times are written in. */
export function locale(): string {
  return locales[language()];
}

const formats = new Map<string, Intl.NumberFormat>();

function numberFormat(digits: number): Intl.NumberFormat {
  const key = `${language()} ${digits}`;
  const known = formats.get(key) ?? new Intl.NumberFormat(locales[language()], { maximumFractionDigits: digits });
  formats.set(key, known);
  return known;
}

/** Digits made with a point, as the language writes them. */
export function localDigits(text: string): string {
  return (language() === 'de' ? text.replace('.', ',') : text).replace('-', '−');
}

/** Whole number with thousands separated: `1,984,210`. */
export function formatCount(value: number): string {
  return numberFormat(0).format(value);
}

/** Three significant digits for summaries: `0.723`, `11.2`, `1,980,000` → `1.98 M`; small whole numbers in full. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 100_000) return numberFormat(0).format(value).replace('-', '−');
  for (const [limit, unit] of [
    [1e9, ' G'],
    [1e6, ' M'],
    [1e5, ' k'],
  ] as const) {
    if (size >= limit) return `${formatNumber(value / (limit === 1e5 ? 1e3 : limit))}${unit}`;
  }
  if (size < 1e-3) return localDigits(value.toExponential(1));
  if (size >= 1000) return numberFormat(0).format(value).replace('-', '−');
  return localDigits(Number(value.toPrecision(3)).toString());
}

/** A number with exactly so many decimals. */
export function formatFixed(value: number, decimals: number): string {
  return localDigits(value.toFixed(decimals));
}

/** A metric: always three significant digits after the point for 0 … 1, as `0.720`. */
export function formatMetric(value: number): string {
  return Math.abs(value) <= 1 ? localDigits(value.toFixed(3)) : formatNumber(value);
}

/** Every digit, for tooltips. */
export function formatFull(value: number): string {
  return numberFormat(12).format(value).replace('-', '−');
}

/** Share of 1: `20 %`, `0.4 %`. */
export function formatPercent(share: number): string {
  const percent = share * 100;
  return `${percent !== 0 && Math.abs(percent) < 10 ? localDigits(String(Number(percent.toPrecision(2)))) : Math.round(percent)} %`;
}

/** `340 ms`, `8.4 s`, `41 s`, `3 min 12 s`, `2 h 05 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1) return '< 1 ms';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${localDigits(seconds.toFixed(1))} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Decimal units: `512 B`, `6.2 GB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 99.5 && unit > 0 ? localDigits(String(Number(value.toPrecision(2)))) : Math.round(value)} ${units[unit]}`;
}

/** `just now`, `4 min ago`, `3 h ago`; beyond a day the date: `14 Jan 2026`. */
export function formatRelative(timeMs: number, nowMs: number = Date.now()): string {
  const seconds = Math.round((nowMs - timeMs) / 1000);
  if (seconds < 45) return t.justNow;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t.minutesAgo(minutes);
  const hours = Math.round(minutes / 60);
  if (hours < 24) return t.hoursAgo(hours);
  return formatDay(timeMs);
}

function formatDay(timeMs: number): string {
  return new Date(timeMs).toLocaleDateString(locale(), { day: 'numeric', month: 'short', year: 'numeric' });
}

/** Clock time: `14:32:05`. */
export function formatClock(timeMs: number, seconds = true): string {
  return new Date(timeMs).toLocaleTimeString(locale(), {
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' } : {}),
  });
}

/** The clock for today, with the date for other days: `14:32:05`, `20 Nov 2026 14:32:05`. */
export function formatMoment(timeMs: number, nowMs: number = Date.now()): string {
  const isToday = new Date(timeMs).toDateString() === new Date(nowMs).toDateString();
  return isToday ? formatClock(timeMs) : `${formatDay(timeMs)} ${formatClock(timeMs)}`;
}

/** `a word or two` → `A word or two`. */
export function capitalized(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export type Noun = keyof typeof t.nouns;

/** `1 step`, `3 steps`. */
export function formatPlural(count: number, noun: Noun): string {
  const { one, many } = t.nouns[noun];
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** `table or features`. */
export function joinOr(words: readonly string[]): string {
  return words.join(t.or);
}

/** First 8 characters of a digest or key. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 8);
}
