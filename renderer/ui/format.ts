const grouped = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const full = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 12 });

/** Whole number with thousands separated: `1,984,210`. */
export function formatCount(value: number): string {
  return grouped.format(value);
}

/** Three significant digits for summaries: `0.723`, `11.2`, `1,980,000` → `1.98 M`; small whole numbers in full. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 100_000) return grouped.format(value).replace('-', '−');
  for (const [limit, unit] of [
    [1e9, ' G'],
    [1e6, ' M'],
    [1e5, ' k'],
  ] as const) {
    if (size >= limit) return `${formatNumber(value / (limit === 1e5 ? 1e3 : limit))}${unit}`;
  }
  if (size < 1e-3) return value.toExponential(1).replace('-', '−');
  const text = size >= 1000 ? grouped.format(value) : Number(value.toPrecision(3)).toString();
  return text.replace('-', '−');
}

/** A metric: always three significant digits after the point for 0 … 1, as `0.720`. */
export function formatMetric(value: number): string {
  return Math.abs(value) <= 1 ? value.toFixed(3).replace('-', '−') : formatNumber(value);
}

/** Every digit, for tooltips. */
export function formatFull(value: number): string {
  return full.format(value).replace('-', '−');
}

/** Share of 1: `20 %`, `0.4 %`. */
export function formatPercent(share: number): string {
  const percent = share * 100;
  return `${percent !== 0 && Math.abs(percent) < 10 ? Number(percent.toPrecision(2)) : Math.round(percent)} %`;
}

/** `340 ms`, `8.4 s`, `41 s`, `3 min 12 s`, `2 h 05 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1) return '< 1 ms';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
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
  return `${value < 99.5 && unit > 0 ? Number(value.toPrecision(2)) : Math.round(value)} ${units[unit]}`;
}

/** `just now`, `4 min ago`, `3 h ago`; beyond a day the date: `14 Jan 2026`. */
export function formatRelative(timeMs: number, nowMs: number = Date.now()): string {
  const seconds = Math.round((nowMs - timeMs) / 1000);
  if (seconds < 45) return 'just now';
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  return new Date(timeMs).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}

/** Clock time: `14:32:05`. */
export function formatClock(timeMs: number, seconds = true): string {
  return new Date(timeMs).toLocaleTimeString('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' } : {}),
  });
}

/** `1 step`, `3 steps`. */
export function formatPlural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** First 8 characters of a digest or key. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 8);
}
