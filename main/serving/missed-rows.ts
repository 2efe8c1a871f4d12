import { MISSING_STRING } from '../../shared/model/signature.ts';
import { CountSketch, type CountSketchJson } from '../compute/sketches/count-sketch.ts';
import { KllSketch, type KllSketchJson } from '../compute/sketches/kll-sketch.ts';

/** Rows that left the log before its reader came, as sketches: nothing of their distribution is lost. */
export interface MissedRows {
  rows: number;
  columns: { name: string; missing: number; numbers?: KllSketchJson; names?: CountSketchJson }[];
}

const segmentRows = 1_000;
const maxSegments = 32;
const sketchSize = 256;
const maxNames = 500;
/** Of a longer text only the beginning counts as its name. */
const maxNameLength = 1_000;

interface Sketched {
  missing: number;
  numbers: KllSketch | undefined;
  names: CountSketch | undefined;
}

interface Segment {
  rows: number;
  columns: Map<string, Sketched>;
}

/** Collects such rows in bounded memory: neighbouring segments become one when there are many. */
export class MissedRowsCollector {
  #segments: Segment[] = [];
  #limit = segmentRows;

  /** The next row; `undefined` values are of a kind that is not compared. */
  add(values: readonly { name: string; value: number | string | undefined }[]): void {
    let last = this.#segments.at(-1);
    if (last === undefined || last.rows >= this.#limit) {
      if (this.#segments.length >= maxSegments) this.#halve();
      last = { rows: 0, columns: new Map() };
      this.#segments.push(last);
    }
    last.rows++;
    for (const { name, value } of values) {
      if (value === undefined) continue;
      const column = sketchedOf(last, name, typeof value);
      if (typeof value === 'string') {
        if (value === MISSING_STRING) column.missing++;
        else column.names?.add(value.length > maxNameLength ? beginningOf(value) : value);
      } else if (Number.isNaN(value)) column.missing++;
      else column.numbers?.add(value);
    }
  }

  /** All of them, oldest first. */
  read(): MissedRows[] {
    return this.#segments.map(({ rows, columns }) => ({
      rows,
      columns: [...columns].map(([name, { missing, numbers, names }]) => ({
        name,
        missing,
        ...(numbers === undefined ? {} : { numbers: numbers.toJSON() }),
        ...(names === undefined ? {} : { names: names.toJSON() }),
      })),
    }));
  }

  #halve(): void {
    const halved: Segment[] = [];
    for (let i = 0; i < this.#segments.length; i += 2) {
      const first = this.#segments[i] as Segment;
      const second = this.#segments[i + 1];
      if (second !== undefined) mergeInto(first, second);
      halved.push(first);
    }
    this.#segments = halved;
    this.#limit *= 2;
  }
}

/** Copied: a slice would keep all of the text in memory. */
function beginningOf(text: string): string {
  return Buffer.from(text.slice(0, maxNameLength)).toString();
}

function sketchedOf({ columns }: Segment, name: string, type: string): Sketched {
  let column = columns.get(name);
  if (column === undefined) {
    column = {
      missing: 0,
      numbers: type === 'number' ? new KllSketch(sketchSize) : undefined,
      names: type === 'string' ? new CountSketch(maxNames) : undefined,
    };
    columns.set(name, column);
  }
  return column;
}

function mergeInto(first: Segment, second: Segment): void {
  first.rows += second.rows;
  for (const [name, other] of second.columns) {
    const own = sketchedOf(first, name, other.numbers === undefined ? 'string' : 'number');
    own.missing += other.missing;
    if (other.numbers !== undefined) own.numbers?.merge(other.numbers);
    if (other.names !== undefined) own.names?.merge(other.names);
  }
}
