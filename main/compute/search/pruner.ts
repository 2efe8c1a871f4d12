import { type Direction, toLoss, type Trial } from './trial.ts';

/** Decides whether a trial that has just reported is worth going on with. */
export interface Pruner {
  /** `trials` are all trials, the reporting one with its reports so far. */
  shouldPrune(trial: Trial, trials: readonly Trial[], direction: Direction): boolean;
}

/** Loss of a trial where it reached a step; undefined when it has not. */
export function lossAt(trial: Trial, step: number, direction: Direction): number | undefined {
  // Trials report at their own pace: the first report that has reached the rung counts.
  const report = trial.reports.find((candidate) => candidate.step >= step);
  return report === undefined ? undefined : toLoss(report.value, direction);
}
