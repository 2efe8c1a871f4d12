import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { gridSampler } from '../../../main/compute/search/grid-sampler.ts';
import { hyperband } from '../../../main/compute/search/hyperband.ts';
import type { Pruner } from '../../../main/compute/search/pruner.ts';
import { randomSampler } from '../../../main/compute/search/random-sampler.ts';
import type { SamplerFactory } from '../../../main/compute/search/sampler.ts';
import { Search } from '../../../main/compute/search/search.ts';
import type { ParamValue, SearchParameter } from '../../../main/compute/search/space.ts';
import { successiveHalving } from '../../../main/compute/search/successive-halving.ts';
import { tpeSampler } from '../../../main/compute/search/tpe-sampler.ts';
import type { Trial } from '../../../main/compute/search/trial.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import type { FitHooks } from '../../lib/fitted-model.ts';
import { loadNativeScorer } from '../../lib/native-scorer.ts';
import { writeFitted } from '../../lib/run-trainer.ts';
import { searchNode } from './definition.ts';
import { chooseMetric, measureMetric } from './metric.ts';
import { runTrials } from './run-trials.ts';
import type { SpaceEntry } from '../../lib/search-space.ts';
import { checkAgainstTrainer, spaceOf, trainerNodes } from '../../lib/searchable-trainers.ts';
import { readTrainingSet, splitRows } from './training-set.ts';

type Params = z.output<(typeof searchNode)['params']>;

export const runner = implementNode(searchNode, {
  async run(ctx) {
    const { params } = ctx;
    const [problem] = checkAgainstTrainer(params);
    if (problem !== undefined) throw new AppError('params.invalid', problem.message, { fix: problem.fix });
    const { pipeline, table, labels, set } = await readTrainingSet(ctx, params.trainer);
    const { metric, direction } = chooseMetric(params.metric, labels.task);
    if (set.rows < 2) {
      throw new AppError('train.no-rows', 'One row cannot be both trained on and measured.', {
        fix: 'Give the search more rows.',
      });
    }
    const split = splitRows(set.rows, params.validationShare, params.validationRows, params.seed);
    const train = set.select(split.train);
    const valid = set.select(split.valid);
    const validFeatures = valid.columnMajor();
    const choices = new Choices(spaceOf(params));
    const search = openSearch(params, choices.space, direction);
    const started = performance.now();
    const threads = Math.max(1, Math.floor(ctx.threads / params.parallelTrials));
    const show = () => {
      const done = search.trials.filter(({ state }) => state !== 'running').length;
      ctx.progress({ done, total: params.trials, unit: 'trials' });
      ctx.partial({ trials: search.trials.map((trial) => trialRow(trial, choices)), metric, direction });
    };
    await runTrials({
      search,
      direction,
      trials: params.trials,
      parallel: params.parallelTrials,
      deadlineMs: params.maxSeconds > 0 ? started + params.maxSeconds * 1000 : Number.POSITIVE_INFINITY,
      signal: ctx.signal,
      async run({ params: drawn, signal, report }) {
        const hooks: FitHooks = {
          threads,
          memoryBytes: ctx.memoryBytes / params.parallelTrials,
          signal,
          onProgress: () => undefined,
          onCurve: ({ valid: losses }) => {
            const loss = losses.at(-1);
            if (params.pruner !== 'none' && loss !== undefined) report(losses.length, loss);
          },
        };
        const fitted = await train.fit(forTrial(params, { ...params.fixed, ...choices.values(drawn) }), hooks);
        signal.throwIfAborted();
        const scorer = loadNativeScorer({ trainer: { kind: params.trainer, params: {} } }, fitted.native);
        const scores = await scorer.score(validFeatures, valid.rows);
        return measureMetric(metric, scores, valid.targets.values, labels.classes.length);
      },
      onTrial: show,
    });
    const { best } = search;
    if (best === undefined) {
      throw new AppError('train.diverged', `None of ${search.trials.length} trials gave a value of “${metric}”.`, {
        fix: 'Choose another metric, more validation rows, or smaller learning rates.',
      });
    }
    const bestParams = choices.values(best.params);
    ctx.log(
      'info',
      `Trial ${best.number} is best: ${metric} ${best.value?.toPrecision(5)} with ${describe(bestParams)}.`,
    );
    const full = trainerNodes[params.trainer].params.parse({
      ...params.fixed,
      ...bestParams,
      label: params.label,
      task: params.task,
    });
    const fitted = await set.fit(full, {
      ...ctx,
      onProgress: (done, total, unit) => ctx.progress({ done, total, unit, message: 'Training the best on all rows' }),
      onCurve: () => undefined,
    });
    const trainer = { kind: params.trainer, params: full };
    const model = await writeFitted(ctx, { pipeline, table, labels }, fitted, trainer);
    const path = join(ctx.workDir, 'search.json');
    const report = {
      trainer: params.trainer,
      metric,
      direction,
      sampler: params.sampler,
      pruner: params.pruner,
      space: spaceOf(params),
      rows: { train: train.rows, validation: valid.rows },
      best: { trial: best.number, value: best.value, params: bestParams },
      trials: search.trials.map((trial) => ({ ...trialRow(trial, choices), reports: trial.reports })),
    };
    await writeFile(path, `${JSON.stringify(report)}\n`);
    const counts = Map.groupBy(search.trials, ({ state }) => state);
    return {
      model,
      report: {
        type: 'report',
        files: { 'search.json': path },
        meta: {
          task: labels.task,
          metrics: { [`best.${metric}`]: best.value },
          trials: Object.fromEntries([...counts].map(([state, trials]) => [state, trials.length])),
          best: report.best,
        },
      },
    };
  },
});

