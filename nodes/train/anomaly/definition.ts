import { z } from 'zod';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { scoredShape } from '../../../shared/model/scored-shape.ts';
import { drawSeed, newColumn } from '../../lib/target-params.ts';

export const anomalyNode = defineNode({
  kind: 'train.anomaly',
  version: 1,
  stage: 'train',
  title: 'Anomalies',
  summary: 'Scores how unusual a row is, without a label.',
  keywords: ['isolation forest', 'outlier', 'novelty', 'fraud', 'unsupervised', 'detection'],
  params: z.object({
    share: z
      .number()
      .gt(0)
      .max(0.5)
      .default(0.01)
      .describe('Share of the training rows that counts as anomalies: sets the threshold of the flag.'),
    trees: z
      .number()
      .int()
      .min(1)
      .max(5000)
      .default(200)
      .describe('More trees give steadier scores.')
      .meta(paramMeta({ unit: 'trees' })),
    rowsPerTree: z
      .number()
      .int()
      .min(2)
      .max(65_536)
      .default(256)
      .describe('Rows each tree is grown on; few are enough to part what is unusual.')
      .meta(paramMeta({ unit: 'rows', advanced: true })),
    column: newColumn('anomaly_score', 'Name of the new column with the score.'),
    flag: newColumn('is_anomaly', 'Name of the new column that says whether a row is above the threshold.'),
    seed: drawSeed,
  }),
  ports: {
    inputs: { features: { types: ['features'], many: true, fits: true, doc: 'Features of the usual rows.' } },
    outputs: {
      model: { type: 'model', doc: 'Scores a new row.' },
      table: { type: 'table', doc: 'The rows with their score and flag.' },
    },
  },
  infer(inputs, params) {
    const problems =
      params.column === params.flag
        ? [{ field: 'flag', message: 'Score and flag have the same name.', fix: 'Name them apart.' }]
        : [];
    const table = scoredShape(inputs, [
      { name: params.column, type: 'float64' },
      { name: params.flag, type: 'bool' },
    ]);
    return { outputs: { model: { type: 'model' }, ...(table === undefined ? {} : { table }) }, problems };
  },
  determinism: 'seeded',
  resources: (params, stats) => {
    const rows = stats.rows ?? 10_000;
    return {
      cpu: 1,
      memoryBytes: 2 ** 28 + 8 * rows * (stats.columns ?? 10),
      seconds: 2 + (rows * params.trees) / 10_000_000,
    };
  },
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    { name: 'One in a hundred', params: {}, note: 'Flags the most unusual hundredth of the rows.' },
    { name: 'Rare events', params: { share: 0.001, trees: 500 }, note: 'More trees steady the scores at the far end.' },
  ],
  help: `An isolation forest: each tree parts a few rows by random thresholds of random columns. What is unusual is parted
from the rest early. The score is 2^(−mean depth / depth expected by chance): near 1 for clear anomalies, about 0.5 and
below for the rest.

Missing values are taken as they are (each split sends them to a random side); scale does not matter. Categories should be
encoded as one column each.

**The model** gives the score as \`prediction\` and is served like a regression; the log names the threshold of the flag, by
which a client can decide. To register it, connect **Evaluate** to the model and to the table that comes out here: it
checks that serving gives the same scores.

Equal data, parameters and seed give the same model to the last bit.`,
});
