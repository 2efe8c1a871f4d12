import { type Dimension, ParzenEstimator } from './parzen-estimator.ts';
import { drawEvenly } from './random-sampler.ts';
import type { Sampler, SamplerContext, SamplerFactory } from './sampler.ts';
import { fromModel, isActive, modelRange, type ParamValue, type SearchParameter, toModel } from './space.ts';
import { type Direction, isPreferred, type Trial } from './trial.ts';
import { trialRandom, type Uniform } from './trial-random.ts';

const startupTrials = 10;
const candidates = 24;
const largestGoodSet = 25;
/** The newest observations count fully, older ones less. */
const fullWeightTrials = 25;

/** Number of trials that count as good among n. */
function goodCount(n: number): number {
  return Math.min(Math.ceil(0.1 * n), largestGoodSet);
}

/** Weight of observation i (0 = oldest) of n. */
export function observationWeight(i: number, n: number): number {
  if (n < fullWeightTrials || i >= n - fullWeightTrials) return 1;
  const ramp = n - fullWeightTrials;
  return ramp === 1 ? 1 / n : 1 / n + ((1 - 1 / n) * i) / (ramp - 1);
}

/**
 * Tree-structured Parzen estimator (Bergstra et al., 2011) with the defaults of Optuna 5: 10 random trials first; then
 * of 24 draws from the density l of the good trials the one with the largest l / g, g being the density of the others.
 * Parameters that exist under the same condition are modelled together. Trials still running count as bad ones, so that
 * parallel trials spread. Pruned trials rank after complete ones, those that came further first; complete ones that break
 * constraints rank after those that keep them, by how far they do.
 */
export const tpeSampler: SamplerFactory = (context) => new TpeSampler(context);

class TpeSampler implements Sampler {
  readonly #context: SamplerContext;
  /** By condition, in the order of the space. */
  readonly #groups: readonly Group[];
  /** Ended trials that have a value, best first. */
  readonly #ranked: Trial[] = [];

  constructor(context: SamplerContext) {
    this.#context = context;
    const groups = Map.groupBy(context.space, ({ when }) => JSON.stringify(when ?? null));
    this.#groups = [...groups.values()].map((parameters) => new Group(parameters));
  }

  observe(trial: Trial): void {
    if ((trial.state !== 'complete' && trial.state !== 'pruned') || trial.value === undefined) return;
    const { direction } = this.#context;
    let from = 0;
    let to = this.#ranked.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (isBetter(trial, this.#ranked[middle] as Trial, direction)) to = middle;
      else from = middle + 1;
    }
    this.#ranked.splice(from, 0, trial);
    for (const group of this.#groups) group.add(trial);
  }

