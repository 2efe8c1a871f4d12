import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type InputArtifact, implementNode } from '../../../shared/node/runner.ts';
import type { SearchReport } from '../../../shared/model/search-report.ts';
import { searchReportSchema } from '../../../shared/model/search-report.ts';
import { writeFitted } from '../../lib/run-trainer.ts';
import { checkAgainstTrainer, spaceOf, trainerNodes } from '../../lib/searchable-trainers.ts';
import { readTrainingSet } from '../../lib/training-set.ts';
import { searchNode } from './definition.ts';
import { findBest, type FoundTrials, runShare } from './find-best.ts';
import { earlierTrials } from './earlier-trials.ts';
import { parameterImportance } from './parameter-importance.ts';
import { openTrialLog } from './trial-log.ts';

export const runner = implementNode(searchNode, {
  async run(ctx) {
    const { params } = ctx;
    const [problem] = checkAgainstTrainer(params);
    if (problem !== undefined) throw new AppError('params.invalid', problem.message, { fix: problem.fix });
    const { pipeline, table, labels, set } = await readTrainingSet(ctx, params.trainer, params);
    const earlier = await readEarlier(ctx.inputs['earlier']?.[0]);
    const known = earlierTrials(earlier, params, labels.task);
    if (ctx.items?.share !== undefined) {
      const { trials, first } = known;
      await runShare(
        { set, params, resources: ctx, trials, first, items: ctx.items },
        searchNode.fanOut?.(params) ?? 0,
      );
      return {};
    }
    const log = await openTrialLog(ctx.resumeDir, [
      params,
      table.digest,
      (ctx.inputs['features'] ?? []).map(({ digest }) => digest),
      known.trials,
    ]);
    if (log.trials.length > 0) {
      ctx.log('info', `Goes on after ${log.trials.length} trials of the same search that were run before.`);
    }
    const budget = params.trials + known.trials.length;
    const show = ({ trials, choices, metric, direction }: FoundTrials) => {
      log.keep(trials);
      const done = trials.filter(({ state }) => state !== 'running').length;
      ctx.progress({ done, total: budget, unit: 'trials' });
      ctx.partial({ trials: trials.map((trial) => choices.row(trial)), metric, direction });
    };
    const found = await findBest({
      set,
      params,
      resources: ctx,
      trials: log.trials.length > 0 ? log.trials.slice(0, budget) : known.trials,
      notCounted: known.trials.length,
      first: log.trials.length > 0 ? [] : known.first,
      items: ctx.items,
      onTrial: show,
    });
    const { best, bestParams, metric, direction, trials, choices } = found;
    ctx.log(
      'info',
      `Trial ${best.number} is best: ${metric} ${best.value?.toPrecision(5)} with ${describe(bestParams)}.`,
    );
    if (best.violation !== undefined) {
      ctx.log('warn', 'No trial keeps the constraints; the one that misses them the least is taken.');
    }
    const full = trainerNodes[params.trainer].params.parse({
      ...params.fixed,
      ...bestParams,
      label: params.label,
      task: params.task,
      ...(params.weight === '' ? {} : { weight: params.weight }),
    });
    const fitted = await set.fit(full, {
      ...ctx,
      onProgress: (done, total, unit) => ctx.progress({ done, total, unit, message: 'Training the best on all rows' }),
      onCurve: () => undefined,
    });
    const trainer = { kind: params.trainer, params: full, search: { ...params } };
    const model = await writeFitted(ctx, { pipeline, table, labels }, fitted, trainer);
    const path = join(ctx.workDir, 'search.json');
    const report: SearchReport = {
      type: 'search',
      trainer: params.trainer,
      metric,
      direction,
      sampler: params.sampler,
      pruner: params.pruner,
      space: spaceOf(params),
      folds: params.folds,
      rows: found.rows,
      best: { trial: best.number, value: best.value as number, params: bestParams },
      importance: await parameterImportance(trials, choices.space, direction),
      trials: trials.map((trial) => ({ ...choices.row(trial), reports: trial.reports })),
    };
    await writeFile(path, `${JSON.stringify(report)}\n`);
    const counts = Map.groupBy(trials, ({ state }) => state);
    return {
      model,
      report: {
        type: 'report',
        files: { 'report.json': path },
        meta: {
          task: labels.task,
          metrics: { [`best.${metric}`]: best.value },
          trials: Object.fromEntries([...counts].map(([state, some]) => [state, some.length])),
          best: report.best,
        },
      },
    };
  },
});

async function readEarlier(artifact: InputArtifact | undefined): Promise<SearchReport | undefined> {
  if (artifact === undefined) return undefined;
  try {
    return searchReportSchema.parse(JSON.parse(await readFile(artifact.path('report.json'), 'utf8')));
  } catch (cause) {
    throw new AppError('params.invalid', 'The report at “earlier” is not one of a search.', {
      fix: 'Connect the report of a Search step.',
      cause,
    });
  }
}

function describe(params: Record<string, unknown>): string {
  return Object.entries(params)
    .map(
      ([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toPrecision(4)) : JSON.stringify(value)}`,
    )
    .join(', ');
}
