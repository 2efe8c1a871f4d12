import { createRandom } from '../../../main/compute/nn/random.ts';
import type { Task } from '../../../shared/model/signature.ts';

/** Predictions for the test rows of one seed, by both trainers. */
export interface Compared {
  task: Task;
  classes: number;
  target: Float64Array;
  /** Binary: probability of the second class. Multiclass: probabilities, row-major. Regression: predictions. */
  ours: Float32Array;
  theirs: Float32Array;
}

const draws = 200;

/** Area under the ROC curve, macro-averaged one against the rest; a function of how often each row is drawn. */
function aucOf(scores: Float32Array, { task, classes, target }: Compared): (drawn: Uint16Array) => number {
  const columns = task === 'binary' ? [1] : Array.from({ length: classes }, (_, k) => k);
  const width = task === 'binary' ? 1 : classes;
  const sorted = columns.map((positive) => {
    const at = (row: number) => scores[row * width + (task === 'binary' ? 0 : positive)] as number;
    const order = Uint32Array.from(target, (_, row) => row).sort((a, b) => at(a) - at(b));
    return { positive, order, value: Float32Array.from(order, at) };
  });
  return (drawn) => {
    let sum = 0;
    let counted = 0;
    for (const { positive, order, value } of sorted) {
      let below = 0;
      let wins = 0;
      let positives = 0;
      for (let from = 0; from < order.length; ) {
        let high = 0;
        let low = 0;
        let to = from;
        for (; to < order.length && value[to] === value[from]; to++) {
          const row = order[to] as number;
          if (target[row] === positive) high += drawn[row] as number;
          else low += drawn[row] as number;
        }
        wins += high * (below + low / 2);
        positives += high;
        below += low;
        from = to;
      }
      if (positives === 0 || below === 0) continue;
      sum += wins / (positives * below);
      counted++;
    }
    return counted === 0 ? 0.5 : sum / counted;
  };
}

export interface AucGap {
  /** Mean over the seeds. */
  ours: number;
  theirs: number;
  /** |mean difference| / max(0.001, two bootstrap standard errors of the mean difference). */
  gap: number;
}

export function aucGap(seeds: readonly Compared[]): AucGap {
  const random = createRandom(77);
  const sums = { ours: 0, theirs: 0 };
  const differences = new Float64Array(draws);
  for (const compared of seeds) {
    const rows = compared.target.length;
    const ours = aucOf(compared.ours, compared);
    const theirs = aucOf(compared.theirs, compared);
    const once = new Uint16Array(rows).fill(1);
    sums.ours += ours(once) / seeds.length;
    sums.theirs += theirs(once) / seeds.length;
    for (let draw = 0; draw < draws; draw++) {
      const drawn = new Uint16Array(rows);
      for (let i = 0; i < rows; i++) {
        const row = random.below(rows);
        drawn[row] = (drawn[row] as number) + 1;
      }
      differences[draw] = (differences[draw] as number) + (ours(drawn) - theirs(drawn)) / seeds.length;
    }
  }
  const mean = differences.reduce((sum, value) => sum + value, 0) / draws;
  const error = Math.sqrt(differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws - 1));
  return { ...sums, gap: Math.abs(sums.ours - sums.theirs) / Math.max(0.001, 2 * error) };
}

/** Our loss divided by theirs, each the mean over the seeds: cross-entropy of classes, root mean squared error. */
export function lossRatio(seeds: readonly Compared[]): number {
  const mean = (side: 'ours' | 'theirs') =>
    seeds.reduce((sum, compared) => sum + lossOf(compared[side], compared) / seeds.length, 0);
  return mean('ours') / mean('theirs');
}

function lossOf(scores: Float32Array, { task, classes, target }: Compared): number {
  let sum = 0;
  target.forEach((actual, row) => {
    if (task === 'regression') sum += ((scores[row] as number) - actual) ** 2;
    else {
      const second = scores[row] as number;
      const share = task === 'binary' ? (actual === 1 ? second : 1 - second) : scores[row * classes + actual];
      sum -= Math.log(Math.max(1e-15, share as number));
    }
  });
  return task === 'regression' ? Math.sqrt(sum / target.length) : sum / target.length;
}