  propose(number: number, trials: readonly Trial[]): Record<string, ParamValue> {
    const uniform = trialRandom(this.#context.seed, number);
    const params: Record<string, ParamValue> = {};
    const isStartup = this.#ranked.length < startupTrials;
    const running = trials.filter((trial) => trial.state === 'running' && trial.number !== number);
    const isGood = new Uint8Array(number + 1);
    for (const trial of this.#ranked.slice(0, goodCount(this.#ranked.length))) isGood[trial.number] = 1;
    for (const group of this.#groups) {
      if (!isActive(group.parameters[0], params)) continue;
      if (isStartup) for (const parameter of group.parameters) params[parameter.name] = drawEvenly(parameter, uniform);
      else
        Object.assign(
          params,
          group.withRunning(running, () => group.propose(isGood, uniform)),
        );
    }
    return params;
  }
}

function isBetter(a: Trial, b: Trial, direction: Direction): boolean {
  if (a.state !== b.state) return a.state === 'complete';
  if (a.state === 'pruned') {
    const steps = (a.reports.at(-1)?.step ?? 0) - (b.reports.at(-1)?.step ?? 0);
    if (steps !== 0) return steps > 0;
  }
  return isPreferred(a, b, direction);
}

/** All observations of the parameters that exist under one condition. */
class Group {
  readonly parameters: readonly [SearchParameter, ...SearchParameter[]];
  /** Numbers of the trials that have them, ascending. */
  readonly #trials: number[] = [];
  readonly #columns: readonly Column[];

  constructor(parameters: readonly SearchParameter[]) {
    this.parameters = parameters as [SearchParameter, ...SearchParameter[]];
    this.#columns = parameters.map((parameter) => new Column(parameter));
  }

  add(trial: Trial): void {
    // A resumed search may have had another space.
    if (!this.#columns.every((column) => column.accepts(trial.params[column.parameter.name]))) return;
    const at = lowerBound(this.#trials.length, (i) => (this.#trials[i] as number) >= trial.number);
    this.#trials.splice(at, 0, trial.number);
    for (const column of this.#columns) column.add(trial.number, trial.params[column.parameter.name] as ParamValue);
  }

  /** Runs with the values of running trials added, and takes them out again. */
  withRunning<T>(running: readonly Trial[], run: () => T): T {
    for (const trial of running) this.add(trial);
    try {
      return run();
    } finally {
      for (const { number } of running) this.#remove(number);
    }
  }

  propose(isGood: Uint8Array, uniform: Uniform): Record<string, ParamValue> {
    const l = this.#estimator((trial) => isGood[trial] === 1);
    const g = this.#estimator((trial) => isGood[trial] !== 1);
    let best: number[] = [];
    let highest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < candidates; i++) {
      const position = l.draw(uniform);
      const ratio = l.logDensity(position) - g.logDensity(position);
      if (i > 0 && !(ratio > highest)) continue;
      best = position;
      highest = ratio;
    }
    return Object.fromEntries(
      this.#columns.map((column, d) => [column.parameter.name, column.valueAt(best[d] as number)]),
    );
  }

  #estimator(isWanted: (trial: number) => boolean): ParzenEstimator {
    const wanted = this.#trials.filter(isWanted);
    // Place of each wanted trial among them, by age; −1 for the others.
    const place = new Int32Array((this.#trials.at(-1) ?? -1) + 1).fill(-1);
    wanted.forEach((trial, i) => {
      place[trial] = i;
    });
    const weights = Float64Array.from(wanted, (_, i) => observationWeight(i, wanted.length));
    return new ParzenEstimator(
      this.#columns.map((column) => column.dimension(place, wanted.length)),
      weights,
    );
  }

  #remove(number: number): void {
    const at = this.#trials.lastIndexOf(number);
    if (at < 0) return;
    this.#trials.splice(at, 1);
    for (const column of this.#columns) column.remove(number);
  }
}

/** Observations of one parameter, kept sorted by value. */
class Column {
  readonly parameter: SearchParameter;
  #values = new Float64Array(64);
  /** Trial of each value. */
  #owners = new Int32Array(64);
  #count = 0;

  constructor(parameter: SearchParameter) {
    this.parameter = parameter;
  }

  accepts(value: ParamValue | undefined): boolean {
    const { parameter } = this;
    if (value === undefined) return false;
    if (parameter.type === 'categorical') return parameter.choices.includes(value);
    return typeof value === 'number' && value >= parameter.low && value <= parameter.high;
  }

  add(trial: number, value: ParamValue): void {
    const { parameter } = this;
    const position =
      parameter.type === 'categorical' ? parameter.choices.indexOf(value) : toModel(parameter, Number(value));
    if (this.#count === this.#values.length) {
      this.#values = grown(this.#values, new Float64Array(this.#count * 2));
      this.#owners = grown(this.#owners, new Int32Array(this.#count * 2));
    }
    const at = lowerBound(this.#count, (i) => (this.#values[i] as number) > position);
    this.#values.copyWithin(at + 1, at, this.#count);
    this.#owners.copyWithin(at + 1, at, this.#count);
    this.#values[at] = position;
    this.#owners[at] = trial;
    this.#count++;
  }

  remove(trial: number): void {
    const at = this.#owners.subarray(0, this.#count).indexOf(trial);
    this.#values.copyWithin(at, at + 1, this.#count);
    this.#owners.copyWithin(at, at + 1, this.#count);
    this.#count--;
  }

  /** The observations of the trials that have a place ≥ 0. */
  dimension(place: Int32Array, count: number): Dimension {
    const values = new Float64Array(count);
    const order = new Int32Array(count);
    let next = 0;
    for (let i = 0; i < this.#count; i++) {
      const at = place[this.#owners[i] as number] as number;
      if (at < 0) continue;
      values[at] = this.#values[i] as number;
      order[next++] = at;
    }
    const { parameter } = this;
    if (parameter.type === 'categorical') {
      return { type: 'choice', choices: parameter.choices.length, values: Int32Array.from(values) };
    }
    const { low, high } = modelRange(parameter);
    // One value only: any width will do.
    const margin = low === high ? 0.5 : 0;
    const step = parameter.type === 'int' && !parameter.log ? 1 : 0;
    return { type: 'number', low: low - margin, high: high + margin, step, values, order };
  }

  valueAt(position: number): ParamValue {
    const { parameter } = this;
    return parameter.type === 'categorical'
      ? (parameter.choices[position] as ParamValue)
      : fromModel(parameter, position);
  }
}

function grown<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** First of 0 … count − 1 that is past a border, or count. */
function lowerBound(count: number, isPast: (index: number) => boolean): number {
  let from = 0;
  let to = count;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isPast(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}
