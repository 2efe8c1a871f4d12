import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import { taskSchema } from '../../../shared/model/signature.ts';
import { softmaxOf } from '../nn/native-network.ts';
import { decodeWeights, encodeWeights } from '../nn/weights-file.ts';
import type { LinearModel } from './fit-linear.ts';

const headerSchema = z.object({
  task: taskSchema,
  width: z.number(),
  outputs: z.number(),
  target: z.object({ offset: z.number(), scale: z.number() }),
  link: z.enum(['identity', 'log']).default('identity'),
});

/** `native.bin` of a linear model. */
export function encodeLinear(model: LinearModel): Uint8Array {
  const { task, width, outputs, target, link, standardization } = model;
  return encodeWeights({
    header: { task, width, outputs, target, link },
    arrays: {
      mean: Float64Array.from(standardization.mean),
      inverseScale: Float64Array.from(standardization.inverseScale),
      coefficients: model.coefficients,
      intercepts: model.intercepts,
    },
  });
}

/** Errors: `artifact.corrupt`. */
export function decodeLinear(bytes: Uint8Array): LinearModel {
  const { header, arrays } = decodeWeights(bytes);
  const shape = headerSchema.parse(header);
  const { mean, inverseScale, coefficients, intercepts } = arrays;
  if (
    mean?.length !== shape.width ||
    inverseScale?.length !== shape.width ||
    coefficients?.length !== shape.width * shape.outputs ||
    intercepts?.length !== shape.outputs
  ) {
    throw new AppError('artifact.corrupt', 'The native parameters of the linear model do not fit its shape.', {
      fix: 'Train the model again with --force.',
    });
  }
  return {
    ...shape,
    coefficients,
    intercepts,
    standardization: { mean: Float32Array.from(mean), inverseScale: Float32Array.from(inverseScale) },
  };
}

/**
 * Scores in plain float64 arithmetic, independent of ONNX Runtime. `features` is column-major [rows, width]; returns
 * row-major probabilities [rows, C] (binary: C = 2) or predictions [rows, 1].
 */
export function scoreLinear(model: LinearModel, features: Float32Array, rows: number): Float32Array {
  const { task, width, outputs, standardization, coefficients, intercepts, target } = model;
  const scores = new Float32Array(rows * (task === 'binary' ? 2 : outputs));
  const linear = new Float64Array(outputs);
  for (let row = 0; row < rows; row++) {
    linear.set(intercepts);
    for (let c = 0; c < width; c++) {
      const centred = (features[c * rows + row] as number) - (standardization.mean[c] as number);
      const value = centred * (standardization.inverseScale[c] as number);
      for (let k = 0; k < outputs; k++) {
        linear[k] = (linear[k] as number) + value * (coefficients[c * outputs + k] as number);
      }
    }
    if (task === 'regression') {
      const value = (linear[0] as number) * target.scale + target.offset;
      scores[row] = model.link === 'log' ? Math.exp(value) : value;
    } else if (task === 'binary') {
      const z = linear[0] as number;
      scores[row * 2] = 1 / (1 + Math.exp(z));
      scores[row * 2 + 1] = 1 / (1 + Math.exp(-z));
    } else {
      scores.set(softmaxOf(linear), row * outputs);
    }
  }
  return scores;
}
