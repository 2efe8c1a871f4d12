import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { EvaluationReport } from '../../../shared/model/report.ts';
import type { ModelManifest } from '../../../shared/model/signature.ts';
import { runsOnDevice } from '../../../shared/node/define-node.ts';
import { implementNode, type StepContext } from '../../../shared/node/runner.ts';
import type { FitHooks } from '../../lib/fitted-model.ts';
import { divideRows, type Fold, type FoldRule } from '../../lib/folds.ts';
import { loadNativeScorer } from '../../lib/native-scorer.ts';
import { readModelManifest } from '../../lib/read-model-manifest.ts';
import { readRowGroups, readRowTimes } from '../../lib/row-columns.ts';
import { isTrainer, type TrainerKind, trainerNodes } from '../../lib/searchable-trainers.ts';
import type { TrainingInputs } from '../../lib/training-data.ts';
import { readTrainingSet, type TrainingSet } from '../../lib/training-set.ts';
import { measure } from '../evaluate/measure.ts';
import { searchNode } from '../search/definition.ts';
import { findBest } from '../search/find-best.ts';
import { crossValidateNode } from './definition.ts';
import { foldItem, type Measured } from './fold-item.ts';
import { summaryOf } from './summary.ts';
import { writePredictions } from './write-predictions.ts';

type Params = z.output<(typeof crossValidateNode)['params']>;

export const runner = implementNode(crossValidateNode, {
  async run(ctx) {
    const { params } = ctx;
    const model = ctx.inputs['model']?.[0];
    if (model === undefined) throw new AppError('internal.bug', 'The model is not connected.');
    const manifest = await readModelManifest(model);
    const trainer = requireTrainer(manifest);
    const own = { label: manifest.label.column, task: manifest.task };
    const data = await readTrainingSet(
      { ...ctx, inputs: { features: [model] }, params: own },
      trainer,
      manifest.trainer.params,
    );
    const { set } = data;
    const rule = await ruleOf(params, data, set, ctx);
    const folds = divideRows(set.rows, params.folds, rule, params.seed);
    const width = manifest.task === 'regression' ? 1 : data.labels.classes.length;
    const scores = new Float32Array(set.rows * width).fill(Number.NaN);
    const foldOf = new Int32Array(set.rows).fill(-1);
    const results: Measured[] = [];
    const { share } = ctx.items ?? {};
    const device = runsOnDevice(trainerNodes[trainer], {}) && ctx.device !== 'auto' ? ctx.device : 'cpu';
    const together = device === 'cpu' ? params.parallelFolds : Math.min(params.parallelFolds, Math.max(1, ctx.gpus));
    // A share goes through its folds one by one.
    const lanes = share === undefined ? Math.min(together, folds.length) : 1;
    const hooks: FoldSetting['hooks'] = {
      device,
      gpus: device === 'cpu' ? 0 : Math.max(1, Math.floor(ctx.gpus / lanes)),
      threads: Math.max(1, Math.floor(ctx.threads / lanes)),
      memoryBytes: ctx.memoryBytes / lanes,
      signal: ctx.signal,
      onProgress: () => undefined,
      onCurve: () => undefined,
    };
    const foldAt = (index: number) =>
      foldItem(ctx.items, index, () => runFold({ manifest, set, fold: folds[index] as Fold, params, hooks }));
    if (share !== undefined) {
      for (let index = share.index; index < folds.length; index += share.count) await foldAt(index);
      return {};
    }
    let next = 0;
    let done = 0;
    const lane = async () => {
      while (next < folds.length) {
        const index = next++;
        const fold = folds[index] as Fold;
        const measured = await foldAt(index);
        ctx.signal.throwIfAborted();
        fold.valid.forEach((row, i) => {
          scores.set(measured.scores.subarray(i * width, (i + 1) * width), row * width);
          foldOf[row] = index;
        });
        results[index] = measured;
        done++;
        ctx.progress({ done, total: folds.length, unit: 'folds' });
        ctx.partial({ folds: results.filter(Boolean).map(({ metrics }) => ({ metrics })) });
      }
    };
    const ends = await Promise.allSettled(Array.from({ length: lanes }, lane));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;

    const measuredRows = Uint32Array.from(foldOf.keys()).filter((row) => (foldOf[row] as number) >= 0);
    const pooled = {
      rows: measuredRows.length,
      scores: Float32Array.from({ length: measuredRows.length * width }, (_, i) => {
        const row = measuredRows[Math.floor(i / width)] as number;
        return scores[row * width + (i % width)] as number;
      }),
      actual: Float64Array.from(measuredRows, (row) => set.targets.values[row] as number),
      ordinals: Float64Array.from(measuredRows, (row) => data.labels.rows?.[row] ?? row),
      unlabelled: 0,
    };
    const whole = measure(manifest, pooled);
    const summary = summaryOf(results, params.confidence);
    const metrics = Object.fromEntries(Object.entries(summary).map(([name, { mean }]) => [name, mean]));
    const nested = results.some((result) => result.searched);
    const report: EvaluationReport = {
      task: manifest.task,
      rows: pooled.rows,
      label: manifest.label.column,
      classes: manifest.classes,
      ...whole,
      metrics,
      crossValidation: {
        method: params.method,
        nested,
        confidence: params.confidence,
        folds: results.map(({ metrics: own, train, validation }) => ({ train, validation, metrics: own })),
        summary,
      },
      parity: null,
    };
    for (const warning of whole.warnings) ctx.log('warn', warning);
    if (manifest.calibration !== undefined) {
      ctx.log('warn', 'The model is calibrated; the folds measure its trainer without the calibration.');
    }
    const path = join(ctx.workDir, 'report.json');
    await writeFile(path, `${JSON.stringify(report)}\n`);
    const predictions = await writePredictions(ctx, data.table, manifest, pooled, measuredRows, foldOf);
    return {
      report: {
        type: 'report',
        files: { 'report.json': path },
        meta: {
          task: report.task,
          rows: report.rows,
          metrics: Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`cv.${name}`, value])),
          model: model.digest,
          folds: folds.length,
          nested,
        },
      },
      predictions: { ...predictions, meta: { ...predictions.meta, outOfFold: { model: model.digest } } },
    };
  },
});

