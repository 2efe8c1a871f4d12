import { wholeCharacters } from '../../compute/duckdb/whole-characters.ts';
import { timingParts } from '../request-timing.ts';
import { type LogColumn, loggedValue } from './log-columns.ts';
import { type LogBatch, timingWidth } from './prediction-recorder.ts';

const timingNames = [...timingParts, 'batch'] as const;

/** UTF-8 of one UTF-16 unit. */
const maxBytesPerUnit = 3;

/** DuckDB refuses to read lines above 16 MiB. */
const longestLineUnits = 2 ** 24 / maxBytesPerUnit;
/** Characters that are left of texts of a longer line. */
const shortText = 1_000;

interface Field {
  /** Of the column in the batch. */
  index: number;
  column: LogColumn;
  /** What a line has under `input` or `output`. */
  side: Record<string, unknown>;
}

/**
 * Rows as lines of JSON. One object and one piece of memory are used for all of them: a thread that makes thousands of
 * texts a second from pieces is busy with collecting those.
 */
export class LineEncoder {
  readonly #line: Record<string, unknown> = { time: '', id: null, row: 0, timing: undefined, features: undefined };
  readonly #timing: Record<string, unknown> = Object.fromEntries(timingNames.map((name) => [name, undefined]));
  readonly #fields: readonly Field[];
  #bytes = Buffer.alloc(0);
  #length = 0;

  constructor(columns: readonly LogColumn[]) {
    for (const side of ['input', 'output'] as const) {
      const own = columns.filter((column) => column.side === side);
      // A column may be called anything, `__proto__` too: made so, it is a field as others are.
      if (own.length > 0) this.#line[side] = Object.fromEntries(own.map(({ name }) => [name, null]));
    }
    this.#fields = columns.map((column, index) => {
      return { index, column, side: this.#line[column.side] as Record<string, unknown> };
    });
  }

  /** Good until the next call. */
  encode(batch: LogBatch): Buffer {
    this.#length = 0;
    const line = this.#line;
    let timeMs = Number.NaN;
    for (let row = 0; row < batch.ids.length; row++) {
      const rowMs = batch.timesMs[row] as number;
      // Rows of one batch share their milliseconds.
      if (rowMs !== timeMs) line['time'] = new Date(rowMs).toISOString().slice(0, -1);
      timeMs = rowMs;
      line['id'] = batch.ids[row] === '' ? null : batch.ids[row];
      line['row'] = batch.firstRow + row;
      line['timing'] = this.#timingOf(batch.timings, row);
      line['features'] = batch.features[row] === '' ? undefined : batch.features[row];
      for (const { index, column, side } of this.#fields) side[column.name] = valueOf(batch.values[index], column, row);
      this.#add(this.#textOf(line));
    }
    return this.#bytes.subarray(0, this.#length);
  }

  /** A line that DuckDB can read, whatever a client sent: else it would take all others of its file with it. */
  #textOf(line: Record<string, unknown>): string {
    let text = JSON.stringify(line);
    if (text.length > longestLineUnits) {
      for (const { column, side } of this.#fields) side[column.name] = shortened(side[column.name]);
      text = JSON.stringify(line);
    }
    return wholeCharacters(text);
  }

  #timingOf(timings: Float64Array, row: number): Record<string, unknown> | undefined {
    let known = false;
    for (let i = 0; i < timingWidth; i++) {
      const value = timings[row * timingWidth + i] as number;
      const isKnown = !Number.isNaN(value);
      this.#timing[timingNames[i] as string] = isKnown ? Math.round(value * 1_000) / 1_000 : undefined;
      known ||= isKnown;
    }
    return known ? this.#timing : undefined;
  }

  #add(line: string): void {
    const most = this.#length + line.length * maxBytesPerUnit + 1;
    if (most > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(2 * most);
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    this.#length += this.#bytes.write(line, this.#length);
    this.#bytes[this.#length++] = 0x0a;
  }
}

function shortened(value: unknown): unknown {
  return typeof value === 'string' && value.length > shortText ? `${value.slice(0, shortText)}…` : value;
}

function valueOf(values: LogBatch['values'][number], { kind, width }: LogColumn, row: number): unknown {
  if (kind !== 'list') return loggedValue(values?.[row], kind);
  if (values?.[row * width] === undefined) return null;
  return Array.from({ length: width }, (_, i) => loggedValue(values[row * width + i], 'number'));
}
