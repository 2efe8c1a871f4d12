import type { MonitorSystem } from '../../shared/rpc/engine-contract.ts';

type Objective = MonitorSystem['objectives'][number];

/** Requests of one minute, and how many of them were bad. */
export interface CountedMinute {
  timeMs: number;
  total: number;
  bad: number;
}

export const burnWindows = [
  { window: '5m', minutes: 5 },
  { window: '30m', minutes: 30 },
  { window: '1h', minutes: 60 },
  { window: '6h', minutes: 360 },
] as const;

/** Multi-window burn rates of Google's SRE workbook, chapter 5. */
const fast = { factor: 14.4, long: '1h', short: '5m' } as const;
const slow = { factor: 6, long: '6h', short: '30m' } as const;

/** One failure among few requests burns any budget: that is chance. */
const leastBad = 5;

/** Burn rates of an objective over the minutes before `nowMs`, and what they amount to. */
export function burnOf(
  minutes: readonly CountedMinute[],
  target: number,
  nowMs: number,
): Pick<Objective, 'burns' | 'state'> {
  const burns = burnWindows.map(({ window, minutes: length }) => {
    const since = nowMs - length * 60_000;
    let total = 0;
    let bad = 0;
    for (const minute of minutes) {
      if (minute.timeMs < since) continue;
      total += minute.total;
      bad += minute.bad;
    }
    return { window, total, bad, rate: total === 0 ? 0 : bad / total / (1 - target) };
  });
  const of = (window: Objective['burns'][number]['window']) => burns.find((burn) => burn.window === window);
  const burnsAt = ({ factor, long, short }: typeof fast | typeof slow) =>
    (of(long)?.rate ?? 0) >= factor && (of(short)?.rate ?? 0) >= factor && (of(long)?.bad ?? 0) >= leastBad;
  return { burns, state: burnsAt(fast) ? 'fast' : burnsAt(slow) ? 'slow' : 'ok' };
}

/** Requests slower than a limit, from counts of octaves that start at 0.02 ms; within one the logarithm is shared evenly. */
export function lateOf(octaves: readonly number[], latencyMs: number): number {
  let late = 0;
  octaves.forEach((count, octave) => {
    const low = octave === 0 ? 0 : 0.01 * 2 ** octave;
    const high = 0.01 * 2 ** (octave + 1);
    if (low >= latencyMs) late += count;
    else if (high > latencyMs) late += count * Math.min(1, Math.log2(high / latencyMs));
  });
  return late;
}
