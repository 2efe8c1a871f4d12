import { z } from 'zod';
import { inferModel } from '../../../shared/model/infer-model.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';

export const onnxNode = defineNode({
  kind: 'train.onnx',
  version: 1,
  stage: 'train',
  title: 'ONNX model',
  summary: 'Takes a model trained elsewhere.',
  keywords: ['import', 'existing', 'pretrained', 'scikit-learn', 'pytorch', 'xgboost', 'lightgbm', 'load', 'file'],
  params: z.object({
    path: z
      .string()
      .default('')
      .describe(
        'The .onnx file, or a folder with model.onnx; relative to the graph file, absolute, or pkg:NAME/file for a file of an npm package.',
      )
      .meta(paramMeta({ ui: { control: 'path', extensions: ['onnx'] } })),
    label: z
      .string()
      .default('')
      .describe('The column the model predicts.')
      .meta(paramMeta({ ui: { control: 'column', port: 'features', types: ['bool', 'int64', 'float64', 'string'] } })),
    task: z
      .enum(['auto', 'binary', 'multiclass', 'regression'])
      .default('auto')
      .describe('Auto: true/false, text and few whole numbers are classes, other numbers a regression.'),
    output: z
      .string()
      .max(500)
      .default('')
      .describe(
        'The output with the scores; empty: the one that looks like probabilities, or the first of a regression.',
      )
      .meta(paramMeta({ advanced: true })),
    scores: z
      .enum(['auto', 'probabilities', 'logits'])
      .default('auto')
      .describe('What the scores of classes are; auto: probabilities when they are shares that sum to 1.')
      .meta(paramMeta({ advanced: true })),
  }),
  ports: {
    inputs: {
      features: { types: ['features'], many: true, fits: true, doc: 'What the model takes, over the training rows.' },
    },
    outputs: { model: { type: 'model', doc: 'The model, raw columns in.' } },
  },
  infer(inputs, params) {
    const result = inferModel(inputs, params);
    if (params.path !== '') return result;
    const problem = { field: 'path', message: 'No file is chosen.', fix: 'Choose an .onnx file.' };
    return { ...result, problems: [...result.problems, problem] };
  },
  determinism: 'numeric',
  resources: (_params, stats) => ({
    cpu: 1,
    memoryBytes: 2 ** 29 + (stats.rows ?? 10_000) * (stats.columns ?? 10) * 5,
    seconds: 2 + ((stats.rows ?? 10_000) * (stats.columns ?? 10)) / 20_000_000,
  }),
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    {
      name: 'From a notebook',
      params: { path: 'churn.onnx', label: 'churned' },
      note: 'Evaluated, registered and served like a model trained here.',
    },
  ],
  help: `Makes a model trained elsewhere one like any other: it is joined with the feature steps, then evaluated, compared,
registered, served and watched.

**What it takes.** Either one matrix, which gets all features side by side in the order of their steps, or one input per
feature, by name. Numbers of 32 and 64 bits and true/false are converted. Text has to be encoded by feature steps here; the
folder of a language model of the BERT family goes with **Tokens**, which makes \`input_ids\` and \`attention_mask\`.

**What it gives.** For classes an output of one score per class, in the order of the sorted labels, or for two classes one
score of the second; probabilities or logits. For a regression one number per row. Maps from class to probability, as
converters of scikit-learn write them, are read as well.

Where a \`config.json\` beside the model names its classes, their order is checked.

**Checked on training rows**: that the model runs, that its scores fit the label, and that it gives the same scores when
joined with the features. Files up to 512 MiB, in one piece (no external data).`,
});
