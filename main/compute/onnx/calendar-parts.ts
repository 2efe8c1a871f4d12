import { MISSING_TIMESTAMP } from '../../../shared/model/signature.ts';
import { castTo } from './feature-values.ts';
import type { GraphBuilder } from './graph-builder.ts';

const minuteMicros = 60_000_000;
const hourMicros = 60 * minuteMicros;
export const dayMicros = 24 * hourMicros;
/** Largest time that is computed on; years beyond ±146,000 are not reached by any table. */
const maxMicros = 2n ** 62n;

/** A raw timestamp [N, 1] as BOOL whether it is missing, and as INT64 µs since the epoch, 0 where it is. */
export function presentMicros(builder: GraphBuilder, value: string): { missing: string; micros: string } {
  const missing = builder.node('Equal', [value, builder.int64(MISSING_TIMESTAMP)]);
  const present = builder.node('Where', [missing, builder.int64(0), value]);
  return { missing, micros: builder.node('Clip', [present, builder.int64(-maxMicros), builder.int64(maxMicros)]) };
}

type CalendarPart = 'year' | 'month' | 'day' | 'weekday' | 'dayofyear' | 'hour' | 'minute';

/**
 * Each calendar part of INT64 µs since the epoch [N, 1] as INT64 [N, 1], built when asked for. Days → civil date after
 * Howard Hinnant, “chrono-Compatible Low-Level Date Algorithms” (`civil_from_days`): years start on 1 March, in eras of
 * 400 years = 146,097 days.
 */
export function calendarParts(b: GraphBuilder, micros: string): Record<CalendarPart, () => string> {
  const add = (x: string, y: string | number) => b.node('Add', [x, operand(y)]);
  const sub = (x: string, y: string | number) => b.node('Sub', [x, operand(y)]);
  const mul = (x: string, y: number) => b.node('Mul', [x, operand(y)]);
  /** Only for x ≥ 0: integer Div cuts towards zero. */
  const div = (x: string, y: number) => b.node('Div', [x, operand(y)]);
  /** In [0, y): Mod of integers takes the sign of the divisor. */
  const mod = (x: string, y: number) => b.node('Mod', [x, operand(y)]);
  const floorDiv = (x: string, y: number) => div(sub(x, mod(x, y)), y);
  const operand = (y: string | number) => (typeof y === 'number' ? b.int64(y) : y);
  const when = (condition: string, x: string, y: string) => b.node('Where', [condition, x, y]);
  const less = (x: string, y: number) => b.node('Less', [x, operand(y)]);
  const isZero = (x: string) => b.node('Equal', [x, operand(0)]);

  const daysSinceEpoch = once(() => floorDiv(micros, dayMicros));
  const microsOfDay = once(() => mod(micros, dayMicros));
  const date = once(() => {
    const shifted = add(daysSinceEpoch(), 719_468);
    const era = floorDiv(shifted, 146_097);
    const dayOfEra = sub(shifted, mul(era, 146_097));
    const leapless = sub(add(sub(dayOfEra, div(dayOfEra, 1460)), div(dayOfEra, 36_524)), div(dayOfEra, 146_096));
    const yearOfEra = div(leapless, 365);
    const dayOfMarchYear = sub(dayOfEra, sub(add(mul(yearOfEra, 365), div(yearOfEra, 4)), div(yearOfEra, 100)));
    const marchMonth = div(add(mul(dayOfMarchYear, 5), 2), 153);
    const afterWinter = less(marchMonth, 10);
    const month = when(afterWinter, add(marchMonth, 3), sub(marchMonth, 9));
    const marchYear = add(yearOfEra, mul(era, 400));
    const year = when(afterWinter, marchYear, add(marchYear, 1));
    return { dayOfMarchYear, marchMonth, afterWinter, month, year };
  });
  return {
    year: () => date().year,
    month: () => date().month,
    day: () => {
      const { dayOfMarchYear, marchMonth } = date();
      return add(sub(dayOfMarchYear, div(add(mul(marchMonth, 153), 2), 5)), 1);
    },
    weekday: () => mod(add(daysSinceEpoch(), 3), 7),
    dayofyear: () => {
      const { dayOfMarchYear, afterWinter, year } = date();
      const century = b.node('And', [isZero(mod(year, 100)), b.node('Not', [isZero(mod(year, 400))])]);
      const leap = b.node('And', [isZero(mod(year, 4)), b.node('Not', [century])]);
      // 1 March is day 60, or 61 in a leap year; 1 January is day 306 of the year that starts in March.
      const fromMarch = add(add(dayOfMarchYear, 60), castTo(b, leap, 'INT64'));
      return when(afterWinter, fromMarch, sub(dayOfMarchYear, 305));
    },
    hour: () => div(microsOfDay(), hourMicros),
    minute: () => div(mod(micros, hourMicros), minuteMicros),
  };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
