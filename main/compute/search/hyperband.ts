import { crc32 } from 'node:zlib';
import type { Pruner } from './pruner.ts';
import { successiveHalving } from './successive-halving.ts';
import type { Trial } from './trial.ts';

export interface HyperbandOptions {
  /** Name that, with the number of a trial, decides its bracket. */
  studyName: string;
  /** Step of the earliest rung, ≥ 1. */
  minResource?: number;
  /** Steps of a whole trial. */
  maxResource: number;
  /** η ≥ 2. */
  reductionFactor?: number;
}

/**
 * Hyperband (Li et al., 2018) without a fixed schedule: trials are spread over brackets of successive halving that start
 * to prune ever later, and compete within their bracket.
 */
export function hyperband({ studyName, minResource = 1, maxResource, reductionFactor = 3 }: HyperbandOptions): Pruner {
  const budgets = bracketBudgets(minResource, maxResource, reductionFactor);
  const bracketOf = ({ number }: Trial) => bracketOfTrial(studyName, number, budgets);
  const brackets = budgets.map((_, bracket) =>
    successiveHalving({
      minResource,
      reductionFactor,
      minEarlyStoppingRate: bracket,
      competes: (a, b) => bracketOf(a) === bracketOf(b),
    }),
  );
  return {
    shouldPrune: (trial, trials, direction) =>
      (brackets[bracketOf(trial)] as Pruner).shouldPrune(trial, trials, direction),
  };
}

/** ⌈B · η^s / (s + 1)⌉ with s = B − 1 − b for each of the B = ⌊log_η(max / min)⌋ + 1 brackets b. */
export function bracketBudgets(minResource: number, maxResource: number, reductionFactor: number): number[] {
  let count = 1;
  for (let resource = minResource * reductionFactor; resource <= maxResource; resource *= reductionFactor) count++;
  return Array.from({ length: count }, (_, bracket) => {
    const s = count - 1 - bracket;
    return Math.ceil((count * reductionFactor ** s) / (s + 1));
  });
}

export function bracketOfTrial(studyName: string, number: number, budgets: readonly number[]): number {
  const total = budgets.reduce((sum, budget) => sum + budget, 0);
  let left = crc32(`${studyName}_${number}`) % total;
  for (let bracket = 0; bracket < budgets.length; bracket++) {
    left -= budgets[bracket] as number;
    if (left < 0) return bracket;
  }
  throw new RangeError('no bracket has a budget');
}
