import type { z } from 'zod';
import { gridSampler } from '../../../main/compute/search/grid-sampler.ts';
import { hyperband } from '../../../main/compute/search/hyperband.ts';
import type { Pruner } from '../../../main/compute/search/pruner.ts';
import { randomSampler } from '../../../main/compute/search/random-sampler.ts';
import type { SamplerFactory } from '../../../main/compute/search/sampler.ts';
import { Search } from '../../../main/compute/search/search.ts';
import type { ParamValues } from '../../../main/compute/search/space.ts';
import { successiveHalving } from '../../../main/compute/search/successive-halving.ts';
import { tpeSampler } from '../../../main/compute/search/tpe-sampler.ts';
import { type Direction, toLoss, type Trial } from '../../../main/compute/search/trial.ts';
import { createScheduler, type ResourceRequest } from '../../../main/compute/scheduling/scheduler.ts';
import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import { runsOnDevice } from '../../../shared/node/define-node.ts';
import type { StepItems } from '../../../shared/node/runner.ts';
import type { FitHooks } from '../../lib/fitted-model.ts';
import { divideRows, type Fold, holdOut } from '../../lib/folds.ts';
import { loadNativeScorer } from '../../lib/native-scorer.ts';
import { spaceOf, trainerNodes, trialBytes } from '../../lib/searchable-trainers.ts';
import type { TrainingSet } from '../../lib/training-set.ts';
import { Choices } from './choices.ts';
import type { searchNode } from './definition.ts';
import { chooseMetric, measureMetric, type SearchMetric } from './metric.ts';
import { runTrials, type TrialResult, type TrialRun } from './run-trials.ts';
import { keepTrial, recallTrial } from './trial-items.ts';

export type SearchParams = z.output<(typeof searchNode)['params']>;

export interface FindBestOptions {
  set: TrainingSet;
  params: SearchParams;
  /** Of the step; trials take theirs from them. */
  resources: TrialResources;
  /** Trials to learn from, by number from 0; the budget of trials comes on top of the first `notCounted` of them. */
  trials?: readonly Trial[];
  notCounted?: number;
  /** Values to try first, after those of the params. */
  first?: readonly ParamValues[];
  /** Where trials are kept, and those that others have run. */
  items?: StepItems | undefined;
  onTrial?(state: FoundTrials): void;
}

export interface TrialResources extends Pick<FitHooks, 'threads' | 'memoryBytes' | 'signal' | 'device'> {
  /** Graphics processors; default 0. */
  gpus?: number;
}

export interface FoundTrials {
  trials: readonly Trial[];
  choices: Choices;
  metric: SearchMetric;
  direction: Direction;
}

export interface Found extends FoundTrials {
  best: Trial;
  /** Of the best trial, as the trainer takes them. */
  bestParams: Record<string, unknown>;
  rows: { train: number; validation: number };
}

/** Tries params of a trainer on parts of the rows. Errors: `params.invalid`, `train.no-rows`, `train.diverged`, `run.cancelled`. */
export async function findBest(options: FindBestOptions): Promise<Found> {
  const { params, resources, notCounted = 0 } = options;
  const { metric, direction, choices, search, folds, measure } = openTrials(options);
  await runTrials({
    search,
    direction,
    trials: params.trials + notCounted,
    parallel: lanesOf(params, resources),
    deadlineMs: params.maxSeconds > 0 ? performance.now() + params.maxSeconds * 1000 : Number.POSITIVE_INFINITY,
    signal: resources.signal,
    run: async (trial) => {
      const { items } = options;
      if (items === undefined) return measure(trial);
      const { number, params: drawn } = trial;
      return (
        (await recallTrial(items, number, drawn, trial)) ??
        keepTrial(items, number, drawn, (report) => measure({ ...trial, report }), trial.report)
      );
    },
    onTrial: () => options.onTrial?.({ trials: search.trials, choices, metric, direction }),
  });
  const { best } = search;
  if (best === undefined) {
    throw new AppError('train.diverged', `None of ${search.trials.length} trials gave a value of “${metric}”.`, {
      fix: 'Choose another metric, more validation rows, or smaller learning rates.',
    });
  }
  const [part] = folds as [Fold];
  return {
    trials: search.trials,
    choices,
    metric,
    direction,
    best,
    bestParams: choices.values(best.params),
    rows: { train: part.train.length, validation: part.valid.length },
  };
}

interface OpenTrials {
  metric: SearchMetric;
  direction: Direction;
  choices: Choices;
  search: Search;
  folds: Fold[];
  measure(trial: TrialRun): Promise<TrialResult>;
}

