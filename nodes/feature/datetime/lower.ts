import { calendarParts, dayMicros, presentMicros } from '../../../main/compute/onnx/calendar-parts.ts';
import { castTo, type LoweredFeature, type SourceValue } from '../../../main/compute/onnx/feature-values.ts';
import { attribute, type GraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';
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

/** Calendar parts of INT64 µs since the epoch; NaN where missing. */
export function lowerDatetime(builder: GraphBuilder, source: SourceValue, state: DatetimeState): LoweredFeature[] {
  const { missing, micros: clipped } = presentMicros(builder, source.value);
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
