import type { z } from 'zod';
import type { Matrix } from '../../main/compute/linear/column-moments.ts';
import { type FittedLinear, fitLinear } from '../../main/compute/linear/fit-linear.ts';
import { encodeLinear } from '../../main/compute/linear/native-linear.ts';
import { writeLinear } from '../../main/compute/linear/write-linear.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { FeatureColumn } from '../../shared/model/signature.ts';
import type { linearNode } from '../train/linear/definition.ts';
import { type FitHooks, type FittedModel, type TrainingTargets, trainingWeights } from './fitted-model.ts';

export interface FitLinearModelOptions {
  matrix: Matrix;
  features: readonly FeatureColumn[];
  targets: TrainingTargets;
  params: z.output<(typeof linearNode)['params']>;
  hooks: FitHooks;
}

/** A linear model with the params of `train.linear`. */
export async function fitLinearModel(options: FitLinearModelOptions): Promise<FittedModel & { fitted: FittedLinear }> {
  const { matrix, features, targets, params, hooks } = options;
  const isPoisson = params.objective === 'poisson';
  if (isPoisson && targets.task !== 'regression') {
    throw new AppError('params.invalid', 'The objective “poisson” is of a regression, and the label has classes.', {
      fix: 'Set the task to regression, or the objective to auto.',
    });
  }
  const metric = targets.task !== 'regression' ? 'logLoss' : isPoisson ? 'poissonLoss' : 'halfSquaredError';
  const losses: number[] = [];
  const fitted = await fitLinear({
    task: targets.task,
    matrix,
    groups: features,
    target: targets.values,
    classCount: targets.classes.length,
    l2: params.l2,
    l1: params.l1,
    loss: isPoisson ? 'poisson' : 'squared',
    weights: trainingWeights(targets, params.classWeight),
    maxIterations: params.maxIterations,
    tolerance: params.tolerance,
    threads: hooks.threads,
    signal: hooks.signal,
    onIteration(iteration, loss) {
      losses.push(loss);
      hooks.onProgress(iteration, params.maxIterations, 'iterations');
      hooks.onCurve({ metric, train: losses, valid: [] });
    },
  });
  return {
    fitted,
    native: encodeLinear(fitted.model),
    build: (builder, input) => writeLinear(builder, input, fitted.model),
    curve: { metric, train: fitted.losses, valid: [] },
    importance: meanMagnitude(fitted),
    notes: [...notesOf(fitted), ...sparsityNote(fitted, params.l1)],
  };
}

function notesOf({ losses, converged, collinear }: FittedLinear): FittedModel['notes'] {
  const notes: FittedModel['notes'] = [];
  const iterations = losses.length - 1;
  if (converged) notes.push({ level: 'info', text: `Converged after ${iterations} iterations.` });
  else {
    notes.push({
      level: 'warn',
      text:
        `The solver did not converge in ${iterations} iterations. Raise “maxIterations”, or set L2 above 0: without a ` +
        'penalty the coefficients of separable classes grow without end.',
    });
  }
  if (collinear) {
    const text = 'Some columns are constant or follow from others; a small ridge was added to solve.';
    notes.push({ level: 'warn', text });
  }
  return notes;
}

function sparsityNote({ model }: FittedLinear, l1: number): FittedModel['notes'] {
  if (l1 === 0) return [];
  const kept = model.coefficients.reduce((count, value) => count + (value === 0 ? 0 : 1), 0);
  return [{ level: 'info', text: `${kept} of ${model.coefficients.length} coefficients are not 0.` }];
}

/** Mean |standardised coefficient| over the outputs, per column. */
function meanMagnitude({ model }: FittedLinear): number[] {
  return Array.from({ length: model.width }, (_, c) => {
    const row = model.coefficients.subarray(c * model.outputs, (c + 1) * model.outputs);
    // A constant column takes no part, whatever a regularised solver left in its coefficient.
    return model.standardization.inverseScale[c] === 0 ? 0 : row.reduce((sum, value) => sum + Math.abs(value), 0);
  });
}
