import { lossAt, type Pruner } from './pruner.ts';
import { toLoss, type Trial } from './trial.ts';

export interface SuccessiveHalvingOptions {
  /** Step of the first rung, ≥ 1; `auto`: a hundredth of the longest complete trial, nothing being pruned before one. */
  minResource?: number | 'auto';
  /** η ≥ 2. */
  reductionFactor?: number;
  /** Rungs left out at the start. */
  minEarlyStoppingRate?: number;
  /** Which trials compete with each other; default all. */
  competes?: (a: Trial, b: Trial) => boolean;
}

/**
 * Asynchronous successive halving (Li et al., 2020): a trial that reaches rung r, at step
 * minResource · η^(minEarlyStoppingRate + r), goes on only if it is among the best 1/η of the values seen there so far,
 * its own included, and the best one always does. NaN ends a trial.
 */
export function successiveHalving(options: SuccessiveHalvingOptions = {}): Pruner {
  const { minResource = 'auto', reductionFactor = 4, minEarlyStoppingRate = 0, competes = () => true } = options;
  return {
    shouldPrune(trial, trials, direction) {
      const report = trial.reports.at(-1);
      if (report === undefined) return false;
      if (Number.isNaN(report.value)) return true;
      const first = minResource === 'auto' ? estimatedResource(trials) : minResource;
      if (first === undefined) return false;
      const previousStep = trial.reports.at(-2)?.step ?? Number.NEGATIVE_INFINITY;
      const loss = toLoss(report.value, direction);
      for (let rung = 0; ; rung++) {
        const step = first * reductionFactor ** (minEarlyStoppingRate + rung);
        if (report.step < step) return false;
        // Passed at an earlier report already.
        if (previousStep >= step) continue;
        const seen = trials.flatMap((other) => {
          if (other.number === trial.number || !competes(other, trial)) return [];
          const at = lossAt(other, step, direction);
          return at === undefined || Number.isNaN(at) ? [] : [at];
        });
        seen.push(loss);
        seen.sort((a, b) => a - b);
        const promoted = Math.max(1, Math.floor(seen.length / reductionFactor));
        if (loss > (seen[promoted - 1] as number)) return true;
      }
    },
  };
}

function estimatedResource(trials: readonly Trial[]): number | undefined {
  let longest: number | undefined;
  for (const { state, reports } of trials) {
    const last = reports.at(-1)?.step;
    if (state === 'complete' && last !== undefined) longest = Math.max(longest ?? 0, last);
  }
  return longest === undefined ? undefined : Math.max(1, Math.floor(longest / 100));
}
