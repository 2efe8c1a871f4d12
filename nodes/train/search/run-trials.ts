import type { Search } from '../../../main/compute/search/search.ts';
import type { Direction, Trial } from '../../../main/compute/search/trial.ts';
import { AppError, toAppError } from '../../../shared/errors/app-error.ts';

export interface TrialRun {
  number: number;
  params: Trial['params'];
  /** Aborted when the trial is pruned or the step cancelled. */
  signal: AbortSignal;
  /** Reports the loss after an iteration (1, 2, 3 …) where the trainer has one. */
  report(step: number, loss: number): void;
}

export interface TrialResult {
  /** NaN counts as failed. */
  value: number;
  /** How far constraints are broken; 0 where they are kept. */
  violation: number;
}

export interface RunTrialsOptions {
  search: Search;
  direction: Direction;
  trials: number;
  parallel: number;
  /** No trial starts after this, by `performance.now()`. */
  deadlineMs: number;
  signal: AbortSignal;
  run(trial: TrialRun): Promise<TrialResult>;
  onTrial(): void;
}

/**
 * Runs trials until the budget is spent. A trial that diverges has failed; any other error ends the search.
 * Errors: `run.cancelled` and those of `run`.
 */
export async function runTrials(options: RunTrialsOptions): Promise<void> {
  const { search, parallel } = options;
  let broken = false;
  const lane = async () => {
    while (!broken && search.trials.length < options.trials && performance.now() < options.deadlineMs) {
      const trial = search.ask();
      if (trial === undefined) return;
      try {
        await runTrial(trial, options);
      } catch (error) {
        broken = true;
        throw error;
      }
      options.onTrial();
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: parallel }, lane));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function runTrial(trial: Trial, { search, direction, signal, run }: RunTrialsOptions): Promise<void> {
  const pruned = new AbortController();
  try {
    const result = await run({
      number: trial.number,
      params: trial.params,
      signal: AbortSignal.any([signal, pruned.signal]),
      report(step, loss) {
        if (pruned.signal.aborted) return;
        // Reports point the same way as values, so that pruned trials can be ranked.
        if (search.report(trial.number, step, direction === 'minimize' ? loss : -loss)) pruned.abort();
      },
    });
    search.tell(trial.number, { state: 'complete', ...result });
  } catch (error) {
    if (signal.aborted) throw new AppError('run.cancelled', 'Cancelled.', { cause: error });
    if (pruned.signal.aborted) search.tell(trial.number, { state: 'pruned' });
    else if (toAppError(error).code === 'train.diverged') search.tell(trial.number, { state: 'failed' });
    else throw error;
  }
}