function openTrials(options: FindBestOptions): OpenTrials {
  const { set, params, resources } = options;
  const { metric, direction } = chooseMetric(params.metric, set.targets.task);
  if (set.rows < 2) {
    throw new AppError('train.no-rows', 'One row cannot be both trained on and measured.', {
      fix: 'Give the search more rows.',
    });
  }
  const choices = new Choices(spaceOf(params));
  const first = [...params.first.map((values) => choices.paramsOf(values)), ...(options.first ?? [])];
  const search = openSearch(params, { choices, direction, first, trials: options.trials ?? [] });
  const folds = foldsOf(set, params);
  const parts = partsOf(set, folds);
  const { threads, memoryBytes, gpus = 0, device = 'cpu' } = resources;
  const lanes = lanesOf(params, resources);
  const turns = createScheduler({ cores: threads, memoryBytes, maxWorkers: lanes, gpus });
  const cpu = Math.floor(threads / lanes);
  const needed = runsOnDevice(trainerNodes[params.trainer], {}) ? gpusFor(device) : {};
  const measure = async ({ params: drawn, signal, report }: TrialRun) => {
    const given = { ...params.fixed, ...choices.values(drawn) };
    const size = { rows: set.rows, columns: set.width, bytes: undefined };
    const request = { cpu, memoryBytes: trialBytes(params.trainer, given, size), ...needed };
    const lease = await turns.acquire(request, signal);
    // Another trial has the graphics processor, or there is none.
    const isOnCpu = lease.gpus === 0 && device === 'auto';
    const hooks = { ...lease, signal, device: isOnCpu ? 'cpu' : device };
    try {
      return await measureTrial(given, report, { params, metric, direction, folds: folds.length, parts, hooks });
    } finally {
      lease.release();
    }
  };
  return { metric, direction, choices, search, folds, measure };
}

/**
 * Runs and keeps the trials of `items.share` that follow from the seed alone: the first `count`, as long as nothing is known
 * that they could learn from. Errors: those of `findBest`.
 */
export async function runShare(options: FindBestOptions & { items: StepItems }, count: number): Promise<void> {
  const { items, resources } = options;
  const { share = { index: 0, count: 1 } } = items;
  // A share goes through its trials one by one.
  const { search, measure } = openTrials({ ...options, params: { ...options.params, parallelTrials: 1 } });
  const from = search.trials.length;
  if (from > 0 && options.params.sampler === 'tpe') return;
  for (let done = 0; done < count; done++) {
    const trial = search.ask();
    if (trial === undefined) return;
    const { number, params } = trial;
    if (number % share.count !== share.index || (await items.get(number)) !== undefined) continue;
    resources.signal.throwIfAborted();
    const run: TrialRun = { number, params, signal: resources.signal, report: () => undefined };
    try {
      await keepTrial(items, number, params, (report) => measure({ ...run, report }), run.report);
    } catch (error) {
      if (toAppError(error).code !== 'train.diverged') throw error;
    }
  }
}

/** Trials at the same time: each has a thread at least. */
function lanesOf({ parallelTrials }: SearchParams, { threads }: TrialResources): number {
  return Math.max(1, Math.min(parallelTrials, threads));
}

/** One that is asked for is waited for; what measures where it is faster goes on without. */
function gpusFor(device: string): Pick<ResourceRequest, 'gpus' | 'gpusIfFree'> {
  if (device === 'cpu') return {};
  return device === 'auto' ? { gpusIfFree: 1 } : { gpus: 1 };
}

function foldsOf({ rows, targets }: TrainingSet, params: SearchParams): Fold[] {
  const { folds, validationRows, seed } = params;
  if (folds === 0) return [holdOut(rows, params.validationShare, validationRows, seed)];
  if (validationRows === 'last') {
    const times = Float64Array.from({ length: rows }, (_, row) => row);
    return divideRows(rows, folds, { method: 'time', times, window: 'expanding', gap: 0 }, seed);
  }
  const classes = targets.task !== 'regression';
  return divideRows(rows, folds, { method: 'stratified', values: targets.values, classes }, seed);
}

interface Part {
  train: TrainingSet;
  valid: TrainingSet;
  features: Float32Array;
}

/** The rows of a fold; of several, they are copied again for each trial, which takes less than training and no memory between. */
function partsOf(set: TrainingSet, folds: readonly Fold[]): (fold: number) => Part {
  const cut = ({ train, valid }: Fold): Part => {
    const held = set.select(valid);
    return { train: set.select(train), valid: held, features: held.columnMajor() };
  };
  if (folds.length > 1) return (fold) => cut(folds[fold] as Fold);
  const only = cut(folds[0] as Fold);
  return () => only;
}

interface TrialSetting {
  params: SearchParams;
  metric: SearchMetric;
  direction: Direction;
  folds: number;
  parts(fold: number): Part;
  hooks: Pick<FitHooks, 'threads' | 'memoryBytes' | 'signal' | 'device'>;
}