function openSearch(params: Params, space: SearchParameter[], direction: 'minimize' | 'maximize'): Search {
  const samplers: Record<Params['sampler'], () => SamplerFactory> = {
    tpe: () => tpeSampler,
    random: () => randomSampler,
    grid: () => gridSampler(params.gridPoints),
  };
  try {
    const pruner = prunerOf(params);
    const sampler = samplers[params.sampler]();
    return new Search({ space, direction, sampler, seed: params.seed, ...(pruner === undefined ? {} : { pruner }) });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AppError('params.invalid', `The space cannot be searched: ${error.message}`, {
      fix: 'Change the parameter “space”.',
      cause: error,
    });
  }
}

function prunerOf({ pruner, trainer, fixed }: Params): Pruner | undefined {
  if (pruner === 'none' || trainer === 'train.linear') return undefined;
  if (pruner === 'asha') return successiveHalving();
  const shape = trainerNodes[trainer].params.parse(fixed);
  return hyperband({ studyName: 'search', maxResource: 'trees' in shape ? shape.trees : shape.epochs });
}

/** Params of a trial: pruning needs rows that the trainer keeps out itself. */
function forTrial({ pruner, trainer }: Params, given: Record<string, unknown>): Record<string, unknown> {
  if (pruner === 'none' || trainer !== 'train.trees' || Number(given['validation'] ?? 0) > 0) return given;
  return { ...given, validation: 0.1 };
}

/** Values a search space cannot hold as they are (lists) go by their JSON. */
class Choices {
  readonly space: SearchParameter[];
  readonly #originals = new Map<string, Map<ParamValue, unknown>>();

  constructor(entries: readonly SpaceEntry[]) {
    this.space = entries.map((entry): SearchParameter => {
      const condition =
        entry.when === undefined
          ? {}
          : { when: { parameter: entry.when.parameter, in: entry.when.in.map(toParamValue) } };
      if (entry.type !== 'categorical') {
        const { name, type, low, high, log = false } = entry;
        return { name, type, low, high, log, ...condition };
      }
      const choices = entry.choices.map(toParamValue);
      this.#originals.set(entry.name, new Map(choices.map((choice, i) => [choice, entry.choices[i]])));
      return { name: entry.name, type: 'categorical', choices, ...condition };
    });
  }

  /** The values as the trainer takes them. */
  values(params: Trial['params']): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, this.#originals.get(name)?.get(value) ?? value]),
    );
  }
}

function toParamValue(value: unknown): ParamValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value === null ? null : JSON.stringify(value);
}

function trialRow({ number, params, state, value }: Trial, choices: Choices) {
  return { number, state, params: choices.values(params), ...(value === undefined ? {} : { value }) };
}

function describe(params: Record<string, unknown>): string {
  return Object.entries(params)
    .map(
      ([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toPrecision(4)) : JSON.stringify(value)}`,
    )
    .join(', ');
}
