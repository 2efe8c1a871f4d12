import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FittedLinear, fitLinear, rawCoefficients } from '../../../main/compute/linear/fit-linear.ts';
import { encodeLinear } from '../../../main/compute/linear/native-linear.ts';
import { writeLinear } from '../../../main/compute/linear/write-linear.ts';
import { appendModel } from '../../../main/compute/onnx/append-model.ts';
import type { ClassLabel, FeatureColumn } from '../../../shared/model/signature.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { readTrainingData } from '../../lib/training-data.ts';
import { writeModel } from '../../lib/write-model.ts';
import { linearNode } from './definition.ts';

export const runner = implementNode(linearNode, {
  async run(ctx) {
    const { pipeline, table, labels, matrix } = await readTrainingData(ctx);
    const { l2, maxIterations, tolerance } = ctx.params;
    const metric = labels.task === 'regression' ? 'halfSquaredError' : 'logLoss';
    const losses: number[] = [];
    const fitted = await fitLinear({
      task: labels.task,
      matrix,
      groups: pipeline.features,
      target: labels.values,
      classCount: labels.classes.length,
      l2,
      maxIterations,
      tolerance,
      threads: ctx.threads,
      signal: ctx.signal,
      onIteration(iteration, loss) {
        losses.push(loss);
        ctx.progress({ done: iteration, total: maxIterations, unit: 'iterations' });
        ctx.partial({ curve: { metric, train: losses, valid: [] } });
      },
    });
    const iterations = fitted.losses.length - 1;
    if (fitted.converged) {
      ctx.log('info', `Converged after ${iterations} iterations.`);
    } else {
      ctx.log(
        'warn',
        `The solver did not converge in ${iterations} iterations. Raise “maxIterations”, or set L2 above 0: without a ` +
          'penalty the coefficients of separable classes grow without end.',
      );
    }
    if (fitted.collinear) {
      ctx.log('warn', 'Some columns are constant or follow from others; a small ridge was added to solve.');
    }
    const fused = await appendModel({
      pipeline,
      ...(labels.task === 'regression'
        ? {}
        : { classification: { classes: labels.classes, labelType: labels.label.type } }),
      build: (builder, features) => writeLinear(builder, features, fitted.model),
    });
    const draft = await writeModel({
      ctx,
      table,
      features: { table: pipeline.table, inputs: fused.inputs, outputs: pipeline.features },
      pipeline,
      labels,
      model: {
        onnx: fused.bytes,
        native: encodeLinear(fitted.model),
        trainer: { kind: linearNode.kind, params: { ...ctx.params } },
        curve: { metric, train: fitted.losses, valid: [] },
        importance: meanMagnitude(fitted),
      },
    });
    const path = join(ctx.workDir, 'coefficients.json');
    await writeFile(path, `${JSON.stringify(coefficientTable(fitted, pipeline.features, labels.classes), null, 2)}\n`);
    return { model: { ...draft, files: { ...draft.files, 'coefficients.json': path } } };
  },
});

/** Mean |standardised coefficient| over the outputs, per column. */
function meanMagnitude({ model }: FittedLinear): number[] {
  return Array.from({ length: model.width }, (_, c) => {
    const row = model.coefficients.subarray(c * model.outputs, (c + 1) * model.outputs);
    // A constant column takes no part, whatever a regularised solver left in its coefficient.
    return model.standardization.inverseScale[c] === 0 ? 0 : row.reduce((sum, value) => sum + Math.abs(value), 0);
  });
}

/** `coefficients.json`: one entry per output, in the units of the feature columns. */
function coefficientTable(fitted: FittedLinear, features: readonly FeatureColumn[], classes: readonly ClassLabel[]) {
  const names = features.flatMap((feature) =>
    feature.width === 1
      ? [{ feature: feature.name }]
      : Array.from({ length: feature.width }, (_, i) => ({
          feature: feature.name,
          column: feature.labels?.[i] ?? String(i),
        })),
  );
  return {
    outputs: Array.from({ length: fitted.model.outputs }, (_, output) => {
      const raw = rawCoefficients(fitted, output);
      return {
        // Binary: the log odds of the second class.
        class: classes[fitted.model.task === 'binary' ? 1 : output] ?? null,
        intercept: raw.at(-1)?.coefficient,
        coefficients: names.map((name, c) => ({ ...name, ...raw[c] })),
      };
    }),
  };
}