/** Means over the folds. */
async function measureTrial(
  given: Record<string, unknown>,
  report: (step: number, loss: number) => void,
  { params, metric, direction, folds, parts, hooks }: TrialSetting,
): Promise<TrialResult> {
  const byFold = folds > 1;
  const sums = new Map<string, number>();
  const add = (name: string, value: number) => sums.set(name, (sums.get(name) ?? 0) + value);
  const wanted = new Set<SearchMetric>([metric, ...params.constraints.flatMap((one) => asMetric(one.metric) ?? [])]);
  for (let fold = 0; fold < folds; fold++) {
    const { train, valid, features } = parts(fold);
    const started = performance.now();
    const fitted = await train.fit(byFold ? given : forTrial(params, given), {
      ...hooks,
      onProgress: () => undefined,
      onCurve: ({ valid: losses }) => {
        const loss = losses.at(-1);
        if (!byFold && params.pruner !== 'none' && loss !== undefined) report(losses.length, loss);
      },
    });
    hooks.signal.throwIfAborted();
    add('trainSeconds', (performance.now() - started) / 1000);
    add('modelBytes', fitted.native.length);
    const scorer = loadNativeScorer({ trainer: { kind: params.trainer, params: {} } }, fitted.native);
    const scores = await scorer.score(features, valid.rows);
    for (const name of wanted) {
      add(name, measureMetric(name, scores, valid.targets.values, valid.targets.classes.length));
    }
    if (!byFold || params.pruner === 'none') continue;
    report(fold + 1, toLoss((sums.get(metric) as number) / (fold + 1), direction));
    hooks.signal.throwIfAborted();
  }
  const meanOf = (name: string) => (sums.get(name) as number) / folds;
  let violation = 0;
  for (const { metric: name, min, max } of params.constraints) {
    const value = meanOf(name);
    const scale = Math.max(1e-12, Math.abs(min ?? max ?? 1));
    if (min !== undefined && value < min) violation += (min - value) / scale;
    if (max !== undefined && value > max) violation += (value - max) / scale;
  }
  return { value: meanOf(metric), violation };
}

function asMetric(name: SearchParams['constraints'][number]['metric']): SearchMetric | undefined {
  return name === 'modelBytes' || name === 'trainSeconds' ? undefined : name;
}

interface Opening {
  choices: Choices;
  direction: Direction;
  first: readonly ParamValues[];
  trials: readonly Trial[];
}

function openSearch(params: SearchParams, { choices, direction, first, trials }: Opening): Search {
  const samplers: Record<SearchParams['sampler'], () => SamplerFactory> = {
    tpe: () => tpeSampler,
    random: () => randomSampler,
    grid: () => gridSampler(params.gridPoints),
  };
  try {
    const pruner = prunerOf(params);
    return new Search({
      space: choices.space,
      direction,
      sampler: startingWith(first, trials.length, samplers[params.sampler]()),
      seed: params.seed,
      trials,
      ...(pruner === undefined ? {} : { pruner }),
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AppError('params.invalid', `The space cannot be searched: ${error.message}`, {
      fix: 'Change the parameter “space”.',
      cause: error,
    });
  }
}

/** Gives the first trials, from a number on, values that are asked for, over what the sampler draws. */
function startingWith(first: readonly ParamValues[], from: number, factory: SamplerFactory): SamplerFactory {
  if (first.length === 0) return factory;
  return (context) => {
    const sampler = factory(context);
    return {
      propose(number, trials) {
        const drawn = sampler.propose(number, trials);
        return drawn === undefined ? undefined : { ...drawn, ...first[number - from] };
      },
      observe: (trial) => sampler.observe?.(trial),
    };
  };
}

function prunerOf({ pruner, trainer, fixed, folds }: SearchParams): Pruner | undefined {
  if (pruner === 'none' || (trainer === 'train.linear' && folds === 0)) return undefined;
  if (pruner === 'asha') return successiveHalving(folds > 0 ? { minResource: 1, reductionFactor: 2 } : {});
  const shape = trainerNodes[trainer].params.parse(fixed);
  const iterations = 'trees' in shape ? shape.trees : 'epochs' in shape ? shape.epochs : 1;
  return hyperband({ studyName: 'search', maxResource: folds > 0 ? folds : iterations });
}

/** Params of a trial: pruning needs rows that the trainer keeps out itself. */
function forTrial({ pruner, trainer }: SearchParams, given: Record<string, unknown>): Record<string, unknown> {
  if (pruner === 'none' || trainer !== 'train.trees' || Number(given['validation'] ?? 0) > 0) return given;
  return { ...given, validation: 0.1 };
}
