import { castTo, type LoweredFeature, type SourceValue } from '../../../main/compute/onnx/feature-values.ts';
import { attribute, type GraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';
import { MISSING_TIMESTAMP } from '../../../shared/model/signature.ts';
import type { ZoneOffsets } from './time-zone.ts';
import { cycles, type DatePart, holidayFeature, partFeatures } from './definition.ts';

export interface DatetimeState {
  parts: readonly DatePart[];
  cyclic: boolean;
  /** Days as YYYY-MM-DD. */
  holidays: readonly string[];
  /** Undefined for UTC. */
  zone: ZoneOffsets | undefined;
}

const minuteMicros = 60_000_000;
const hourMicros = 60 * minuteMicros;
const dayMicros = 24 * hourMicros;
/** Largest time that is computed on; years beyond ±146,000 are not reached by any table. */
const maxMicros = 2n ** 62n;

/** Calendar parts of INT64 µs since the epoch; NaN where missing. */
export function lowerDatetime(builder: GraphBuilder, source: SourceValue, state: DatetimeState): LoweredFeature[] {
  const missing = builder.node('Equal', [source.value, builder.int64(MISSING_TIMESTAMP)]);
  const present = builder.node('Where', [missing, builder.int64(0), source.value]);
  const clipped = builder.node('Clip', [present, builder.int64(-maxMicros), builder.int64(maxMicros)]);
  const micros = state.zone === undefined ? clipped : localMicros(builder, clipped, state.zone);
  const nan = builder.float(Number.NaN);
  const parts = calendarParts(builder, micros);
  const features = [...new Set(state.parts)].flatMap((part) => {
    const number = parts[part]();
    const columns = partFeatures(source.source, part, state.cyclic);
    const cycle = cycles[part];
    const values =
      columns.length === 2 && cycle !== undefined
        ? [Math.sin, Math.cos].map((wave) => cyclicValue(builder, number, cycle, wave))
        : [castTo(builder, number, 'FP32')];
    return columns.map((feature, index) => ({
      feature,
      value: builder.node('Where', [missing, nan, values[index] ?? '']),
    }));
  });
  if (state.holidays.length === 0) return features;
  const holiday = builder.node('Where', [missing, nan, isHoliday(builder, micros, state.holidays)]);
  return [...features, { feature: holidayFeature(source.source), value: holiday }];
}

/** INT64 µs [N, 1] as clocks show them. */
function localMicros(builder: GraphBuilder, micros: string, { changes, offsets }: ZoneOffsets): string {
  const micro = (millis: number) => BigInt(millis) * 1000n;
  const shift = builder.initializer('INT64', offsets.map(micro), [offsets.length]);
  if (changes.length === 0) return builder.node('Add', [micros, shift]);
  const all = builder.initializer('INT64', changes.map(micro), [1, changes.length]);
  const passed = castTo(builder, builder.node('GreaterOrEqual', [micros, all]), 'FP32');
  const place = builder.node('ReduceSum', [passed, builder.int64([1])], { keepdims: attribute.int(1) });
  return builder.node('Add', [micros, builder.node('Gather', [shift, castTo(builder, place, 'INT64')])]);
}

/** FP32 [N, 1]: 1 on one of the days. */
function isHoliday(builder: GraphBuilder, micros: string, holidays: readonly string[]): string {
  const days = [...new Set(holidays)].map((day) => BigInt(Date.parse(`${day}T00:00:00Z`)) * 1000n);
  const all = builder.initializer('INT64', days, [1, days.length]);
  const dayStart = builder.node('Sub', [micros, builder.node('Mod', [micros, builder.int64(dayMicros)])]);
  const equal = castTo(builder, builder.node('Equal', [dayStart, all]), 'FP32');
  return builder.node('ReduceMax', [equal, builder.int64([1])], { keepdims: attribute.int(1) });
}

/**
 * A table look-up instead of the Sin and Cos operators: those round differently from machine to machine, and equal
 * inputs must give equal features everywhere.
 */
function cyclicValue(
  builder: GraphBuilder,
  part: string,
  { first, length }: { first: number; length: number },
  wave: (angle: number) => number,
): string {
  const values = Array.from({ length }, (_, index) => wave((2 * Math.PI * index) / length));
  const index = first === 0 ? part : builder.node('Sub', [part, builder.int64(first)]);
  return builder.node('Gather', [builder.initializer('FP32', values, [length]), index]);
}

/**
 * Each part as INT64 [N, 1], built when asked for. Days → civil date after Howard Hinnant, “chrono-Compatible Low-Level
 * Date Algorithms” (`civil_from_days`): years start on 1 March, in eras of 400 years = 146,097 days.
 */
function calendarParts(b: GraphBuilder, micros: string): Record<DatePart, () => string> {
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
