import { readFile } from 'node:fs/promises';
import { mergeInputColumns } from '../../../main/compute/onnx/raw-inputs.ts';
import { adjustAlone, adjustModel } from '../../../main/compute/onnx/route-models.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { modelFiles, requireOnnxForm } from '../../../shared/model/model-form.ts';
import { answerInput, scoreOutput } from '../../../shared/model/signature.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { readAnswerRule } from '../../lib/answer-rule.ts';
import { composeModel } from '../../lib/compose-model.ts';
import { PipelineFiles } from '../../lib/pipeline-files.ts';
import { readModelManifest } from '../../lib/read-model-manifest.ts';
import { adjustNode } from './definition.ts';

export const runner = implementNode(adjustNode, {
  async run(ctx) {
    const artifact = ctx.inputs['model']?.[0];
    if (artifact === undefined)
      throw new AppError('internal.bug', 'The input of the post-processing is not connected.');
    const manifest = await readModelManifest(artifact);
    requireOnnxForm(manifest, 'Post-processing');
    const { task, classes, ranking } = manifest;
    if (ranking !== undefined || (task !== 'regression' && classes.length !== 2)) {
      throw new AppError(
        'params.invalid',
        ranking === undefined
          ? `The model has ${classes.length} classes; a formula can change one probability only.`
          : 'Recommendations have no score that a formula could change.',
        { fix: 'Connect a regression or a classifier with two classes.', details: { field: 'model' } },
      );
    }
    const rule = readAnswerRule('value', ctx.params.value, [manifest]);
    const inputs = mergeInputColumns([manifest.inputs, rule.columns]);
    const model = { bytes: await readFile(artifact.path(modelFiles.onnx)), inputs: manifest.inputs };
    const onnx = await adjustModel({ shape: manifest, inputs, adjust: rule.add, model });
    const files = new PipelineFiles(ctx);
    if (manifest.pipeline !== undefined) {
      await files.addModel(artifact, manifest, { name: '', when: [], optional: false });
      const taken = files.steps.map(({ name }) => name);
      const answer = rule.onAnswer ? [answerInput(scoreOutput(task))] : [];
      const step = {
        name: freeName('post', taken),
        takesAnswer: true,
        answers: true,
        routes: false,
        when: [],
        optional: false,
      };
      const names = [...rule.columns.map(({ name }) => name), ...answer];
      await files.add(
        { ...step, inputs: names },
        await adjustAlone({ shape: manifest, inputs: rule.columns, adjust: rule.add }),
      );
    }
    const trainer = { kind: adjustNode.kind, params: { ...ctx.params } };
    return { model: await composeModel({ ctx, models: [{ artifact, manifest }], onnx, files, trainer }) };
  },
});

function freeName(stem: string, taken: readonly string[]): string {
  let name = stem;
  for (let i = 2; taken.includes(name); i++) name = `${stem}-${i}`;
  return name;
}
