import { randomUUID } from 'node:crypto';
import type { ClassLabel, ModelManifest } from '../../shared/model/signature.ts';
import type { ScalarColumn } from '../compute/duckdb/append-columns.ts';
import type { RecentRows } from '../serving/request-log.ts';
import { joinColumns, pickValues } from './scalar-rows.ts';

export interface LabelledLogCounts {
  rows: number;
  labelled: number;
  /** Labels whose request has not been seen, or is forgotten. */
  waiting: number;
  /** Labels that replaced an earlier one of the same request. */
  repeated: number;
}

/** Some logged rows, oldest first. */
export interface LoggedRows {
  rows: number;
  /** Positions in the log, from 0 for the first row ever logged. */
  positions: Float64Array;
  timesMs: Float64Array;
  columns: ScalarColumn[];
  /** Probabilities [rows, classes] row-major, or predictions [rows]. */
  scores: Float64Array;
  /** Index of the class, or the target; NaN where there is no label. */
  actual: Float64Array;
}

interface Chunk {
  first: number;
  rows: number;
  digest: string;
  ids: string[];
  timesMs: Float64Array;
  columns: ScalarColumn[];
  scores: Float64Array;
  actual: Float64Array;
}

const maxWaitingLabels = 200_000;

/**
 * Logged rows of an endpoint across model versions, joined with labels by the id of the answer. Labels may come late,
 * twice (the last one counts), out of order, or before their row.
 */
export class LabelledLog {
  /** Differs for every log: positions mean nothing in another one. */
  readonly id = randomUUID();
  readonly #manifest: Pick<ModelManifest, 'inputs' | 'classes' | 'task'>;
  readonly #width: number;
  readonly #capacityRows: number;
  readonly #chunks: Chunk[] = [];
  readonly #positions = new Map<string, number>();
  readonly #waiting = new Map<string, number>();
  readonly #loggedBefore = new Map<string, number>();
  #next = 0;
  #labelled = 0;
  #repeated = 0;
  /** Raised by every label that joins a row. */
  labelVersion = 0;

  constructor(manifest: Pick<ModelManifest, 'inputs' | 'classes' | 'task'>, capacityRows: number) {
    this.#manifest = manifest;
    this.#width = manifest.task === 'regression' ? 1 : manifest.classes.length;
    this.#capacityRows = capacityRows;
  }

  /** Whether rows of such a model belong here: the same inputs, classes and task. */
  fits({ inputs, classes, task }: Pick<ModelManifest, 'inputs' | 'classes' | 'task'>): boolean {
    const own = this.#manifest;
    return JSON.stringify([inputs, classes, task]) === JSON.stringify([own.inputs, own.classes, own.task]);
  }

  /** Position after the last row. */
  get end(): number {
    return this.#next;
  }

  get start(): number {
    return this.#chunks[0]?.first ?? this.#next;
  }

  counts(): LabelledLogCounts {
    return {
      rows: this.#next - this.start,
      labelled: this.#labelled,
      waiting: this.#waiting.size,
      repeated: this.#repeated,
    };
  }

