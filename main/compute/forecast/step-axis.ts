import { calendarParts, presentMicros } from '../onnx/calendar-parts.ts';
import { castTo } from '../onnx/feature-values.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';

/**
 * Even steps on a time axis: whole numbers `step` apart, calendar months (which have no fixed length), or times `step` µs
 * apart, of which one is `offset` µs behind the epoch.
 */
export type StepAxis =
  | { kind: 'numbers'; step: number }
  | { kind: 'months'; months: number }
  | { kind: 'times'; step: number; offset: number };

/** SQL number of the step nearest to a time; of a month, that it is in. */
export function stepSql(axis: StepAxis, time: string): string {
  switch (axis.kind) {
    case 'numbers':
      return `CAST(round(${time} / ${axis.step}) AS BIGINT)`;
    case 'months':
      return `CAST(floor((year(${time}) * 12 + month(${time}) - 1) / ${axis.months}) AS BIGINT)`;
    case 'times':
      return `CAST(round((epoch_us(${time}) - ${axis.offset}) / ${axis.step}) AS BIGINT)`;
  }
}

/** SQL time of the number of a step. */
export function timeSql(axis: StepAxis, step: string): string {
  switch (axis.kind) {
    case 'numbers':
      return `CAST(${step} * ${axis.step} AS BIGINT)`;
    case 'months': {
      const month = `CAST(${step} * ${axis.months} AS BIGINT)`;
      return `CAST(make_date(${month} // 12, ${month} % 12 + 1, 1) AS TIMESTAMP)`;
    }
    case 'times':
      return `make_timestamp(CAST(${step} AS BIGINT) * ${axis.step} + ${axis.offset})`;
  }
}

/** Times whose steps are computed on: whole numbers up to here are exact in float64. */
const largestNumber = 2 ** 53;

/** What `stepSql` is, of a raw column [N, 1] in a graph: INT64, 0 where the time is missing, and BOOL whether it is. */
export function addStepOf(builder: GraphBuilder, axis: StepAxis, value: string): { step: string; missing: string } {
  const number = (constant: number) => builder.initializer('FP64', [constant], []);
  /** Halves away from zero, as DuckDB rounds. */
  const rounded = (x: string) => {
    const size = builder.node('Floor', [builder.node('Add', [builder.node('Abs', [x]), number(0.5)])]);
    return castTo(builder, builder.node('Mul', [builder.node('Sign', [x]), size]), 'INT64');
  };
  if (axis.kind === 'numbers') {
    const usable = builder.node('LessOrEqual', [builder.node('Abs', [value]), number(largestNumber)]);
    const safe = builder.node('Where', [usable, value, number(0)]);
    const step = rounded(builder.node('Div', [safe, number(axis.step)]));
    return { step, missing: builder.node('Not', [usable]) };
  }
  const { missing, micros } = presentMicros(builder, value);
  if (axis.kind === 'times') {
    const behind = castTo(builder, builder.node('Sub', [micros, builder.int64(axis.offset)]), 'FP64');
    return { step: rounded(builder.node('Div', [behind, number(axis.step)])), missing };
  }
  const { year, month } = calendarParts(builder, micros);
  const months = builder.node('Add', [builder.node('Mul', [year(), builder.int64(12)]), month()]);
  const before = castTo(builder, builder.node('Sub', [months, builder.int64(1)]), 'FP64');
  const step = builder.node('Floor', [builder.node('Div', [before, number(axis.months)])]);
  return { step: castTo(builder, step, 'INT64'), missing };
}
