import type { ColumnValues } from '../compute/duckdb/read-columns.ts';
import { CountSketch } from '../compute/sketches/count-sketch.ts';
import { KllSketch } from '../compute/sketches/kll-sketch.ts';
import { MISSING_STRING } from '../../shared/model/signature.ts';
import type { MissedRows } from '../serving/missed-rows.ts';
import {
  type ColumnSketch,
  ColumnSummarizer,
  type ColumnSummary,
  missingCategory,
} from '../compute/drift/column-summary.ts';

/** Columns of a window as sketches, by name. */
export type WindowSketch = ReadonlyMap<string, ColumnSketch>;

const sketchSize = 512;

export function sketchWindow(columns: readonly ColumnValues[]): WindowSketch {
  const found = new Map<string, ColumnSketch>();
  for (const column of columns) {
    if (column.kind === 'number') {
      const numbers = new KllSketch(sketchSize);
      for (const value of column.values) numbers.add(value);
      found.set(column.name, { rows: column.values.length, numbers });
    } else if (column.kind === 'string') {
      const names = new CountSketch();
      for (const value of column.values) names.add(value === MISSING_STRING ? missingCategory : value);
      found.set(column.name, { rows: column.values.length, names });
    }
  }
  return found;
}

/** Rows that nobody read in time. */
export function sketchOfMissed({ rows, columns }: MissedRows): WindowSketch {
  return new Map(
    columns.map(({ name, missing, numbers, names }): [string, ColumnSketch] => {
      if (names === undefined) return [name, { rows, numbers: numbers && KllSketch.from(numbers) }];
      const counted = CountSketch.from(names);
      if (missing > 0) counted.add(missingCategory, missing);
      return [name, { rows, names: counted }];
    }),
  );
}

/** A window as it is kept; `sketchOfMissed` reads it. */
export function columnsOf(window: WindowSketch): MissedRows['columns'] {
  return [...window].map(([name, { rows, numbers, names }]) => ({
    name,
    // Names count missing ones among themselves.
    missing: numbers === undefined ? 0 : rows - numbers.count,
    ...(numbers === undefined ? {} : { numbers: numbers.toJSON() }),
    ...(names === undefined ? {} : { names: names.toJSON() }),
  }));
}

/** A column of several windows together; undefined where none has it. Truth values are numbers in the log. */
export function summaryOf(
  windows: readonly WindowSketch[],
  name: string,
  type: 'int64' | 'float64' | 'string' | 'bool',
): ColumnSummary | undefined {
  const sketches = windows.flatMap((window) => window.get(name) ?? []);
  if (sketches.length === 0) return undefined;
  if (type === 'bool') return truthSummary(sketches);
  const summarizer = new ColumnSummarizer(type, { sketchSize });
  for (const sketch of sketches) summarizer.addSketch(sketch);
  return summarizer.finish();
}

function truthSummary(sketches: readonly ColumnSketch[]): ColumnSummary {
  const counts = new Map<string, number>();
  const count = (name: string, times: number) => counts.set(name, (counts.get(name) ?? 0) + times);
  let rows = 0;
  for (const { rows: all, numbers } of sketches) {
    rows += all;
    if (numbers === undefined) continue;
    const values = numbers.evenQuantiles(numbers.count);
    const yes = values.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0);
    const share = values.length === 0 ? 0 : yes / values.length;
    count('true', Math.round(share * numbers.count));
    count('false', numbers.count - Math.round(share * numbers.count));
    if (all > numbers.count) count(missingCategory, all - numbers.count);
  }
  return { kind: 'categorical', counts: new Map([...counts].filter(([, times]) => times > 0)), rows };
}

/** Several windows as one; the first is added to. */
export function joinSketches(sketches: readonly WindowSketch[]): WindowSketch {
  const [first, ...others] = sketches as [WindowSketch, ...WindowSketch[]];
  for (const other of others) {
    for (const [name, column] of first) {
      const more = other.get(name);
      if (more === undefined) continue;
      column.rows += more.rows;
      if (more.numbers !== undefined) column.numbers?.merge(more.numbers);
      if (more.names !== undefined) column.names?.merge(more.names);
    }
  }
  return first;
}
