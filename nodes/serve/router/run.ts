import { readFile } from 'node:fs/promises';
import { mergeInputColumns } from '../../../main/compute/onnx/raw-inputs.ts';
import { modelWithRule, routeModels, ruleAlone } from '../../../main/compute/onnx/route-models.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import {
  answerInput,
  type InputColumn,
  type ModelManifest,
  type PipelineStep,
  scoreOutput,
} from '../../../shared/model/signature.ts';
import { modelFiles, requireOnnxForm } from '../../../shared/model/model-form.ts';
import { type InputArtifact, implementNode } from '../../../shared/node/runner.ts';
import { type AnswerRule, readAnswerRule } from '../../lib/answer-rule.ts';
import { PipelineFiles } from '../../lib/pipeline-files.ts';
import { readModelManifest } from '../../lib/read-model-manifest.ts';
import { composeModel } from '../../lib/compose-model.ts';
import { routerNode } from './definition.ts';

export const runner = implementNode(routerNode, {
  async run(ctx) {
    const [first, second] = [required(ctx.inputs['first']?.[0]), required(ctx.inputs['second']?.[0])];
    const manifests = [await readModelManifest(first), await readModelManifest(second)] as const;
    const [one, other] = manifests;
    for (const manifest of manifests) requireOnnxForm(manifest, 'Router');
    requireAlike(one, other);
    const { firstName, secondName, whenBusy } = ctx.params;
    const rule = readAnswerRule('rule', ctx.params.rule, manifests);
    const inputs = mergeInputColumns(manifests.map((manifest) => manifest.inputs));
    const [firstBytes, secondBytes] = await Promise.all([read(first), read(second)]);
    const routed = { bytes: firstBytes, inputs: one.inputs };
    const onnx = await routeModels({
      shape: one,
      first: routed,
      second: { bytes: secondBytes, inputs: other.inputs },
      inputs,
      addRule: rule.add,
      onAnswer: rule.onAnswer,
    });
    const files = new PipelineFiles(ctx);
    const always = { name: firstName, when: [], optional: false };
    let judge = ruleName(firstName, secondName);
    if (!rule.onAnswer) {
      await files.add(
        ruleStep(judge, rule, one),
        await ruleAlone({ ...rule, shape: one, inputs: rule.columns, addRule: rule.add }),
      );
      await files.addModel(first, one, { ...always, when: [{ step: judge, route: false }] });
    } else if (one.pipeline === undefined) {
      judge = firstName;
      const columns = mergeInputColumns([one.inputs, rule.columns]);
      const bytes = await modelWithRule({ shape: one, first: routed, inputs: columns, addRule: rule.add });
      await files.add({ ...always, inputs: namesOf(columns), takesAnswer: false, answers: true, routes: true }, bytes);
    } else {
      await files.addModel(first, one, always);
      await files.add(
        ruleStep(judge, rule, one),
        await ruleAlone({ ...rule, shape: one, inputs: rule.columns, addRule: rule.add }),
      );
    }
    const when = [{ step: judge, route: true }];
    await files.addModel(second, other, { name: secondName, when, optional: rule.onAnswer && whenBusy === 'keep' });
    return {
      model: await composeModel({
        ctx,
        models: [
          { artifact: first, manifest: one },
          { artifact: second, manifest: other },
        ],
        onnx,
        files,
        trainer: { kind: routerNode.kind, params: { ...ctx.params } },
      }),
    };
  },
});

function ruleStep(name: string, rule: AnswerRule, { task }: ModelManifest): Omit<PipelineStep, 'file'> {
  const answer = rule.onAnswer ? [answerInput(scoreOutput(task))] : [];
  return {
    name,
    inputs: [...namesOf(rule.columns), ...answer],
    takesAnswer: rule.onAnswer,
    answers: false,
    routes: true,
    when: [],
    optional: false,
  };
}

/** Not the name of one of the models. */
function ruleName(...taken: string[]): string {
  return ['rule', 'rule-2', 'rule-3'].find((name) => !taken.includes(name)) as string;
}

function namesOf(columns: readonly InputColumn[]): string[] {
  return columns.map(({ name }) => name);
}

function read(model: InputArtifact): Promise<Uint8Array> {
  return readFile(model.path(modelFiles.onnx));
}

/** Errors: `params.invalid`. */
function requireAlike(first: ModelManifest, second: ModelManifest): void {
  const refuse = (message: string, fix: string) =>
    new AppError('params.invalid', message, { fix, details: { field: 'second' } });
  if (first.ranking !== undefined || second.ranking !== undefined) {
    throw refuse('Recommendations cannot be routed: their scores are no probabilities.', 'Connect other models.');
  }
  if (
    first.task !== second.task ||
    first.label.column !== second.label.column ||
    first.label.type !== second.label.type
  ) {
    throw refuse(
      `The first model predicts “${first.label.column}” (${first.task}, ${first.label.type}), the second “${second.label.column}” (${second.task}, ${second.label.type}).`,
      'Connect models of the same label.',
    );
  }
  if (JSON.stringify(first.classes) === JSON.stringify(second.classes)) return;
  throw refuse(
    `The first model knows the classes ${first.classes.join(', ')}, the second ${second.classes.join(', ')}.`,
    'Train both on rows with the same classes.',
  );
}

function required(artifact: InputArtifact | undefined): InputArtifact {
  if (artifact === undefined) throw new AppError('internal.bug', 'An input of the router is not connected.');
  return artifact;
}