function requireTrainer({ trainer: { kind } }: ModelManifest): TrainerKind {
  if (isTrainer(kind)) return kind;
  throw new AppError('params.invalid', `A model of ${kind} cannot be trained again on parts of its rows.`, {
    fix: 'Connect boosted trees, a forest, a linear model, a network, or Search. A forecast has a backtest of its own.',
    details: { field: 'model' },
  });
}

async function ruleOf(
  { method, column, window, gap }: Params,
  { table, labels }: TrainingInputs,
  { targets }: TrainingSet,
  ctx: Pick<StepContext, 'signal'>,
): Promise<FoldRule> {
  if (method === 'random') return { method };
  if (method === 'stratified') return { method, values: targets.values, classes: targets.task !== 'regression' };
  if (column === '') {
    throw new AppError('params.invalid', `Folds by ${method} need a column.`, {
      fix: 'Choose one.',
      details: { field: 'column' },
    });
  }
  if (method === 'grouped') return { method, groups: await readRowGroups({ table, column, labels, ctx }) };
  return { method, times: await readRowTimes({ table, column, labels, ctx }), window, gap };
}

interface FoldSetting {
  manifest: ModelManifest;
  set: TrainingSet;
  fold: Fold;
  params: Params;
  hooks: FitHooks & Pick<StepContext, 'gpus'>;
}

async function runFold({ manifest, set, fold, params, hooks }: FoldSetting): Promise<Measured> {
  const train = set.select(fold.train);
  const valid = set.select(fold.valid);
  const { search } = manifest.trainer;
  const searches = search !== undefined && params.search === 'again';
  const found = searches
    ? await findBest({ set: train, params: searchNode.params.parse(search), resources: hooks })
    : undefined;
  const fitted = await train.fit({ ...manifest.trainer.params, ...found?.bestParams }, hooks);
  const scorer = loadNativeScorer({ trainer: manifest.trainer }, fitted.native);
  const scores = await scorer.score(valid.columnMajor(), valid.rows);
  const { metrics } = measure(manifest, {
    rows: valid.rows,
    scores,
    actual: valid.targets.values,
    ordinals: Float64Array.from(fold.valid),
    unlabelled: 0,
  });
  return { metrics, scores, train: train.rows, validation: valid.rows, searched: searches };
}
