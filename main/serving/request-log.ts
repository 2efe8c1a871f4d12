import { randomUUID } from 'node:crypto';
import { MISSING_STRING, MISSING_TIMESTAMP, type ModelManifest } from '../../shared/model/signature.ts';
import type { ColumnValues } from '../compute/duckdb/read-columns.ts';
import { isPicture, pictureColumn, pictureFigures, pictureOf } from '../compute/drift/picture-figures.ts';
import { EvenSampler } from './even-sampler.ts';
import { type MissedRows, MissedRowsCollector } from './missed-rows.ts';
import { elementCount, isBinaryOnly, type Tensor, type TensorSpec } from './tensor.ts';
import { TensorByName } from './tensor-by-name.ts';

/** Recent rows of one model version, columns side by side, oldest first. */
export interface RecentRows {
  /** Differs for every log: a new one starts with each process and each version. */
  logId: string;
  /** Rows logged since the start; these are the last of them. */
  logged: number;
  /** Rows answered since the start. */
  seen: number;
  /** Of those, rows left out by sampling. */
  unsampled: number;
  rows: number;
  /** What its reader has not read and is no longer kept, oldest first; only for a call that says how far it has read. */
  missed?: MissedRows[] | undefined;
  /** Per row: the id of the answer (empty: it had none), followed by `/ROW` (from 0) where the request had several rows. */
  ids: string[];
  /** Per row: when it was answered. */
  timesMs: Float64Array;
  /** Raw inputs with one value per row; of pictures brightness, contrast and detail, other wide inputs are not kept. */
  columns: ColumnValues[];
  /**
   * Outputs with one value per row, and of `probabilities` `probability` (of the second class) for two classes,
   * `probability.I` for three to 64.
   */
  outputs: ColumnValues[];
}

/** Whoever must not miss a row, and the position up to which it has read. */
export interface LogReader {
  id: string;
  /** The log whose position it is; none of another log has been read. */
  logId: string;
  readTo: number;
}

const capacityRows = 10_000;

/** Characters of texts in all rows: where they are long, fewer rows are kept. */
const maxTextLength = 64 * 2 ** 20;

const maxReaders = 16;

/** Probabilities of models with more classes are not kept. */
const maxLoggedClasses = 64;

/** Above this rate rows are sampled evenly. */
const fullRateRowsPerSecond = 1_000;

type RingValues = Float64Array | BigInt64Array | string[];

interface Ring {
  name: string;
  tensor: TensorByName;
  /** Elements per row in the tensor, and which of them is kept. */
  width: number;
  element: number;
  values: RingValues;
  /** Which figure of a picture is kept in place of an element. */
  figure?: number;
}

/** The last 10,000 raw input rows with what was predicted for them, fewer where their texts are long; all in memory. */
export class RequestLog {
  readonly #inputs: Ring[];
  readonly #outputs: Ring[];
  readonly #logId = randomUUID();
  readonly #ids: string[] = [];
  readonly #timesMs = new Float64Array(capacityRows);
  readonly #texts: string[][];
  #textLength = 0;
  /** The oldest row that is kept. */
  #first = 0;
  #written = 0;
  #seen = 0;
  #unsampled = 0;
  readonly #sampler = new EvenSampler(fullRateRowsPerSecond);
  /** Who says how far it has read; the newest reader last. */
  readonly #readers = new Map<string, { readTo: number; missed: MissedRowsCollector }>();

