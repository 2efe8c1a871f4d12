import { formatClock, locale } from '../ui/format.ts';

/** The clock for today, with the date for other days. */
export function formatMoment(timeMs: number, nowMs: number = Date.now()): string {
  const clock = formatClock(timeMs);
  const [day, today] = [new Date(timeMs), new Date(nowMs)];
  if (day.toDateString() === today.toDateString()) return clock;
  return `${day.toLocaleDateString(locale(), { year: 'numeric', month: '2-digit', day: '2-digit' })} ${clock}`;
}
