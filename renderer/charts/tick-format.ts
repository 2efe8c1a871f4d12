import { locale, localDigits } from '../ui/format.ts';
import { t } from './text.ts';

const minus = '\u2212';

/** Decimals needed to tell ticks `step` apart. */
function decimalsOf(step: number): number {
  if (!(step > 0)) return 0;
  for (let decimals = 0; decimals < 8; decimals++) {
    const scaled = step * 10 ** decimals;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled) return decimals;
  }
  return 8;
}

const units: readonly [number, string][] = [
  [1e12, ' T'],
  [1e9, ' G'],
  [1e6, ' M'],
  [1e5, ' k'],
];

/** Labels for ticks of one axis: equal decimals, thousands separated, k, M and G from 100,000 on. */
export function formatTicks(ticks: readonly number[]): string[] {
  const largest = Math.max(0, ...ticks.map(Math.abs));
  let step = Number.POSITIVE_INFINITY;
  for (let i = 1; i < ticks.length; i++) step = Math.min(step, Math.abs((ticks[i] ?? 0) - (ticks[i - 1] ?? 0)));
  if (!Number.isFinite(step)) step = largest || 1;
  if (largest > 0 && largest < 1e-4)
    return ticks.map((t) => (t === 0 ? '0' : t.toExponential(0).replaceAll('-', minus)));
  const unit = units.find(([size]) => largest >= size);
  const divisor = unit ? (unit[0] === 1e5 ? 1e3 : unit[0]) : 1;
  const decimals = decimalsOf(step / divisor);
  const format = new Intl.NumberFormat(locale(), { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return ticks.map((tick) =>
    tick === 0 ? '0' : format.format(tick / divisor).replace('-', minus) + (unit ? unit[1] : ''),
  );
}

/** Labels of a log axis, each as short as it can be. */
export function formatLogTicks(ticks: readonly number[]): string[] {
  return ticks.map((tick) =>
    tick >= 1e-3 && tick < 1e5 ? localDigits(String(Number(tick.toPrecision(3)))) : tick.toExponential(0),
  );
}

const months = (): string[] => t.months.split(' ');
const two = (value: number): string => String(value).padStart(2, '0');

/** A tick of a time axis whose ticks are `stepMs` apart: `14:02:30`, `14:02`, `2 Apr` or `Apr 2001`. */
export function formatTimeTick(timeMs: number, stepMs: number, utc = false): string {
  const shifted = new Date(timeMs - (utc ? 0 : new Date(timeMs).getTimezoneOffset() * 60_000));
  if (stepMs < 60_000)
    return `${two(shifted.getUTCHours())}:${two(shifted.getUTCMinutes())}:${two(shifted.getUTCSeconds())}`;
  if (stepMs < 86_400_000) return `${two(shifted.getUTCHours())}:${two(shifted.getUTCMinutes())}`;
  const month = months()[shifted.getUTCMonth()] ?? '';
  if (stepMs <= 28 * 86_400_000) return `${shifted.getUTCDate()} ${month}`;
  return `${month} ${shifted.getUTCFullYear()}`;
}

/**
 * A read-out under the pointer: `digits` significant digits, thousands separated; more where a share that is nearly 1
 * would read as 1.
 */
export function formatReadout(value: number, digits = 3): string {
  if (!Number.isFinite(value))
    return value === Number.POSITIVE_INFINITY ? '∞' : value === Number.NEGATIVE_INFINITY ? `${minus}∞` : '–';
  if (value !== 0 && Math.abs(value) < 1e-4) return localDigits(value.toExponential(digits - 1).replaceAll('-', minus));
  const size = Math.abs(value);
  const needed = size < 1 ? Math.min(12, Math.ceil(-Math.log10(1 - size))) : Math.trunc(size).toString().length;
  const format = new Intl.NumberFormat(locale(), { maximumSignificantDigits: Math.max(digits, needed) });
  return format.format(value).replace('-', minus);
}
