import { z } from 'zod';
import { defineNode, type InferResult } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { answerProblems } from '../../lib/answer-expression.ts';

const stepName = z
  .string()
  .min(1)
  .max(40)
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'a letter, then letters, digits, dashes and underscores');

export const routerNode = defineNode({
  kind: 'serve.router',
  version: 1,
  stage: 'serve',
  title: 'Router',
  summary: 'Answers each row with one of two models, by a rule on its columns or on the score of the first.',
  keywords: ['branch', 'rule', 'ensemble', 'pipeline', 'cascade', 'inference graph', 'switch', 'fallback', 'if'],
  params: z.object({
    rule: z
      .string()
      .max(4000)
      .default('')
      .describe('Where it is true, the second model answers, such as confidence < 0.9 or distance > 1000.')
      .meta(paramMeta({ ui: { control: 'expression', port: 'first', language: 'formula' } })),
    firstName: stepName
      .default('first')
      .describe('Name of the first model’s step in timings, metrics and errors.')
      .meta(paramMeta({ section: 'Steps' })),
    secondName: stepName
      .default('second')
      .describe('Name of the second model’s step.')
      .meta(paramMeta({ section: 'Steps' })),
    whenBusy: z
      .enum(['fail', 'keep'])
      .default('fail')
      .describe('When the second model has no room for a row: refuse the request, or keep the answer of the first.')
      .meta(paramMeta({ section: 'Steps', advanced: true })),
  }),
  ports: {
    inputs: {
      first: { types: ['model'], doc: 'Answers where the rule is not true.' },
      second: { types: ['model'], doc: 'Answers where it is.' },
    },
    outputs: { model: { type: 'model', doc: 'Both models and the rule, as one model.' } },
  },
  infer(inputs, params): InferResult {
    const model = inputs['first']?.find((shape) => shape.type === 'model');
    const problems = answerProblems('rule', params.rule, model);
    if (params.firstName === params.secondName) {
      problems.push({
        field: 'secondName',
        message: 'Both steps have one name.',
        fix: 'Give the second a name of its own.',
      });
    }
    return { outputs: { model: model ?? { type: 'model' } }, problems };
  },
  determinism: 'pure',
  resources: () => ({ cpu: 1, memoryBytes: 2 ** 29, seconds: 2 }),
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    {
      name: 'The second model when the first is unsure',
      params: { rule: 'confidence < 0.9', firstName: 'linear', secondName: 'trees' },
      note: 'A cheap model answers most rows.',
    },
    { name: 'By a column', params: { rule: 'distance > 1000' }, note: 'Each row goes to one of the models only.' },
  ],
  help: `Puts two models of the same label behind a rule. The result is a model like any other: evaluate it, register it, serve it,
and connect it to another router for more than two.

**Rule.** An expression over the columns of the models and over what the first model says:

| name | is |
| --- | --- |
| \`score\` | two classes: probability of the second class |
| \`confidence\` | probability of the likeliest class |
| \`margin\` | by how much it is likelier than the next |
| \`prediction\` | regression: the predicted value |

Where the rule is true (neither 0 nor missing) the second model answers. A rule on columns alone runs before both, and each
row goes to one model; with a rule on the score the first model sees every row.

**Served.** An endpoint runs the steps by themselves: each has its own workers, queue and batches, and only gets the rows
that are its own. \`x-slipway-timing: 1\`, traces and \`/metrics\` (\`pipeline_step_…\`) tell the time of each step, and an error
names the step it comes from. With \`whenBusy\` \`keep\`, rows that the second model has no room for keep the answer of the first.

**Elsewhere.** \`model.onnx\` holds both models and the rule, so batch scoring, evaluation, Triton and TorchServe give the same
answers; there the whole is one step with one batch. **Evaluate** compares the two forms row by row.`,
});
