import { z } from 'zod';
import { inferModel } from '../../../shared/model/infer-model.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { seedParam } from '../../lib/seed-param.ts';
import { targetParams, weightParams } from '../../lib/target-params.ts';

const paramsSchema = z.object({
  ...targetParams,
  method: z
    .enum(['random-forest', 'extra-trees'])
    .default('random-forest')
    .describe('Extra trees also draw the threshold of each split: faster, smoother, a little more biased.'),
  ...weightParams,
  trees: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(200)
    .describe('More trees are never worse, only slower; with more than two classes, one tree per class each.')
    .meta(paramMeta({ unit: 'trees' })),
  featureShare: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      'Share of the columns each split looks at; 0: the square root of their number for classes, a third for numbers.',
    )
    .meta(paramMeta({ section: 'Sampling' })),
  bootstrap: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .describe('Draw the rows of each tree with replacement; auto: for random forests. Gives the out-of-bag score.')
    .meta(paramMeta({ section: 'Sampling' })),
  minRowsPerLeaf: z
    .number()
    .int()
    .min(1)
    .default(2)
    .describe('Training rows a leaf needs.')
    .meta(paramMeta({ section: 'Growth', unit: 'rows' })),
  leaves: z
    .number()
    .int()
    .min(2)
    .max(65_536)
    .default(1024)
    .describe('Leaves of a tree at most.')
    .meta(paramMeta({ section: 'Growth', unit: 'leaves', advanced: true })),
  maxDepth: z
    .number()
    .int()
    .min(0)
    .max(64)
    .default(0)
    .describe('Splits between root and leaf at most; 0 for no limit.')
    .meta(paramMeta({ section: 'Growth', advanced: true })),
  maxBins: z
    .number()
    .int()
    .min(2)
    .max(255)
    .default(255)
    .describe('Intervals the values of a column are grouped into.')
    .meta(paramMeta({ section: 'Growth', unit: 'bins', advanced: true })),
  seed: seedParam('Start of the random draws of rows, columns and thresholds.').meta(
    paramMeta({ section: 'Sampling' }),
  ),
});

export const forestNode = defineNode({
  kind: 'train.forest',
  version: 1,
  stage: 'train',
  title: 'Forest',
  summary: 'Trains a random forest or extremely randomised trees.',
  keywords: ['random forest', 'extra trees', 'bagging', 'decision tree', 'ensemble', 'out-of-bag'],
  params: paramsSchema,
  ports: {
    inputs: { features: { types: ['features'], many: true, fits: true, doc: 'Features of the training rows.' } },
    outputs: { model: { type: 'model', doc: 'The trained model, raw columns in.' } },
  },
  infer: inferModel,
  determinism: 'seeded',
  resources: (params, stats) => {
    const rows = stats.rows ?? 10_000;
    const cells = rows * (stats.columns ?? 10);
    return { cpu: 2, memoryBytes: 2 ** 29 + 5 * cells + 40 * rows, seconds: 2 + (cells * params.trees) / 40_000_000 };
  },
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    { name: 'Random forest', params: { label: 'species' }, note: 'Hard to misuse: the defaults are rarely far off.' },
    {
      name: 'Extra trees',
      params: { label: 'price', method: 'extra-trees', trees: 500 },
      note: 'Random thresholds, averaged over many trees.',
    },
  ],
  help: `Averages many deep trees that differ because each split looks at a few columns, drawn anew, and (random forest) each
tree at its own draw of the rows. A leaf holds the mean of its rows: of a class, its share.

**Missing values need no imputation**: every split learns the side they go to (extra trees draw it). **Categories** from an
ordinal **Encode** step are split as sets.

**Out-of-bag score.** Rows a tree has not drawn test it, so with bootstrap the log shows an honest accuracy or R² without
a validation part, and the curve its loss as trees are added.

**More than two classes** are one forest per class on the same rows, their shares scaled to a sum of 1.

Equal data, parameters and seed give the same model to the last bit, on any machine and with any number of threads.`,
});
