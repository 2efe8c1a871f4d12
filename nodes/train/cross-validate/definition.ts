import { z } from 'zod';
import { defineNode, type InferResult, type PortShape } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { nearMisses } from '../../../shared/text/near-misses.ts';
import { drawSeed } from '../../lib/target-params.ts';

export const crossValidateNode = defineNode({
  kind: 'train.cross-validate',
  version: 1,
  stage: 'train',
  title: 'Cross-validate',
  summary: 'Trains a model again on parts of its rows and measures it on the others.',
  keywords: ['k-fold', 'cross validation', 'cv', 'stratified', 'grouped', 'time series split', 'nested', 'out-of-fold'],
  params: z.object({
    folds: z
      .number()
      .int()
      .min(2)
      .max(50)
      .default(5)
      .describe('Parts the rows are divided into; the model is trained once for each.')
      .meta(paramMeta({ unit: 'folds' })),
    method: z
      .enum(['stratified', 'random', 'grouped', 'time'])
      .default('stratified')
      .describe(
        'Stratified: classes, or ranges of a number, in equal shares. Grouped: rows of a group stay together. Time: each part is measured by a model of what came before.',
      ),
    column: z
      .string()
      .default('')
      .describe('The group, or the time, of each row; not used by the other methods.')
      .meta(
        paramMeta({
          ui: { control: 'column', port: 'model', types: ['timestamp', 'int64', 'float64', 'string', 'bool'] },
        }),
      ),
    window: z
      .enum(['expanding', 'rolling'])
      .default('expanding')
      .describe('By time: learn from all that came before, or from as many rows as the first fold.')
      .meta(paramMeta({ section: 'By time' })),
    gap: z
      .number()
      .min(0)
      .default(0)
      .describe('By time: what is left out before the measured rows, in hours (of a number: in its unit).')
      .meta(paramMeta({ section: 'By time' })),
    search: z
      .enum(['again', 'keep'])
      .default('again')
      .describe('A model of Search: search again in each fold (nested), or keep the parameters it found.')
      .meta(paramMeta({ advanced: true })),
    parallelFolds: z
      .number()
      .int()
      .min(1)
      .max(16)
      .default(1)
      .describe('Folds at the same time, which share the threads and the memory of the step.')
      .meta(paramMeta({ advanced: true })),
    confidence: z
      .number()
      .min(0.5)
      .max(0.999)
      .default(0.95)
      .describe('How sure the intervals of the means are.')
      .meta(paramMeta({ advanced: true })),
    seed: drawSeed,
  }),
  ports: {
    inputs: { model: { types: ['model'], doc: 'A model from a trainer or from Search.' } },
    outputs: {
      report: { type: 'report', doc: 'Metrics of each fold, their mean and interval, and the curves of all rows.' },
      predictions: { type: 'table', doc: 'The rows with what a model that has not seen them says.' },
    },
  },
  infer(inputs, { method, column }): InferResult {
    const problems: InferResult['problems'] = [];
    const shape = inputs['model']?.find((candidate) => candidate.type === 'model');
    const columns = shape?.table?.columns;
    const report: PortShape = { type: 'report' };
    if (method !== 'grouped' && method !== 'time') return { outputs: { report }, problems };
    if (column === '') {
      const what = method === 'time' ? 'time' : 'group';
      problems.push({ field: 'column', message: `No column with the ${what} is chosen.`, fix: 'Choose one.' });
    } else if (columns !== undefined && !columns.some(({ name }) => name === column)) {
      const near = nearMisses(
        column,
        columns.map(({ name }) => name),
      );
      const fix = near.length === 0 ? 'Choose a column of the training table.' : `Did you mean ${near.join(' or ')}?`;
      problems.push({ field: 'column', message: `Column “${column}” is not in the training table.`, fix });
    }
    return { outputs: { report }, problems };
  },
  determinism: 'numeric',
  usesDevice: 'named',
  resources: (params, stats) => ({
    cpu: 2,
    memoryBytes: 2 ** 29 + 24 * (stats.rows ?? 10_000) * (1 + params.parallelFolds),
    seconds: 1 + params.folds * (1 + (stats.rows ?? 10_000) / 50_000),
  }),
  fanOut: ({ folds }) => folds,
  deploy: { workload: 'job' },
  lowering: { onnx: false, why: 'It measures a model and changes none.' },
  migrations: [],
  examples: [
    { name: 'Five folds', params: {}, note: 'Every row is measured once, by a model that has not seen it.' },
    {
      name: 'As time goes by',
      params: { method: 'time', column: 'date', folds: 4, gap: 24 },
      note: 'Learns from what came before, a day apart.',
    },
    {
      name: 'New customers',
      params: { method: 'grouped', column: 'customer' },
      note: 'How good the model is for customers it does not know.',
    },
  ],
  help: `Connect it to any trainer (boosted trees, forest, linear model, networks) or to **Search**. The rows the model was
trained on are divided into folds; for each, the same trainer with the same parameters learns from the other folds and is
measured on this one. The model itself stays as it is.

**Report.** Metrics of each fold, their mean, and an interval of the mean that allows for folds sharing training rows
(corrected t, Nadeau and Bengio 2003). Curves and confusion are of all rows together. Metrics in experiments are called
\`cv.NAME\`.

**Predictions** are the training rows with fold, prediction and probabilities from a model that has not seen them
(*out of fold*): material for **Calibrate**, for finding bad labels, or for stacking.

**Nested.** Behind Search, each fold searches again: the figures then tell what searching and training together will reach on
new rows, without the optimism of the best trial.

**Device.** Folds of a network train on the device that this node names, one after the other; with auto on the processor.

**Feature steps** are not fitted again: what they learnt of all training rows (means, categories) is known in each fold. That
is harmless for scaling and imputing; for encodings that look at the label, put **Split** with *folds*, features and trainer into a
group and place it by **Map** over \`fold\`.`,
});
