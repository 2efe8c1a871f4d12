import { setImmediate } from 'node:timers/promises';
import { MISSING_STRING } from '../../shared/model/signature.ts';
import type { MultivariateDrift } from '../../shared/rpc/engine-contract.ts';
import type { ScalarColumn } from '../compute/duckdb/append-columns.ts';
import { principalComponents } from '../compute/cluster/principal-components.ts';
import { rocAuc, thresholdCounts } from '../compute/metrics/threshold-counts.ts';
import { benjaminiHochberg } from '../compute/stats/benjamini-hochberg.ts';
import { uniformGenerator } from '../compute/stats/random.ts';
import { betaShare } from '../compute/stats/special-functions.ts';
import { gainImportance } from '../compute/trees/importance.ts';
import { createTreeScorer } from '../compute/trees/predict.ts';
import { trainTrees } from '../compute/trees/train.ts';
import { type ColumnEncoder, encoderOf } from './encode-columns.ts';

/** Rows of one sample, columns side by side. */
export interface SampleRows {
  rows: number;
  columns: readonly ScalarColumn[];
}

export interface MultivariateOptions {
  /** False discovery rate over both looks. */
  alpha: number;
  signal: AbortSignal;
}

/** Rows of each sample that are looked at. */
const maxRows = 1_000;
/** Rows of the reference that those are drawn from, anew for each window: chance of one draw must not stay. */
const maxReferenceRows = 20_000;
const minimumRows = 100;
const folds = 5;
const nullRepetitions = 40;
const shuffles = 399;
const keptVariance = 0.65;
const categoriesInComponents = 8;
const maxWidth = 64;
/** Standardised values beyond count as this. */
const furthest = 10;
const shownColumns = 8;

const params = {
  trees: 20,
  leaves: 8,
  learningRate: 0.2,
  minRowsPerLeaf: 20,
  maxDepth: 0,
  l1: 0,
  l2: 1,
  minGainToSplit: 0,
  minChildWeight: 1e-3,
  rowSample: 1,
  columnSample: 1,
  validationShare: 0,
  patience: 0,
  maxBins: 63,
  seed: 1,
};

/**
 * Compares rows as a whole with a reference, so that drift is found which no single column shows. Both looks hold their
 * false alarms at the nominal rate: the AUC is judged by what labels dealt at random give (once per pair of sizes), the
 * reconstruction error by a permutation test. Work goes on in short pieces; the event loop runs in between.
 */
export class MultivariateTest {
  readonly #reference: SampleRows;
  readonly #encoders: ColumnEncoder[];
  readonly #nulls = new Map<number, { mean: number; deviation: number }>();
  readonly #random = uniformGenerator(1);
  #components: Components | null | undefined;

  /** The reference: 200 rows or more, else nothing can be said. */
  constructor(reference: SampleRows) {
    this.#reference = evenRows(reference, maxReferenceRows);
    this.#encoders = this.#reference.columns.flatMap((column) => encoderOf(column) ?? []);
  }

