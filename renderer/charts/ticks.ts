/** Below this an extent counts as none: steps would underflow. */
const smallestExtent = 1e-250;

/** 1, 2, 2.5, 5 × 10^k, ascending, from just below `rough` on. */
function* roundSteps(rough: number): Generator<number> {
  for (let power = 10 ** Math.floor(Math.log10(rough)); ; power *= 10) {
    for (const multiple of [1, 2, 2.5, 5]) yield multiple * power;
  }
}

function multiplesWithin(low: number, high: number, step: number): number[] {
  const ticks: number[] = [];
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  for (let i = first; i <= last; i++) ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

/** Round values inside [low, high], ascending, at most `limit`. */
export function linearTicks(low: number, high: number, limit = 5): number[] {
  if (!(high - low > smallestExtent)) return Number.isFinite(low) ? [low] : [];
  for (const step of roundSteps((high - low) / limit)) {
    if ((high - low) / step > limit) continue;
    const ticks = multiplesWithin(low, high, step);
    if (ticks.length <= limit) return ticks;
  }
  return [];
}

/** The domain widened to round ends, with its ticks (at most `limit`, at least 2); flat data get room on both sides. */
export function niceAxis(low: number, high: number, limit = 5): { domain: [number, number]; ticks: number[] } {
  if (!(high - low > Math.max(smallestExtent, Math.abs(low) * 1e-12))) {
    if (!Number.isFinite(low) || Math.abs(low) <= smallestExtent) return niceAxis(0, 1, limit);
    return niceAxis(low - Math.abs(low) / 2, low + Math.abs(low) / 2, limit);
  }
  for (const step of roundSteps((high - low) / limit)) {
    if ((high - low) / step > limit) continue;
    const from = Math.floor(low / step + 1e-9) * step;
    const to = Math.ceil(high / step - 1e-9) * step;
    const ticks = multiplesWithin(from, to, step);
    if (ticks.length <= Math.max(3, limit)) return { domain: [ticks[0] ?? low, ticks.at(-1) ?? high], ticks };
  }
  return { domain: [low, high], ticks: [low, high] };
}

/** Powers of two, or of ten where more than `limit` of them fit, inside [low, high]. */
export function logTicks(low: number, high: number, limit = 5): number[] {
  for (const base of [2, 4, 10, 100, 1000]) {
    const first = Math.ceil(Math.log(low) / Math.log(base) - 1e-9);
    const last = Math.floor(Math.log(high) / Math.log(base) + 1e-9);
    if (last - first + 1 <= limit) {
      return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
        Number((base ** (first + i)).toPrecision(12)),
      );
    }
  }
  return [low, high];
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const timeSteps = [
  second,
  5 * second,
  15 * second,
  30 * second,
  minute,
  2 * minute,
  3 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
  14 * day,
  28 * day,
  91 * day,
  182 * day,
  365 * day,
];

/**
 * Ticks of a time axis in Unix ms, at most `limit`, on round clock times of a zone that is `offsetMs` ahead of UTC,
 * and the step between them (one second at least).
 */
export function timeTicks(lowMs: number, highMs: number, limit = 5, offsetMs = 0): { ticks: number[]; stepMs: number } {
  const extent = highMs - lowMs;
  const years = 365 * day;
  const step =
    timeSteps.find(
      (s) => extent / s < limit + 1 && multiplesWithin(lowMs + offsetMs, highMs + offsetMs, s).length <= limit,
    ) ?? years * Math.max(1, Math.ceil(extent / years / limit));
  return { ticks: multiplesWithin(lowMs + offsetMs, highMs + offsetMs, step).map((t) => t - offsetMs), stepMs: step };
}
