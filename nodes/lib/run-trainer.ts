import type { Matrix } from '../../main/compute/linear/column-moments.ts';
import { appendModel } from '../../main/compute/onnx/append-model.ts';
import type { FeatureColumn, ModelManifest } from '../../shared/model/signature.ts';
import type { ArtifactDraft, StepContext } from '../../shared/node/runner.ts';
import type { FitHooks, FittedModel, TrainingTargets } from './fitted-model.ts';
import { readRowWeights } from './row-columns.ts';
import { readTrainingData } from './training-data.ts';
import { writeModel } from './write-model.ts';

interface FitInput {
  /** May be changed in place. */
  matrix: Matrix;
  features: readonly FeatureColumn[];
  targets: TrainingTargets;
  hooks: FitHooks;
}

/** A trainer on a whole matrix: reads the training rows, fits, fuses with the features, writes the model. */
export async function runTrainer(
  ctx: StepContext<Parameters<typeof readTrainingData>[0]['params'] & Record<string, unknown>>,
  kind: string,
  fit: (given: FitInput) => Promise<FittedModel>,
): Promise<{ model: ArtifactDraft }> {
  const { pipeline, table, labels, matrix } = await readTrainingData(ctx);
  const weights = await readRowWeights({ table, column: String(ctx.params['weight'] ?? ''), labels, ctx });
  const fitted = await fit({
    matrix,
    features: pipeline.features,
    targets: { ...labels, weights },
    hooks: {
      ...ctx,
      onProgress: (done, total, unit) => ctx.progress({ done, total, unit }),
      onCurve: (curve) => ctx.partial({ curve }),
    },
  });
  for (const { level, text } of fitted.notes) ctx.log(level, text);
  return { model: await writeFitted(ctx, { pipeline, table, labels }, fitted, { kind, params: { ...ctx.params } }) };
}

/** Fuses a fitted model with the features it was trained on and writes it. */
export async function writeFitted(
  ctx: StepContext<unknown>,
  { pipeline, table, labels }: Pick<Awaited<ReturnType<typeof readTrainingData>>, 'pipeline' | 'table' | 'labels'>,
  fitted: FittedModel,
  trainer: ModelManifest['trainer'],
): Promise<ArtifactDraft> {
  const fused = await appendModel({
    pipeline,
    ...(labels.task === 'regression'
      ? {}
      : { classification: { classes: labels.classes, labelType: labels.label.type } }),
    build: fitted.build,
  });
  return writeModel({
    ctx,
    table,
    inputs: fused.inputs,
    pipeline,
    labels,
    model: {
      onnx: fused.bytes,
      native: fitted.native,
      trainer,
      curve: fitted.curve,
      importance: fitted.importance,
      ...(fitted.ran === undefined ? {} : { ran: fitted.ran }),
    },
  });
}
