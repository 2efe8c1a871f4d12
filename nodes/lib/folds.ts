import { trialRandom, type Uniform } from '../../main/compute/search/trial-random.ts';
import { AppError } from '../../shared/errors/app-error.ts';

/** Rows to learn from and rows to measure on, both ascending and not empty. */
export interface Fold {
  train: Uint32Array;
  valid: Uint32Array;
}

export type FoldRule =
  | { method: 'random' }
  /** Classes, or ranges of a number, in equal shares in every fold. */
  | { method: 'stratified'; values: Float64Array; classes: boolean }
  /** Rows of a group stay together. */
  | { method: 'grouped'; groups: Uint32Array }
  | {
      method: 'time';
      /** Any unit; rows of one time stay together. NaN is refused. */
      times: Float64Array;
      /** Expanding: learn from all that came before; rolling: from as many rows as the first fold. */
      window: 'expanding' | 'rolling';
      /** Time left out before the measured rows, in the unit of `times`. */
      gap: number;
    };

/**
 * Divides rows into folds. All methods but `time` measure each row once; `time` cuts the rows into one more block than
 * folds and measures each block but the first with those before it. Errors: `params.invalid` when the rows cannot be
 * divided so often.
 */
export function divideRows(rows: number, folds: number, rule: FoldRule, seed: number): Fold[] {
  if (rows < folds || folds < 2) {
    throw new AppError('params.invalid', `${rows} rows cannot be divided into ${folds} folds.`, {
      fix: 'Ask for fewer folds, at least 2, or give more rows.',
      details: { field: 'folds' },
    });
  }
  if (rule.method === 'time') return timeFolds(folds, rule);
  const foldOf = assign(rows, folds, rule, trialRandom(seed, -3));
  return Array.from({ length: folds }, (_, fold) => ({
    train: rowsWhere(rows, (row) => foldOf[row] !== fold),
    valid: rowsWhere(rows, (row) => foldOf[row] === fold),
  }));
}

/** A share of the rows to measure on, drawn at random or the last ones: one fold of at least two rows. */
export function holdOut(rows: number, share: number, which: 'random' | 'last', seed: number): Fold {
  const held = Math.min(rows - 1, Math.max(1, Math.round(rows * share)));
  const order = which === 'last' ? ascending(rows) : shuffled(rows, trialRandom(seed, -2), held);
  return { train: order.slice(0, rows - held).sort(), valid: order.slice(rows - held).sort() };
}

function assign(
  rows: number,
  folds: number,
  rule: Exclude<FoldRule, { method: 'time' }>,
  uniform: Uniform,
): Uint32Array {
  const foldOf = new Uint32Array(rows);
  const order = shuffled(rows, uniform);
  if (rule.method === 'random') {
    order.forEach((row, place) => {
      foldOf[row] = place % folds;
    });
    return foldOf;
  }
  if (rule.method === 'stratified') {
    const { values, classes } = rule;
    // Dealing goes on from one class to the next, which keeps folds of equal size. The sort keeps the shuffled order.
    const byValue = Array.from(order).sort((a, b) => (values[a] as number) - (values[b] as number));
    byValue.forEach((row, place) => {
      foldOf[row] = classes ? place % folds : 0;
    });
    if (!classes) dealBlocks(byValue, folds, uniform, foldOf);
    return foldOf;
  }
  return groupFolds(folds, rule.groups, order);
}

/** Of each run of `folds` neighbouring values, one to every fold, in a random order. */
function dealBlocks(byValue: readonly number[], folds: number, uniform: Uniform, foldOf: Uint32Array): void {
  for (let from = 0; from < byValue.length; from += folds) {
    const places = shuffled(folds, uniform);
    byValue.slice(from, from + folds).forEach((row, i) => {
      foldOf[row] = places[i] as number;
    });
  }
}

/** Largest groups first, each to the fold with the fewest rows. */
function groupFolds(folds: number, groups: Uint32Array, order: Uint32Array): Uint32Array {
  const sizes = new Map<number, number>();
  for (const row of order) sizes.set(groups[row] as number, (sizes.get(groups[row] as number) ?? 0) + 1);
  if (sizes.size < folds) {
    throw new AppError('params.invalid', `There are ${sizes.size} groups, too few for ${folds} folds.`, {
      fix: 'Ask for fewer folds, or choose a column with more groups.',
      details: { field: 'folds' },
    });
  }
  const filled = new Array<number>(folds).fill(0);
  const foldOfGroup = new Map<number, number>();
  for (const [group, size] of [...sizes].sort((a, b) => b[1] - a[1])) {
    const fold = filled.indexOf(Math.min(...filled));
    foldOfGroup.set(group, fold);
    filled[fold] = (filled[fold] as number) + size;
  }
  return Uint32Array.from(groups, (group) => foldOfGroup.get(group) as number);
}

function timeFolds(folds: number, { times, window, gap }: Extract<FoldRule, { method: 'time' }>): Fold[] {
  const missing = times.findIndex((time) => Number.isNaN(time));
  if (missing >= 0) {
    throw new AppError('params.invalid', `The time of row ${missing + 1} is missing.`, {
      fix: 'Drop rows without a time before the features, or divide the rows in another way.',
      details: { field: 'column' },
    });
  }
  const order = ascending(times.length).sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
  const starts = Array.from({ length: folds + 1 }, (_, block) => {
    let place = Math.round((block * order.length) / (folds + 1));
    // Rows of one time go to the later block.
    while (place > 0 && place < order.length && times[order[place] as number] === times[order[place - 1] as number]) {
      place--;
    }
    return place;
  });
  return Array.from({ length: folds }, (_, fold) => {
    const [from, to] = [starts[fold + 1] as number, starts[fold + 2] ?? order.length];
    const start = times[order[from] as number] as number;
    let last = from;
    if (gap > 0) while (last > 0 && (times[order[last - 1] as number] as number) > start - gap) last--;
    const first = window === 'rolling' ? Math.max(0, last - (starts[1] as number)) : 0;
    if (last - first < 1 || to - from < 1) {
      throw new AppError('params.invalid', `Fold ${fold + 1} of ${folds} has no rows to learn from or to measure on.`, {
        fix: 'Ask for fewer folds, a smaller gap, or rows of more different times.',
        details: { field: 'folds' },
      });
    }
    return { train: order.slice(first, last).sort(), valid: order.slice(from, to).sort() };
  });
}

function ascending(rows: number): Uint32Array {
  return Uint32Array.from({ length: rows }, (_, row) => row);
}

/** Fisher–Yates from the end; only the last `places` are drawn. */
function shuffled(rows: number, uniform: Uniform, places = rows): Uint32Array {
  const order = ascending(rows);
  for (let i = rows - 1; i >= rows - places; i--) {
    const j = Math.floor(uniform() * (i + 1));
    const kept = order[i] as number;
    order[i] = order[j] as number;
    order[j] = kept;
  }
  return order;
}

function rowsWhere(rows: number, isIn: (row: number) => boolean): Uint32Array {
  return ascending(rows).filter(isIn);
}