  /** Undefined with too few rows or columns. Errors: `run.cancelled`. */
  async test(sample: SampleRows, options: MultivariateOptions): Promise<MultivariateDrift | undefined> {
    const current = evenRows(sample, maxRows);
    const rows = Math.min(current.rows, Math.floor(this.#reference.rows / 2));
    if (rows < minimumRows || this.#encoders.length < 2) return undefined;
    const own = drawRows(this.#reference, maxRows, this.#random);
    const matrix = this.#encoders.map((encoder) => joined(this.#encode(encoder, own), this.#encode(encoder, current)));
    const isCurrent = Uint8Array.from({ length: own.rows + current.rows }, (_, i) => (i < own.rows ? 0 : 1));
    const domain = await this.#domain(matrix, isCurrent, options.signal);
    const reconstruction = await this.#reconstruction(current, options.signal);
    const looks = [domain.pValue, ...(reconstruction === null ? [] : [reconstruction.pValue])];
    const { rejected } = benjaminiHochberg(looks, options.alpha);
    domain.drifted = rejected[0] === true;
    if (reconstruction !== null) reconstruction.drifted = rejected[1] === true;
    domain.threshold = thresholdOf(this.#nulls.get(current.rows), options.alpha);
    return { rows: current.rows, domain, reconstruction, drifted: rejected.includes(true) };
  }

  #encode(encoder: ColumnEncoder, { columns, rows }: SampleRows): Float32Array {
    const column = columns.find(({ name }) => name === encoder.name);
    const encoded = encoder.encode(column, rows);
    if (encoder.categories === undefined || column?.kind !== 'string') return encoded;
    // New texts are told from missing ones only by a code of their own.
    const known = new Set(encoder.names);
    return encoded.map((code, i) =>
      Number.isNaN(code) && !known.has(column.values[i] as string) && column.values[i] !== MISSING_STRING
        ? (encoder.categories as number)
        : code,
    );
  }

  async #domain(matrix: readonly Float32Array[], isCurrent: Uint8Array, signal: AbortSignal) {
    const rows = isCurrent.reduce((sum, one) => sum + one, 0);
    if (!this.#nulls.has(rows)) this.#nulls.set(rows, await this.#nullOf(matrix, isCurrent, signal));
    const expected = this.#nulls.get(rows) as { mean: number; deviation: number };
    const { auc, gains } = await this.#crossValidated(matrix, isCurrent, 7, signal);
    const total = gains.reduce((sum, gain) => sum + gain, 0);
    const columns = this.#encoders
      .map(({ name }, i) => ({ column: name, share: total > 0 ? (gains[i] as number) / total : 0 }))
      .filter(({ share }) => share >= 0.01)
      .toSorted((a, b) => b.share - a.share)
      .slice(0, shownColumns);
    return { auc, threshold: Number.NaN, pValue: pValueOf(expected, auc), drifted: false, columns };
  }

  /** AUC with the labels dealt anew again and again: both samples are alike then. */
  async #nullOf(matrix: readonly Float32Array[], isCurrent: Uint8Array, signal: AbortSignal) {
    const random = uniformGenerator(isCurrent.length);
    const drawn: number[] = [];
    for (let i = 0; i < nullRepetitions; i++) {
      const dealt = shuffled(isCurrent, random);
      drawn.push((await this.#crossValidated(matrix, dealt, i, signal)).auc);
    }
    const mean = drawn.reduce((sum, auc) => sum + auc, 0) / drawn.length;
    const squares = drawn.reduce((sum, auc) => sum + (auc - mean) ** 2, 0);
    return { mean, deviation: Math.sqrt(squares / (drawn.length - 1)) };
  }

  async #crossValidated(columns: readonly Float32Array[], labels: Uint8Array, seed: number, signal: AbortSignal) {
    const random = uniformGenerator(seed + 1);
    const foldOf = shuffled(
      Uint8Array.from(labels, (_, i) => i % folds),
      random,
    );
    const scores = new Float64Array(labels.length);
    const gains = new Float64Array(columns.length);
    const features = this.#encoders.map(({ categories }) => ({
      categories: categories === undefined ? undefined : categories + 1,
    }));
    let auc = 0;
    for (let fold = 0; fold < folds; fold++) {
      const inside = indicesWhere(foldOf, (value) => value !== fold);
      const outside = indicesWhere(foldOf, (value) => value === fold);
      const { model } = await trainTrees({
        columns: columns.map((column) => Float32Array.from(inside, (i) => column[i] as number)),
        features,
        task: 'binary',
        classes: 2,
        targets: Float64Array.from(inside, (i) => labels[i] as number),
        params,
        threads: 1,
        signal,
      });
      gainImportance(model).forEach((gain, i) => {
        gains[i] = (gains[i] as number) + gain;
      });
      const flat = new Float32Array(outside.length * columns.length);
      columns.forEach((column, c) => {
        outside.forEach((row, i) => {
          flat[c * outside.length + i] = column[row] as number;
        });
      });
      const scored = createTreeScorer(model).score(flat, outside.length);
      outside.forEach((row, i) => {
        scores[row] = scored[2 * i + 1] as number;
      });
      const own = {
        scores: scored.filter((_, i) => i % 2 === 1),
        positive: Uint8Array.from(outside, (i) => labels[i] as number),
      };
      auc += rocAuc(thresholdCounts(own)) ?? 0.5;
    }
    return { auc: auc / folds, gains };
  }

  async #reconstruction(current: SampleRows, signal: AbortSignal): Promise<MultivariateDrift['reconstruction']> {
    if (this.#components === undefined) this.#components = fitComponents(this.#reference, this.#encoders, signal);
    if (this.#components === null) return null;
    const { count, heldOut, errorsOf } = this.#components;
    const own = heldOut;
    const other = errorsOf(current);
    const pValue = await permutationPValue(own, other, signal);
    return { components: count, reference: mean(own), current: mean(other), pValue, drifted: false };
  }
}

interface Components {
  count: number;
  /** Errors of the reference rows that the components were not found on. */
  heldOut: Float64Array;
  errorsOf(sample: SampleRows): Float64Array;
}

function fitComponents(
  reference: SampleRows,
  encoders: readonly ColumnEncoder[],
  signal: AbortSignal,
): Components | null {
  const found = rowsWhere(reference, (row) => row % 2 === 0);
  const apart = evenRows(
    rowsWhere(reference, (row) => row % 2 === 1),
    maxRows,
  );
  const raw = spread(found, encoders);
  const { width } = raw;
  if (width < 2) return null;
  const means = new Float64Array(width);
  const scales = new Float64Array(width);
  for (let c = 0; c < width; c++) {
    let sum = 0;
    let squares = 0;
    let present = 0;
    for (let row = 0; row < found.rows; row++) {
      const value = raw.values[row * width + c] as number;
      if (Number.isNaN(value)) continue;
      sum += value;
      squares += value * value;
      present++;
    }
    means[c] = present === 0 ? 0 : sum / present;
    const variance = present === 0 ? 0 : squares / present - (means[c] as number) ** 2;
    scales[c] = variance > 1e-12 ? 1 / Math.sqrt(variance) : 0;
  }
  const standardized = (sample: SampleRows) => {
    const { values } = spread(sample, encoders);
    return Float32Array.from(values, (value, i) => {
      const z = (value - (means[i % width] as number)) * (scales[i % width] as number);
      return Number.isNaN(z) ? 0 : Math.max(-furthest, Math.min(furthest, z));
    });
  };
  const matrix = standardized(found);
  const { directions, shares } = principalComponents({ values: matrix, rows: found.rows, width }, width - 1, signal);
  let kept = 0;
  let count = 0;
  while (count < shares.length && (count === 0 || kept < keptVariance)) kept += shares[count++] as number;
  const errorsOf = (sample: SampleRows) => {
    const values = standardized(sample);
    return Float64Array.from({ length: sample.rows }, (_, row) => {
      const z = values.subarray(row * width, (row + 1) * width);
      let squares = 0;
      for (const value of z) squares += value * value;
      for (let k = 0; k < count; k++) {
        let along = 0;
        for (let c = 0; c < width; c++) along += (z[c] as number) * (directions[k * width + c] as number);
        squares -= along * along;
      }
      return Math.sqrt(Math.max(0, squares));
    });
  };
  return { count, heldOut: errorsOf(apart), errorsOf };
}

/** Numbers as they are, the most frequent texts as columns of 0 and 1; row-major. */
function spread(
  { columns, rows }: SampleRows,
  encoders: readonly ColumnEncoder[],
): { values: Float64Array; width: number } {
  const parts: Float32Array[] = [];
  for (const encoder of encoders) {
    if (parts.length >= maxWidth) break;
    const encoded = encoder.encode(
      columns.find(({ name }) => name === encoder.name),
      rows,
    );
    if (encoder.categories === undefined) {
      parts.push(encoded);
      continue;
    }
    const shown = Math.min(encoder.categories, categoriesInComponents);
    for (let code = 0; code < shown; code++) parts.push(encoded.map((value) => (value === code ? 1 : 0)));
  }
  const width = parts.length;
  const values = new Float64Array(rows * width);
  parts.forEach((part, c) => {
    for (let row = 0; row < rows; row++) values[row * width + c] = part[row] as number;
  });
  return { values, width };
}

/** Two-sided, on the difference of the means. */
async function permutationPValue(a: Float64Array, b: Float64Array, signal: AbortSignal): Promise<number> {
  const pooled = new Float64Array(a.length + b.length);
  pooled.set(a);
  pooled.set(b, a.length);
  const overall = mean(pooled);
  const seen = Math.abs(mean(b) - overall);
  const random = uniformGenerator(pooled.length);
  let asFar = 0;
  for (let i = 0; i < shuffles; i++) {
    let sum = 0;
    // A partial Fisher–Yates: the first values are a random sample.
    for (let k = 0; k < b.length; k++) {
      const other = k + Math.floor(random() * (pooled.length - k));
      const value = pooled[other] as number;
      pooled[other] = pooled[k] as number;
      pooled[k] = value;
      sum += value;
    }
    if (Math.abs(sum / b.length - overall) >= seen - 1e-12) asFar++;
    if (i % 50 === 49) {
      signal.throwIfAborted();
      await setImmediate();
    }
  }
  return (asFar + 1) / (shuffles + 1);
}

function pValueOf(expected: { mean: number; deviation: number }, auc: number): number {
  if (!(expected.deviation > 0)) return auc > expected.mean ? 0 : 1;
  return upperTail((auc - expected.mean) / (expected.deviation * Math.sqrt(1 + 1 / nullRepetitions)));
}

function thresholdOf(expected: { mean: number; deviation: number } | undefined, alpha: number): number {
  if (expected === undefined) return Number.NaN;
  let low = 0;
  let high = 60;
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (upperTail(middle) > alpha) low = middle;
    else high = middle;
  }
  return Math.min(1, expected.mean + high * expected.deviation * Math.sqrt(1 + 1 / nullRepetitions));
}

/** Of Student's distribution: the deviation is itself estimated from the repetitions. */
function upperTail(t: number): number {
  const freedom = nullRepetitions - 1;
  const both = betaShare(freedom / (freedom + t * t), freedom / 2, 0.5);
  return t > 0 ? both / 2 : 1 - both / 2;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function shuffled(values: Uint8Array, random: () => number): Uint8Array {
  const dealt = values.slice();
  for (let i = dealt.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    const value = dealt[i] as number;
    dealt[i] = dealt[other] as number;
    dealt[other] = value;
  }
  return dealt;
}

function indicesWhere(values: Uint8Array, keep: (value: number) => boolean): Uint32Array {
  const found: number[] = [];
  values.forEach((value, i) => {
    if (keep(value)) found.push(i);
  });
  return Uint32Array.from(found);
}

/** At most `count` rows, evenly spaced. */
function evenRows(sample: SampleRows, count: number): SampleRows {
  if (sample.rows <= count) return sample;
  return pickRows(
    sample,
    Uint32Array.from({ length: count }, (_, i) => Math.floor((i * sample.rows) / count)),
  );
}

/** At most `count` rows, drawn without replacement. */
function drawRows(sample: SampleRows, count: number, random: () => number): SampleRows {
  if (sample.rows <= count) return sample;
  const order = Uint32Array.from({ length: sample.rows }, (_, row) => row);
  for (let i = 0; i < count; i++) {
    const other = i + Math.floor(random() * (order.length - i));
    const row = order[other] as number;
    order[other] = order[i] as number;
    order[i] = row;
  }
  return pickRows(sample, order.subarray(0, count));
}

function rowsWhere(sample: SampleRows, keep: (row: number) => boolean): SampleRows {
  return pickRows(
    sample,
    Uint32Array.from({ length: sample.rows }, (_, row) => row).filter((row) => keep(row)),
  );
}

function pickRows({ columns }: SampleRows, rows: Uint32Array): SampleRows {
  return {
    rows: rows.length,
    columns: columns.map((column): ScalarColumn => {
      const { name } = column;
      if (column.kind === 'string') {
        return { name, kind: 'string', values: Array.from(rows, (row) => column.values[row] as string) };
      }
      if (column.kind === 'timestamp') {
        return { name, kind: 'timestamp', values: BigInt64Array.from(rows, (row) => column.values[row] as bigint) };
      }
      return { name, kind: 'number', values: Float64Array.from(rows, (row) => column.values[row] as number) };
    }),
  };
}
