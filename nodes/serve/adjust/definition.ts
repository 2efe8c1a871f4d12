import { z } from 'zod';
import { defineNode, type InferResult } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { answerProblems } from '../../lib/answer-expression.ts';

export const adjustNode = defineNode({
  kind: 'serve.adjust',
  version: 1,
  stage: 'serve',
  title: 'Post-process',
  summary: 'Passes what a model answers through a formula: limits, units, and rules that override it.',
  keywords: ['post-processing', 'clip', 'round', 'override', 'business rule', 'limit', 'unit', 'formula', 'threshold'],
  params: z.object({
    value: z
      .string()
      .max(4000)
      .default('')
      .describe('The new prediction, or probability of the second class, such as max(prediction, 0).')
      .meta(paramMeta({ ui: { control: 'expression', port: 'model', language: 'formula' } })),
  }),
  ports: {
    inputs: { model: { types: ['model'], doc: 'A regression, or a classifier with two classes.' } },
    outputs: { model: { type: 'model', doc: 'The model with the formula behind it.' } },
  },
  infer(inputs, params): InferResult {
    const model = inputs['model']?.find((shape) => shape.type === 'model');
    return { outputs: { model: model ?? { type: 'model' } }, problems: answerProblems('value', params.value, model) };
  },
  determinism: 'pure',
  resources: () => ({ cpu: 1, memoryBytes: 2 ** 29, seconds: 2 }),
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    { name: 'Never below zero', params: { value: 'max(prediction, 0)' }, note: 'For amounts.' },
    {
      name: 'A rule overrides the model',
      params: { value: "if(origin == 'HNL', 0, score)" },
      note: 'Two classes: the probability of the second one.',
    },
  ],
  help: `The formula sees the columns of the model and its answer: \`prediction\` of a regression; \`score\` (probability of the second
class), \`confidence\` and \`margin\` of a classifier with two classes. Its value is the new prediction, or the new probability
of the second class, kept between 0 and 1 and 0 where missing; the predicted class follows it.

It becomes part of \`model.onnx\`. Behind a **Router** an endpoint runs it as a step of its own, over the answer of
whichever model gave one.`,
});
