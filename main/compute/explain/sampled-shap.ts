import { setImmediate } from 'node:timers/promises';
import type { Tensor } from 'onnxruntime-common';
import { AppError } from '../../../shared/errors/app-error.ts';
import { uniformAt } from '../trees/random.ts';
import { type Feeds, joinRows, takeTensorRows } from './tensor-rows.ts';

export interface SampledShapOptions {
  /** Scores [rows, width] of rows of raw inputs. */
  score(feeds: Record<string, Tensor>, rows: number): Promise<Float32Array>;
  width: number;
  /** The rows to explain; every tensor is one player. */
  feeds: Feeds;
  rows: number;
  /** Per row: the score to explain. */
  outputs: ArrayLike<number>;
  /** Rows that stand for what a coalition does not know. */
  background: Feeds;
  backgroundRows: number;
  signal?: AbortSignal | undefined;
  onRow?: ((done: number) => void) | undefined;
}

export interface SampledShap {
  /** Per row: mean score of the background. */
  base: Float64Array;
  /** [rows, players] row-major. With the base they sum to the score exactly. */
  contributions: Float64Array;
  /** Of the contributions, over the background rows. */
  standardErrors: Float64Array;
}

const stream = 41;
/** Elements of raw inputs scored at a time. */
const batchElements = 2 ** 20;
const maxBatchRows = 8192;

/** Rows scored to explain one row. */
export function scoredPerRow(players: number, backgroundRows: number): number {
  return 1 + Math.max(0, 2 * (players - 1)) * backgroundRows;
}

/**
 * Shapley values by sampling permutations in antithetic pairs (Mitchell et al., 2022): for each background row the players
 * change from it to the explained row one by one, in a random order and in the reverse of it; a player's value is what the
 * score changes by, on average. The order depends on nothing but the background row, so that a row is explained alike
 * in any company. Errors: `run.cancelled`.
 */
export async function sampledShap(options: SampledShapOptions): Promise<SampledShap> {
  const { score, width, feeds, rows, outputs, background, backgroundRows, signal } = options;
  const names = Object.keys(feeds);
  const players = names.length;
  const pool = joinRows(feeds, background);
  const own = await score({ ...feeds }, rows);
  const bases = await score({ ...background }, backgroundRows);
  const orders = Array.from({ length: backgroundRows }, (_, b) => shuffled(b, players));
  const elements = Object.values(pool).reduce((sum, { size, dims }) => sum + size / (dims[0] as number), 0);
  const perPair = Math.max(1, 2 * (players - 1));
  const pairs = Math.max(1, Math.floor(Math.min(maxBatchRows, batchElements / elements) / perPair));
  const result: SampledShap = {
    base: new Float64Array(rows),
    contributions: new Float64Array(rows * players),
    standardErrors: new Float64Array(rows * players),
  };
  for (let row = 0; row < rows; row++) {
    const output = outputs[row] as number;
    const sums = new Float64Array(players);
    const squares = new Float64Array(players);
    let base = 0;
    for (let from = 0; from < backgroundRows; from += pairs) {
      await setImmediate();
      if (signal?.aborted === true) throw new AppError('run.cancelled', 'Cancelled.');
      const to = Math.min(backgroundRows, from + pairs);
      const mixed =
        players === 1 ? new Float32Array(0) : await scoreMixtures(score, pool, names, row, rows, orders, from, to);
      for (let b = from; b < to; b++) {
        const order = orders[b] as readonly number[];
        const start = bases[b * width + output] as number;
        const end = own[row * width + output] as number;
        const at = (step: number) => mixed[((b - from) * perPair + step) * width + output] as number;
        base += start;
        order.forEach((player, step) => {
          const forward = (step === players - 1 ? end : at(step)) - (step === 0 ? start : at(step - 1));
          const backward =
            (step === 0 ? end : at(players - 1 + step - 1)) - (step === players - 1 ? start : at(players - 1 + step));
          const value = (forward + backward) / 2;
          sums[player] = (sums[player] as number) + value;
          squares[player] = (squares[player] as number) + value * value;
        });
      }
    }
    result.base[row] = base / backgroundRows;
    for (let player = 0; player < players; player++) {
      const mean = (sums[player] as number) / backgroundRows;
      const variance = Math.max(0, (squares[player] as number) / backgroundRows - mean * mean);
      result.contributions[row * players + player] = mean;
      result.standardErrors[row * players + player] = Math.sqrt(variance / Math.max(1, backgroundRows - 1));
    }
    options.onRow?.(row + 1);
  }
  return result;
}

/**
 * Scores of the mixtures of a row with some background rows. Per background row: first, for each step but the last, the
 * players up to it from the row and the others from the background; then the reverse.
 */
function scoreMixtures(
  score: SampledShapOptions['score'],
  pool: Feeds,
  names: readonly string[],
  row: number,
  rows: number,
  orders: readonly (readonly number[])[],
  from: number,
  to: number,
): Promise<Float32Array> {
  const steps = names.length - 1;
  const count = (to - from) * steps * 2;
  const sources = names.map(() => new Int32Array(count));
  for (let b = from; b < to; b++) {
    const first = (b - from) * steps * 2;
    (orders[b] as readonly number[]).forEach((player, place) => {
      const source = sources[player] as Int32Array;
      for (let step = 0; step < steps; step++) {
        const isOwn = place <= step;
        source[first + step] = isOwn ? row : rows + b;
        source[first + steps + step] = isOwn ? rows + b : row;
      }
    });
  }
  const mixtures = Object.fromEntries(
    names.map((name, player) => [name, takeTensorRows(pool[name] as Tensor, sources[player] as Int32Array)]),
  );
  return score(mixtures, count);
}

function shuffled(seed: number, count: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = Math.floor(uniformAt(seed, stream, i) * (i + 1));
    [order[i], order[other]] = [order[other] as number, order[i] as number];
  }
  return order;
}
