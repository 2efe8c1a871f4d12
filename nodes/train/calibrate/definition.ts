import { z } from 'zod';
import { defineNode, type PortShape } from '../../../shared/node/define-node.ts';

export const calibrateNode = defineNode({
  kind: 'train.calibrate',
  version: 1,
  stage: 'train',
  title: 'Calibrate',
  summary: 'Makes the probabilities of a classifier mean what they say.',
  keywords: ['isotonic', 'platt', 'sigmoid', 'temperature', 'probability', 'reliability', 'calibration'],
  params: z.object({
    method: z
      .enum(['auto', 'isotonic', 'sigmoid', 'temperature'])
      .default('auto')
      .describe(
        'Isotonic: any rising curve, for many rows. Sigmoid (Platt): two numbers per class. Temperature: one number, for networks. Auto: the one with the least log loss on folds of the rows.',
      ),
  }),
  ports: {
    inputs: {
      model: { types: ['model'], doc: 'A classifier.' },
      table: {
        types: ['table'],
        doc: 'Rows with the label that the model has not learnt from, or predictions of Cross-validate.',
      },
    },
    outputs: {
      model: { type: 'model', doc: 'The model with corrected probabilities.' },
      report: { type: 'report', doc: 'Reliability before and after.' },
    },
  },
  infer(inputs) {
    const model = inputs['model']?.find((shape) => shape.type === 'model');
    const report: PortShape = { type: 'report' };
    return { outputs: { model: model ?? { type: 'model' }, report }, problems: [] };
  },
  determinism: 'numeric',
  resources: (_params, stats) => ({
    cpu: 2,
    memoryBytes: 2 ** 28 + 40 * (stats.rows ?? 10_000),
    seconds: 1 + (stats.rows ?? 10_000) / 200_000,
  }),
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    { name: 'On a part of its own', params: {}, note: 'Split off a calibration part beside the test part.' },
    {
      name: 'Few rows',
      params: { method: 'sigmoid' },
      note: 'Two numbers are learnt, which a few hundred rows allow.',
    },
  ],
  help: `Of cases to which a calibrated model gives 30 %, three in ten happen. Boosted trees on few rows, balanced class weights
and networks are often too sure or not sure enough; the order of the rows, and with it the ROC AUC, hardly changes.

**Rows.** Training rows are refused: a model is sure of what it has seen. Either connect rows of their own (not those it is
evaluated on), or the **predictions** of **Cross-validate** behind the same model, which cost no rows.

| method | fits |
| --- | --- |
| isotonic | a rising curve of the logit by pooling adjacent violators; from about 1,000 rows on |
| sigmoid | slope and offset of the logit (Platt 1999, by Newton's method) |
| temperature | one divisor of all logits; never changes the predicted class |

With more than two classes, isotonic and sigmoid correct each against the rest and scale the sum to 1.

**Served.** The correction is part of the ONNX graph: endpoints, batch scoring and exports give calibrated probabilities, and
**Evaluate** checks them against the trainer's own scores. The report shows log loss, Brier score and reliability on five
folds of the rows, each corrected by a curve of the other four.`,
});
