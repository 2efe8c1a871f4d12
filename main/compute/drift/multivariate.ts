import { MISSING_STRING } from '../../../shared/model/signature.ts';
import type { MultivariateDrift } from '../../../shared/rpc/engine-contract.ts';
import { rocAuc, thresholdCounts } from '../metrics/threshold-counts.ts';
import { benjaminiHochberg } from '../stats/benjamini-hochberg.ts';
import { uniformGenerator } from '../stats/random.ts';
import { betaShare } from '../stats/special-functions.ts';
import { gainImportance } from '../trees/importance.ts';
import { createTreeScorer } from '../trees/predict.ts';
import { trainTrees } from '../trees/train.ts';
import { type ColumnEncoder, encoderOf } from './encode-columns.ts';
import { type Components, fitComponents, mean, permutationPValue } from './reconstruction-error.ts';
import { drawRows, evenRows, type SampleRows } from './sample-rows.ts';

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
      const own = {
        scores: scored.filter((_, i) => i % 2 === 1),
        positive: Uint8Array.from(outside, (i) => labels[i] as number),
      };
      auc += rocAuc(thresholdCounts(own)) ?? 0.5;
    }
    return { auc: auc / folds, gains };
  }

  async #reconstruction(current: SampleRows, signal: AbortSignal): Promise<MultivariateDrift['reconstruction']> {
    if (this.#components === undefined)
      this.#components = fitComponents(this.#reference, this.#encoders, maxRows, signal);
    if (this.#components === null) return null;
    const { count, heldOut, errorsOf } = this.#components;
    const own = heldOut;
    const other = errorsOf(current);
    const pValue = await permutationPValue(own, other, signal);
    return { components: count, reference: mean(own), current: mean(other), pValue, drifted: false };
  }
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
