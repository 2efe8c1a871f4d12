import type { Matrix } from '../../main/compute/linear/column-moments.ts';
import type { FeatureColumn } from '../../shared/model/signature.ts';
import type { InputArtifact, StepContext } from '../../shared/node/runner.ts';
import { cnnNode } from '../train/cnn/definition.ts';
import { forestNode } from '../train/forest/definition.ts';
import { linearNode } from '../train/linear/definition.ts';
import { mlpNode } from '../train/mlp/definition.ts';
import { treesNode } from '../train/trees/definition.ts';
import { fitForest } from './fit-forest.ts';
import { fitLinearModel } from './fit-linear.ts';
import { fitNetwork } from './fit-network.ts';
import { fitTrees } from './fit-trees.ts';
import type { FitHooks, FittedModel, TrainingTargets } from './fitted-model.ts';
import { imageSegment } from './image-segment.ts';
import type { Labels } from './labels.ts';
import { readQueries, readRowWeights } from './row-columns.ts';
import type { TrainerKind } from './searchable-trainers.ts';
import { readTrainingColumns, readTrainingData, type TrainingInputs } from './training-data.ts';

/** Rows to train on, in the layout of one trainer. */
export interface TrainingSet {
  rows: number;
  /** Columns of the matrix. */
  width: number;
  targets: TrainingTargets;
  select(rows: Uint32Array): TrainingSet;
  /** Column-major float32 [rows, width], as native scorers take it. */
  columnMajor(): Float32Array;
  /** Trains with complete params of the trainer; leaves the set as it is. */
  fit(params: Record<string, unknown>, hooks: FitHooks): Promise<FittedModel>;
}

type SetContext = Parameters<typeof readTrainingData>[0] & Pick<StepContext, 'workDir'>;

/** Reads what a trainer with these params learns from. Errors: those of the trainer's own step. */
export async function readTrainingSet(
  ctx: SetContext,
  trainer: TrainerKind,
  params: Readonly<Record<string, unknown>>,
): Promise<TrainingInputs & { set: TrainingSet }> {
  if (trainer === 'train.trees' || trainer === 'train.forest') {
    const data = await readTrainingColumns(ctx);
    const targets = await targetsOf(ctx, data.table, data.labels, params);
    return { ...data, set: columnSet(trainer, data.columns, data.pipeline.features, targets) };
  }
  const data = await readTrainingData(ctx);
  const targets = await targetsOf(ctx, data.table, data.labels, params);
  return { ...data, set: matrixSet(trainer, data.matrix, data.pipeline.features, targets) };
}

/** Labels with the columns of weights and groups that the params name. */
async function targetsOf(
  ctx: SetContext,
  table: InputArtifact,
  labels: Labels,
  params: Readonly<Record<string, unknown>>,
): Promise<TrainingTargets> {
  const weight = String(params['weight'] ?? '');
  const group = params['objective'] === 'ranking' ? String(params['group'] ?? '') : '';
  return {
    task: labels.task,
    classes: labels.classes,
    values: labels.values,
    weights: await readRowWeights({ table, column: weight, labels, ctx }),
    groups: group === '' ? undefined : await readQueries({ table, column: group, labels, ctx }),
  };
}

function columnSet(
  trainer: 'train.trees' | 'train.forest',
  columns: Float32Array[],
  features: readonly FeatureColumn[],
  targets: TrainingTargets,
): TrainingSet {
  const rows = targets.values.length;
  return {
    rows,
    width: columns.length,
    targets,
    select: (chosen) =>
      columnSet(
        trainer,
        columns.map((column) => Float32Array.from(chosen, (row) => column[row] as number)),
        features,
        selectTargets(targets, chosen),
      ),
    columnMajor() {
      const all = new Float32Array(rows * columns.length);
      columns.forEach((column, c) => {
        all.set(column, c * rows);
      });
      return all;
    },
    fit: (params, hooks) =>
      trainer === 'train.trees'
        ? fitTrees({ columns, features, targets, params: treesNode.params.parse(params), hooks })
        : fitForest({ columns, features, targets, params: forestNode.params.parse(params), hooks }),
  };
}

function matrixSet(
  trainer: 'train.linear' | 'train.mlp' | 'train.cnn',
  matrix: Matrix,
  features: readonly FeatureColumn[],
  targets: TrainingTargets,
): TrainingSet {
  const { values, rows, width } = matrix;
  return {
    rows,
    width,
    targets,
    select(chosen) {
      const selected = new Float32Array(chosen.length * width);
      chosen.forEach((row, i) => {
        selected.set(values.subarray(row * width, (row + 1) * width), i * width);
      });
      const part = { values: selected, rows: chosen.length, width };
      return matrixSet(trainer, part, features, selectTargets(targets, chosen));
    },
    columnMajor() {
      const all = new Float32Array(rows * width);
      for (let row = 0; row < rows; row++) {
        for (let c = 0; c < width; c++) all[c * rows + row] = values[row * width + c] as number;
      }
      return all;
    },
    fit(params, hooks) {
      if (trainer === 'train.linear') {
        return fitLinearModel({ matrix, features, targets, params: linearNode.params.parse(params), hooks });
      }
      // Standardised in place.
      const given = { matrix: { values: values.slice(), rows, width }, features, targets, hooks };
      if (trainer === 'train.mlp') return fitNetwork({ ...given, params: mlpNode.params.parse(params) });
      const parsed = cnnNode.params.parse(params);
      return fitNetwork({ ...given, params: parsed, image: imageSegment(features, parsed) });
    },
  };
}

function selectTargets(
  { task, classes, values, weights, groups }: TrainingTargets,
  rows: Uint32Array,
): TrainingTargets {
  return {
    task,
    classes,
    values: Float64Array.from(rows, (row) => values[row] as number),
    weights: weights && Float32Array.from(rows, (row) => weights[row] as number),
    groups: groups && Uint32Array.from(rows, (row) => groups[row] as number),
  };
}