  /** Takes the rows that were logged since the last call with the same log; rows without scores are left out. */
  add(recent: RecentRows, digest: string): void {
    const before = this.#loggedBefore.get(recent.logId) ?? 0;
    const fresh = Math.min(recent.rows, recent.logged - before);
    this.#loggedBefore.set(recent.logId, recent.logged);
    if (fresh <= 0) return;
    const from = recent.rows - fresh;
    const scores = this.#scores(recent, from);
    if (scores === undefined) return;
    const kept = Array.from({ length: fresh }, (_, i) => i).filter((i) => !Number.isNaN(scores[i * this.#width]));
    if (kept.length === 0) return;
    const width = this.#width;
    const chunk: Chunk = {
      first: this.#next,
      rows: kept.length,
      digest,
      ids: kept.map((i) => recent.ids[from + i] as string),
      timesMs: Float64Array.from(kept, (i) => recent.timesMs[from + i] as number),
      columns: this.#manifest.inputs.flatMap(({ name }) => {
        const column = recent.columns.find((candidate) => candidate.name === name);
        return column === undefined || column.kind === 'tensor' ? [] : [pickValues(column, kept, from)];
      }),
      scores: Float64Array.from(
        { length: kept.length * width },
        (_, i) => scores[(kept[Math.floor(i / width)] as number) * width + (i % width)] as number,
      ),
      actual: new Float64Array(kept.length).fill(Number.NaN),
    };
    this.#next += kept.length;
    this.#chunks.push(chunk);
    chunk.ids.forEach((id, i) => {
      if (id === '') return;
      this.#positions.set(id, chunk.first + i);
      const waiting = this.#waiting.get(id);
      if (waiting === undefined) return;
      this.#waiting.delete(id);
      this.#join(chunk, i, waiting);
    });
    this.#forget();
  }

  /** Joins a label to its row, or keeps it until the row comes. Labels of unknown classes are left out. */
  label(id: string, label: ClassLabel): void {
    const actual = this.#actualOf(label);
    if (actual === undefined) return;
    const position = this.#positions.get(id);
    const chunk = position === undefined ? undefined : this.#chunkAt(position);
    if (position !== undefined && chunk !== undefined) {
      this.#join(chunk, position - chunk.first, actual);
      return;
    }
    this.#waiting.set(id, actual);
    if (this.#waiting.size > maxWaitingLabels) {
      const [oldest] = this.#waiting.keys();
      this.#waiting.delete(oldest as string);
    }
  }

  /** Ids of the answers at positions; empty for those that had none or are forgotten. */
  idsAt(positions: ArrayLike<number>): string[] {
    return Array.from(positions, (position) => {
      const chunk = this.#chunkAt(position);
      return chunk?.ids[position - chunk.first] ?? '';
    });
  }

  /** Labels the row at a position; whether that is news. Unknown classes and forgotten rows are left out. */
  labelAt(position: number, label: ClassLabel): boolean {
    const actual = this.#actualOf(label);
    const chunk = this.#chunkAt(position);
    if (actual === undefined || chunk === undefined || chunk.actual[position - chunk.first] === actual) return false;
    this.#join(chunk, position - chunk.first, actual);
    return true;
  }

  /** Rows at positions from `from` up to `to`; forgotten ones are left out. */
  rows(from: number, to: number, keep: (row: { actual: number; digest: string }) => boolean = () => true): LoggedRows {
    const parts = this.#chunks.flatMap((chunk) => {
      const picked: number[] = [];
      const end = Math.min(chunk.rows, to - chunk.first);
      for (let i = Math.max(0, from - chunk.first); i < end; i++) {
        if (keep({ actual: chunk.actual[i] as number, digest: chunk.digest })) picked.push(i);
      }
      return picked.length === 0 ? [] : [{ chunk, picked }];
    });
    const width = this.#width;
    const positions = parts.flatMap(({ chunk, picked }) => picked.map((i) => chunk.first + i));
    const pick = (read: (chunk: Chunk, i: number) => number) =>
      Float64Array.from(parts.flatMap(({ chunk, picked }) => picked.map((i) => read(chunk, i))));
    return {
      rows: positions.length,
      positions: Float64Array.from(positions),
      timesMs: pick((chunk, i) => chunk.timesMs[i] as number),
      actual: pick((chunk, i) => chunk.actual[i] as number),
      scores: Float64Array.from(
        parts.flatMap(({ chunk, picked }) =>
          picked.flatMap((i) => Array.from(chunk.scores.subarray(i * width, (i + 1) * width))),
        ),
      ),
      columns: (this.#chunks[0]?.columns ?? []).map((column, c) =>
        joinColumns(
          column,
          parts.map(({ chunk, picked }) => pickValues(chunk.columns[c] as ScalarColumn, picked, 0)),
        ),
      ),
    };
  }

  /** Position from which on there are at most `count` labelled rows. */
  positionOfLastLabelled(count: number): number {
    let left = count;
    for (let c = this.#chunks.length - 1; c >= 0; c--) {
      const chunk = this.#chunks[c] as Chunk;
      for (let i = chunk.rows - 1; i >= 0; i--) {
        if (Number.isNaN(chunk.actual[i])) continue;
        if (left === 0) return chunk.first + i + 1;
        left--;
      }
    }
    return this.start;
  }

  /** Labelled rows from a position on. */
  countLabelled(from: number): number {
    let count = 0;
    for (const { first, rows, actual } of this.#chunks) {
      for (let i = Math.max(0, from - first); i < rows; i++) if (!Number.isNaN(actual[i])) count++;
    }
    return count;
  }

  /** Digest of the model that answered the row at a position. */
  digestAt(position: number): string | undefined {
    return this.#chunkAt(position)?.digest;
  }

  #join(chunk: Chunk, row: number, actual: number): void {
    if (Number.isNaN(chunk.actual[row])) this.#labelled++;
    else this.#repeated++;
    chunk.actual[row] = actual;
    this.labelVersion++;
  }

  #forget(): void {
    while (this.#chunks.length > 1) {
      const [oldest] = this.#chunks as [Chunk];
      if (this.#next - oldest.first - oldest.rows < this.#capacityRows) return;
      this.#chunks.shift();
      oldest.ids.forEach((id, i) => {
        if (this.#positions.get(id) === oldest.first + i) this.#positions.delete(id);
      });
      for (const actual of oldest.actual) if (!Number.isNaN(actual)) this.#labelled--;
    }
  }

  #chunkAt(position: number): Chunk | undefined {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const chunk = this.#chunks[middle] as Chunk;
      if (position < chunk.first) high = middle - 1;
      else if (position >= chunk.first + chunk.rows) low = middle + 1;
      else return chunk;
    }
    return undefined;
  }

  #actualOf(label: ClassLabel): number | undefined {
    if (this.#manifest.task === 'regression') return typeof label === 'number' ? label : undefined;
    const index = this.#manifest.classes.indexOf(label);
    return index === -1 ? undefined : index;
  }

  #scores(recent: RecentRows, from: number): Float64Array | undefined {
    const rows = recent.rows - from;
    const output = (name: string) => recent.outputs.find((column) => column.name === name);
    const names =
      this.#manifest.task === 'regression'
        ? ['prediction']
        : this.#width === 2
          ? ['probability']
          : Array.from({ length: this.#width }, (_, c) => `probability.${c}`);
    const columns = names.map(output);
    if (columns.some((column) => column?.kind !== 'number')) return undefined;
    const values = columns.map((column) => column?.values as Float64Array);
    const [only] = values as [Float64Array];
    if (this.#width === 2) {
      return Float64Array.from({ length: 2 * rows }, (_, i) => {
        const second = only[from + (i >> 1)] as number;
        return i % 2 === 1 ? second : 1 - second;
      });
    }
    return Float64Array.from(
      { length: this.#width * rows },
      (_, i) => (values[i % this.#width] as Float64Array)[from + Math.floor(i / this.#width)] as number,
    );
  }
}
