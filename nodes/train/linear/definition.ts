import { z } from 'zod';
import { inferModel } from '../../../shared/model/infer-model.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';

const paramsSchema = z.object({
  label: z
    .string()
    .default('')
    .describe('The column to predict.')
    .meta(paramMeta({ ui: { control: 'column', port: 'features', types: ['bool', 'int64', 'float64', 'string'] } })),
  task: z
    .enum(['auto', 'binary', 'multiclass', 'regression'])
    .default('auto')
    .describe('Auto: true/false, text and few whole numbers are classes, other numbers a regression.'),
  l2: z
    .number()
    .min(0)
    .default(1)
    .describe('Strength of the penalty ½ · l2 · Σ coefficient² on standardised columns; 0 for none.')
    .meta(paramMeta({ label: 'Regularisation (L2)' })),
  maxIterations: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(100)
    .describe('Steps of the solver at most.')
    .meta(paramMeta({ section: 'Solver', advanced: true })),
  tolerance: z
    .number()
    .positive()
    .default(1e-5)
    .describe('Training stops when no standardised coefficient moves by more than this.')
    .meta(paramMeta({ section: 'Solver', advanced: true })),
});

export const linearNode = defineNode({
  kind: 'train.linear',
  version: 1,
  stage: 'train',
  title: 'Linear model',
  summary: 'Trains a linear, logistic or softmax regression.',
  keywords: ['logistic', 'ridge', 'regression', 'softmax', 'glm', 'coefficients', 'baseline', 'ols'],
  params: paramsSchema,
  ports: {
    inputs: { features: { types: ['features'], many: true, fits: true, doc: 'Features of the training rows.' } },
    outputs: { model: { type: 'model', doc: 'The trained model, raw columns in.' } },
  },
  infer: inferModel,
  determinism: 'numeric',
  resources: (_params, stats) => {
    const cells = (stats.rows ?? 10_000) * (stats.columns ?? 10);
    return { cpu: 2, memoryBytes: 2 ** 29 + 16 * cells, seconds: 1 + cells / 20_000_000 };
  },
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    { name: 'Logistic regression', params: { label: 'delayed' }, note: 'A first model to compare others with.' },
    {
      name: 'Least squares',
      params: { label: 'price', task: 'regression', l2: 0 },
      note: 'Without a penalty there are standard errors.',
    },
  ],
  help: `Fits by maximum likelihood: linear regression (ridge when L2 > 0), logistic regression for two classes, softmax
regression with one set of coefficients per class for more.

**Columns are standardised** inside the model, so the penalty treats them alike and nothing has to be scaled before.
The penalty is ½ · l2 · Σ coefficient² against the sum of the row losses (1 / C of scikit-learn); intercepts are free.

**Solver.** Newton's method (IRLS) with derivatives computed in ONNX Runtime, L-BFGS beyond 600 coefficients. Collinear
columns get a small ridge when there is no penalty; the log says so.

**Missing values** are refused, with the name of the feature: add an **Impute** step before. Categories need one-hot
encoding; ordinal codes would be read as amounts.

\`coefficients.json\` in the model lists the coefficients in the units of the feature columns, with standard errors where
they are defined (L2 = 0, one output, no collinear columns).`,
});
