import { z } from 'zod';
import { inferModel } from '../../../shared/model/infer-model.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { targetParams, weightParams } from '../../lib/target-params.ts';

const paramsSchema = z.object({
  ...targetParams,
  objective: z
    .enum(['auto', 'squared', 'poisson'])
    .default('auto')
    .describe(
      'What a regression predicts. Auto and squared: the mean; Poisson: the rate of a count, its logarithm linear.',
    )
    .meta(paramMeta({ advanced: true })),
  ...weightParams,
  l2: z
    .number()
    .min(0)
    .default(1)
    .describe('Strength of the penalty ½ · l2 · Σ coefficient² on standardised columns; 0 for none.')
    .meta(paramMeta({ label: 'Regularisation (L2)' })),
  l1: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'Strength of the penalty l1 · Σ |coefficient|, which sets weak coefficients to 0 (lasso; elastic net with L2).',
    )
    .meta(paramMeta({ label: 'Regularisation (L1)' })),
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
  summary: 'Trains a linear, logistic, softmax or Poisson regression.',
  keywords: [
    'logistic',
    'ridge',
    'regression',
    'softmax',
    'lasso',
    'elastic net',
    'poisson',
    'glm',
    'coefficients',
    'baseline',
    'ols',
  ],
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
    {
      name: 'Lasso',
      params: { label: 'price', task: 'regression', l1: 50, l2: 0 },
      note: 'Keeps few of many columns.',
    },
  ],
  help: `Fits by maximum likelihood: linear regression (ridge when L2 > 0), logistic regression for two classes, softmax
regression with one set of coefficients per class for more.

**Columns are standardised** inside the model, so the penalty treats them alike and nothing has to be scaled before.
The penalty is ½ · l2 · Σ coefficient² + l1 · Σ |coefficient| against the sum of the row losses (l2 is 1 / C of
scikit-learn); intercepts are free.

**Solver.** Newton's method (IRLS) with derivatives computed in ONNX Runtime, L-BFGS beyond 600 coefficients; with L1 their
proximal counterparts. Collinear
columns get a small ridge when there is no penalty; the log says so.

**Missing values** are refused, with the name of the feature: add an **Impute** step before. Categories need one-hot
encoding; ordinal codes would be read as amounts.

\`coefficients.json\` in the model lists the coefficients in the units of the feature columns, with standard errors
and p-values where they are defined (no penalty, no weights, one output, no collinear columns).`,
});