  /** Only a manifest says which integers are times. */
  constructor(inputs: readonly TensorSpec[], outputs: readonly TensorSpec[], manifest: ModelManifest | null) {
    const times = new Set(manifest?.inputs.filter(({ type }) => type === 'timestamp').map(({ name }) => name));
    this.#inputs = inputs.flatMap((spec) => [
      ...ringOf(spec, 1, 0, spec.name, times.has(spec.name)),
      ...pictureRings(spec),
    ]);
    this.#outputs = outputs.flatMap((spec) => [
      ...ringOf(spec, 1, 0, spec.name),
      ...(spec.name === 'probabilities' ? probabilityRings(spec) : []),
    ]);
    this.#texts = [...this.#inputs, ...this.#outputs].flatMap(({ values }) => (Array.isArray(values) ? [values] : []));
  }

  /** Adds the rows of an answered request; outputs that were not asked for are missing values. */
  add(inputs: readonly Tensor[], outputs: readonly Tensor[], rows: number, nowMs: number, id: string): void {
    this.#seen += rows;
    this.#sampler.arrive(rows, nowMs);
    for (let row = 0; row < rows; row++) {
      if (!this.#sampler.keep()) {
        this.#unsampled++;
        continue;
      }
      if (this.#written - this.#first >= capacityRows) this.#forgetOldest();
      const slot = this.#written++ % capacityRows;
      this.#ids[slot] = rows === 1 ? id : `${id}/${row}`;
      this.#timesMs[slot] = nowMs;
      for (const ring of this.#inputs) store(ring, slot, ring.tensor.in(inputs), row);
      for (const ring of this.#outputs) store(ring, slot, ring.tensor.in(outputs), row);
      for (const texts of this.#texts) this.#textLength += texts[slot]?.length ?? 0;
      while (this.#textLength > maxTextLength && this.#first < this.#written - 1) this.#forgetOldest();
    }
  }

  /**
   * The newest rows, at most `limit`. A reader that says how far it has read gets all that it has not read and at least
   * `limit`, as far as they are kept; and what has left the log since, in sketches, once; each reader its own.
   */
  recent(limit: number, reader?: LogReader): RecentRows {
    const missed = reader === undefined ? [] : this.#readMissed(reader);
    const wanted = reader === undefined ? limit : Math.max(limit, this.#written - this.#readTo(reader));
    const rows = Math.min(wanted, this.#written - this.#first);
    const first = this.#written - rows;
    return {
      logId: this.#logId,
      logged: this.#written,
      ids: newestTexts(this.#ids, first, rows),
      timesMs: new Float64Array(newestNumbers(this.#timesMs, first, rows)),
      seen: this.#seen,
      unsampled: this.#unsampled,
      rows,
      missed,
      columns: this.#inputs.map((ring) => newest(ring, first, rows)),
      outputs: this.#outputs.map((ring) => newest(ring, first, rows)),
    };
  }

  #readTo({ logId, readTo }: LogReader): number {
    return logId === this.#logId ? readTo : 0;
  }

  #readMissed(reader: LogReader): MissedRows[] {
    const { id } = reader;
    const known = this.#readers.get(id);
    this.#readers.delete(id);
    this.#readers.set(id, {
      readTo: Math.max(known?.readTo ?? 0, this.#readTo(reader), this.#first),
      missed: new MissedRowsCollector(),
    });
    // A reader that went away for good, as its node did: the one that has been silent longest is forgotten.
    const [oldest] = this.#readers.keys();
    if (this.#readers.size > maxReaders && oldest !== undefined) this.#readers.delete(oldest);
    return known?.missed.read() ?? [];
  }

  /** Those who have not read the row get it in sketches. */
  #forgetOldest(): void {
    const slot = this.#first % capacityRows;
    let row: { name: string; value: number | string | undefined }[] | undefined;
    for (const { readTo, missed } of this.#readers.values()) {
      if (this.#first < readTo) continue;
      row ??= this.#rowAt(slot);
      missed.add(row);
    }
    for (const texts of this.#texts) {
      this.#textLength -= texts[slot]?.length ?? 0;
      texts[slot] = '';
    }
    this.#first++;
  }

  #rowAt(slot: number): { name: string; value: number | string | undefined }[] {
    return [...this.#inputs, ...this.#outputs].map(({ name, values }) => {
      const value = values[slot];
      return { name, value: typeof value === 'bigint' ? undefined : value };
    });
  }
}

/** Rows `from` up to `to` of those at hand. */
export function sliceRows(recent: RecentRows, from: number, to: number): RecentRows {
  const part = (column: ColumnValues): ColumnValues =>
    column.kind === 'tensor' ? column : ({ ...column, values: column.values.slice(from, to) } as ColumnValues);
  return {
    ...recent,
    rows: to - from,
    ids: recent.ids.slice(from, to),
    timesMs: recent.timesMs.slice(from, to),
    columns: recent.columns.map(part),
    outputs: recent.outputs.map(part),
  };
}

function probabilityRings(spec: TensorSpec): Ring[] {
  const classes = spec.shape[1] ?? 0;
  if (classes === 2) return ringOf(spec, 2, 1, 'probability');
  if (classes < 3 || classes > maxLoggedClasses) return [];
  return Array.from({ length: classes }, (_, i) => ringOf(spec, classes, i, `probability.${i}`)).flat();
}

function ringOf(spec: TensorSpec, width: number, element: number, name: string, isTime = false): Ring[] {
  const [batch, ...rest] = spec.shape;
  if (batch !== -1 || elementCount(rest) !== width || isBinaryOnly(spec.datatype)) return [];
  const values: RingValues =
    spec.datatype === 'BYTES'
      ? []
      : isTime && spec.datatype === 'INT64'
        ? new BigInt64Array(capacityRows)
        : new Float64Array(capacityRows);
  return [{ name, tensor: new TensorByName(spec.name), width, element, values }];
}

function pictureRings(spec: TensorSpec): Ring[] {
  const size = elementCount(spec.shape.slice(1));
  if (spec.shape[0] !== -1 || spec.datatype !== 'FP32' || !isPicture({ type: 'tensor', size })) return [];
  return pictureFigures.map((name, figure) => ({
    name: pictureColumn(spec.name, name),
    tensor: new TensorByName(spec.name),
    width: size,
    element: 0,
    values: new Float64Array(capacityRows),
    figure,
  }));
}

function store(ring: Ring, slot: number, tensor: Tensor | undefined, row: number): void {
  if (ring.figure !== undefined) {
    const figures =
      tensor === undefined ? undefined : pictureOf(tensor.data as ArrayLike<number>, row * ring.width, ring.width);
    ring.values[slot] = figures?.[ring.figure] ?? Number.NaN;
    return;
  }
  const value = tensor?.data[row * ring.width + ring.element];
  const { values } = ring;
  if (Array.isArray(values)) values[slot] = typeof value === 'string' ? value : MISSING_STRING;
  else if (values instanceof BigInt64Array) values[slot] = typeof value === 'bigint' ? value : MISSING_TIMESTAMP;
  else values[slot] = value === undefined ? Number.NaN : Number(value);
}

function newest(ring: Ring, first: number, rows: number): ColumnValues {
  const { name, values } = ring;
  if (Array.isArray(values)) return { name, kind: 'string', values: newestTexts(values, first, rows) };
  if (values instanceof BigInt64Array) {
    return { name, kind: 'timestamp', values: new BigInt64Array(newestNumbers(values, first, rows)) };
  }
  return { name, kind: 'number', values: new Float64Array(newestNumbers(values, first, rows)) };
}

/** Up to `rows` values of a ring, from the one of position `first` on. */
function newestTexts(ring: readonly string[], first: number, rows: number): string[] {
  const from = first % capacityRows;
  return [...ring.slice(from, from + rows), ...ring.slice(0, Math.max(0, from + rows - capacityRows))];
}

/** The same of numbers: their bytes. */
function newestNumbers(ring: Float64Array | BigInt64Array, first: number, rows: number): ArrayBuffer {
  const width = ring.BYTES_PER_ELEMENT;
  const from = first % capacityRows;
  const untilEnd = Math.min(rows, capacityRows - from);
  const copy = new Uint8Array(rows * width);
  copy.set(new Uint8Array(ring.buffer, from * width, untilEnd * width));
  copy.set(new Uint8Array(ring.buffer, 0, (rows - untilEnd) * width), untilEnd * width);
  return copy.buffer;
}
