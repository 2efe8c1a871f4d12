import type { Pruner } from './pruner.ts';
import type { Sampler, SamplerFactory } from './sampler.ts';
import { checkSpace, type SearchSpace } from './space.ts';
import { type Direction, isPreferred, type Trial } from './trial.ts';

export interface SearchOptions {
  space: SearchSpace;
  direction: Direction;
  sampler: SamplerFactory;
  pruner?: Pruner;
  seed: number;
  /** Trials of a search to go on with, by number; those that were running count as failed. */
  trials?: readonly Trial[];
}

/** How a trial ended. A complete trial without a finite value has failed; `violation` as in `Trial`. */
export type TrialEnd =
  | { state: 'complete'; value: number; violation?: number }
  | { state: 'pruned' }
  | { state: 'failed' };

/**
 * A search by asking for trials and telling how they ended. Trials may run in parallel. The same options and the same
 * order of calls give the same trials, whether resumed in between or not. Throws RangeError for a bad space.
 */
export class Search {
  readonly #direction: Direction;
  readonly #sampler: Sampler;
  readonly #pruner: Pruner | undefined;
  readonly #trials: Trial[] = [];
  #best: Trial | undefined;

  constructor({ space, direction, sampler, pruner, seed, trials = [] }: SearchOptions) {
    const [problem] = checkSpace(space);
    if (problem !== undefined) throw new RangeError(problem.message);
    this.#direction = direction;
    this.#sampler = sampler({ space, direction, seed });
    this.#pruner = pruner;
    for (const trial of trials) {
      if (trial.number !== this.#trials.length) throw new RangeError(`trial ${this.#trials.length} is missing`);
      this.#trials.push(trial.state === 'running' ? { ...trial, state: 'failed' } : { ...trial });
      this.#settle(this.#trials.at(-1) as Trial);
    }
  }

  get trials(): readonly Trial[] {
    return this.#trials;
  }

  /** Best complete trial, of those that break constraints the least; the earlier one of equals. */
  get best(): Trial | undefined {
    return this.#best;
  }

  /** The next trial to run; undefined when the sampler has nothing left. */
  ask(): Trial | undefined {
    const number = this.#trials.length;
    const params = this.#sampler.propose(number, this.#trials);
    if (params === undefined) return undefined;
    const trial: Trial = { number, params, state: 'running', reports: [] };
    this.#trials.push(trial);
    return trial;
  }

  /** Reports a value at a step above the last one; true when the trial should stop and be told as pruned. */
  report(number: number, step: number, value: number): boolean {
    const trial = this.#running(number);
    if (step <= (trial.reports.at(-1)?.step ?? Number.NEGATIVE_INFINITY)) throw new RangeError('steps must ascend');
    trial.reports.push({ step, value });
    return this.#pruner?.shouldPrune(trial, this.#trials, this.#direction) ?? false;
  }

  tell(number: number, end: TrialEnd): void {
    const trial = this.#running(number);
    const value = end.state === 'complete' ? end.value : trial.reports.at(-1)?.value;
    trial.state = end.state === 'complete' && !Number.isFinite(end.value) ? 'failed' : end.state;
    if (trial.state !== 'failed' && value !== undefined && Number.isFinite(value)) trial.value = value;
    if (trial.state === 'complete' && end.state === 'complete' && (end.violation ?? 0) > 0) {
      trial.violation = end.violation as number;
    }
    this.#settle(trial);
  }

  #running(number: number): Trial {
    const trial = this.#trials[number];
    if (trial?.state !== 'running') throw new RangeError(`trial ${number} is not running`);
    return trial;
  }

  #settle(trial: Trial): void {
    this.#sampler.observe?.(trial);
    if (trial.state !== 'complete' || trial.value === undefined) return;
    if (this.#best === undefined || isPreferred(trial, this.#best, this.#direction)) this.#best = trial;
  }
}
