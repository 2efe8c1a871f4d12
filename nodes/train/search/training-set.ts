import type { Matrix } from '../../../main/compute/linear/column-moments.ts';
import { trialRandom } from '../../../main/compute/search/trial-random.ts';
import type { FeatureColumn } from '../../../shared/model/signature.ts';
import type { StepContext } from '../../../shared/node/runner.ts';
import { fitLinearModel } from '../../lib/fit-linear.ts';
import { fitNetwork } from '../../lib/fit-network.ts';
import { fitTrees } from '../../lib/fit-trees.ts';
import type { FitHooks, FittedModel, TrainingTargets } from '../../lib/fitted-model.ts';
import { readTrainingColumns, readTrainingData, type TrainingInputs } from '../../lib/training-data.ts';
import { linearNode } from '../linear/definition.ts';
import { mlpNode } from '../mlp/definition.ts';
import { treesNode } from '../trees/definition.ts';
import type { TrainerKind } from '../../lib/searchable-trainers.ts';

/** Rows to train on, in the layout of one trainer. */
export interface TrainingSet {
  rows: number;
  targets: TrainingTargets;
  select(rows: Uint32Array): TrainingSet;
  /** Column-major float32 [rows, width], as native scorers take it. */
  columnMajor(): Float32Array;
  /** Trains with complete params of the trainer; leaves the set as it is. */
  fit(params: Record<string, unknown>, hooks: FitHooks): Promise<FittedModel>;
}

type SearchContext = Parameters<typeof readTrainingData>[0] & Pick<StepContext, 'workDir'>;

/** Reads what the trainer learns from. Errors: those of the trainer's own step. */
export async function readTrainingSet(
  ctx: SearchContext,
  trainer: TrainerKind,
): Promise<TrainingInputs & { set: TrainingSet }> {
  if (trainer === 'train.trees') {
    const data = await readTrainingColumns(ctx);
    return { ...data, set: columnSet(data.columns, data.pipeline.features, data.labels) };
  }
  const data = await readTrainingData(ctx);
  return { ...data, set: matrixSet(trainer, data.matrix, data.pipeline.features, data.labels) };
}

function columnSet(columns: Float32Array[], features: readonly FeatureColumn[], targets: TrainingTargets): TrainingSet {
  const rows = targets.values.length;
  return {
    rows,
    targets,
    select: (chosen) =>
      columnSet(
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
    fit: (params, hooks) => fitTrees({ columns, features, targets, params: treesNode.params.parse(params), hooks }),
  };
}

function matrixSet(
  trainer: 'train.linear' | 'train.mlp',
  matrix: Matrix,
  features: readonly FeatureColumn[],
  targets: TrainingTargets,
): TrainingSet {
  const { values, rows, width } = matrix;
  return {
    rows,
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
      const own = { values: values.slice(), rows, width };
      return fitNetwork({ matrix: own, features, targets, params: mlpNode.params.parse(params), hooks });
    },
  };
}

function selectTargets({ task, classes, values }: TrainingTargets, rows: Uint32Array): TrainingTargets {
  return { task, classes, values: Float64Array.from(rows, (row) => values[row] as number) };
}

/** Which rows trials learn from and which they are measured on, both ascending and not empty (of at least two rows). */
export function splitRows(
  rows: number,
  share: number,
  which: 'random' | 'last',
  seed: number,
): { train: Uint32Array; valid: Uint32Array } {
  const held = Math.min(rows - 1, Math.max(1, Math.round(rows * share)));
  const order = Uint32Array.from({ length: rows }, (_, row) => row);
  if (which === 'random') {
    const uniform = trialRandom(seed, -2);
    // The last `held` places of a Fisher–Yates shuffle.
    for (let i = rows - 1; i >= rows - held; i--) {
      const j = Math.floor(uniform() * (i + 1));
      const kept = order[i] as number;
      order[i] = order[j] as number;
      order[j] = kept;
    }
  }
  return { train: order.slice(0, rows - held).sort(), valid: order.slice(rows - held).sort() };
}
