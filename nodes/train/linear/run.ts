import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FittedLinear, rawCoefficients } from '../../../main/compute/linear/fit-linear.ts';
import { appendModel } from '../../../main/compute/onnx/append-model.ts';
import type { ClassLabel, FeatureColumn } from '../../../shared/model/signature.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { fitLinearModel } from '../../lib/fit-linear.ts';
import { readRowWeights } from '../../lib/row-columns.ts';
import { readTrainingData } from '../../lib/training-data.ts';
import { writeModel } from '../../lib/write-model.ts';
import { linearNode } from './definition.ts';

export const runner = implementNode(linearNode, {
  async run(ctx) {
    const { pipeline, table, labels, matrix } = await readTrainingData(ctx);
    const trained = await fitLinearModel({
      matrix,
      features: pipeline.features,
      targets: { ...labels, weights: await readRowWeights({ table, column: ctx.params.weight, labels, ctx }) },
      params: ctx.params,
      hooks: {
        ...ctx,
        onProgress: (done, total, unit) => ctx.progress({ done, total, unit }),
        onCurve: (curve) => ctx.partial({ curve }),
      },
    });
    const { fitted } = trained;
    for (const { level, text } of trained.notes) ctx.log(level, text);
    const fused = await appendModel({
      pipeline,
      ...(labels.task === 'regression'
        ? {}
        : { classification: { classes: labels.classes, labelType: labels.label.type } }),
      build: trained.build,
    });
    const draft = await writeModel({
      ctx,
      table,
      inputs: fused.inputs,
      pipeline,
      labels,
      model: {
        onnx: fused.bytes,
        native: trained.native,
        trainer: { kind: linearNode.kind, params: { ...ctx.params } },
        curve: trained.curve,
        importance: trained.importance,
      },
    });
    const path = join(ctx.workDir, 'coefficients.json');
    await writeFile(path, `${JSON.stringify(coefficientTable(fitted, pipeline.features, labels.classes), null, 2)}\n`);
    return { model: { ...draft, files: { ...draft.files, 'coefficients.json': path } } };
  },
});

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
        interceptStandardError: raw.at(-1)?.standardError,
        interceptPValue: raw.at(-1)?.pValue,
        coefficients: names.map((name, c) => ({ ...name, ...raw[c] })),
      };
    }),
  };
}
