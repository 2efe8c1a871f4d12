import { z } from 'zod';
import { inferModel } from '../../../shared/model/infer-model.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { seedParam } from '../../lib/seed-param.ts';
import { targetParams } from '../../lib/target-params.ts';

export const rayNode = defineNode({
  kind: 'train.ray',
  version: 1,
  stage: 'train',
  title: 'Ray Train',
  summary: 'Trains boosted trees or a PyTorch module on several workers of Ray, each on a part of the rows.',
  keywords: ['ray', 'distributed', 'lightgbm', 'pytorch', 'torch', 'workers', 'gpus', 'data parallel', 'cluster'],
  params: z.object({
    ...targetParams,
    trainer: z
      .enum(['trees', 'torch'])
      .default('trees')
      .describe('Boosted trees of LightGBM, or the PyTorch module that the script sets.'),
    workers: z
      .number()
      .int()
      .min(1)
      .max(512)
      .default(2)
      .describe('Parts the rows are divided into, a worker for each.'),
    cpusPerWorker: z.number().int().min(1).max(256).default(1).describe('Cores of each worker.'),
    gpusPerWorker: z.number().int().min(0).max(16).default(0).describe('GPUs of each worker; only PyTorch uses them.'),
    weight: z
      .string()
      .default('')
      .describe('A column of numbers ≥ 0: how much each row counts. Empty: all the same.')
      .meta(paramMeta({ advanced: true, ui: { control: 'column', port: 'features', types: ['int64', 'float64'] } })),
    learningRate: z.number().gt(0).max(1).default(0.1).describe('Size of the steps of training.'),
    trees: z
      .number()
      .int()
      .min(1)
      .max(10_000)
      .default(100)
      .describe('Boosting iterations.')
      .meta(paramMeta({ section: 'Trees', unit: 'trees' })),
    leaves: z
      .number()
      .int()
      .min(2)
      .max(4096)
      .default(31)
      .describe('Leaves of a tree at most.')
      .meta(paramMeta({ section: 'Trees', unit: 'leaves' })),
    minRowsPerLeaf: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(20)
      .describe('Training rows a leaf needs.')
      .meta(paramMeta({ section: 'Trees', unit: 'rows' })),
    script: z
      .string()
      .max(500_000)
      .default('import torch\n\nmodel = torch.nn.Linear(width, max(1, len(classes)))\n')
      .describe('Sets model: a PyTorch module from the features to logits, or to one number.')
      .meta(paramMeta({ section: 'PyTorch', ui: { control: 'multiline' } })),
    epochs: z
      .number()
      .int()
      .min(1)
      .max(10_000)
      .default(20)
      .describe('How often all rows are learnt from.')
      .meta(paramMeta({ section: 'PyTorch', unit: 'epochs' })),
    batchRows: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(256)
      .describe('Rows of a step, for each worker.')
      .meta(paramMeta({ section: 'PyTorch', unit: 'rows' })),
    validation: z
      .number()
      .gt(0)
      .max(0.5)
      .default(0.1)
      .describe('Share of the training rows kept out, to measure on.')
      .meta(paramMeta({ section: 'Comparison', label: 'Validation share' })),
    compareRows: z
      .number()
      .int()
      .min(0)
      .max(100_000_000)
      .default(200_000)
      .describe('Rows at most that one machine trains on as well, to compare with; 0 leaves it out.')
      .meta(paramMeta({ section: 'Comparison', unit: 'rows' })),
    interpreter: z
      .string()
      .max(4096)
      .default('')
      .describe('Python program with ray[train]; empty takes SLIPWAY_PYTHON, else python3.')
      .meta(paramMeta({ section: 'Environment' })),
    seed: seedParam('Draws held-out rows and batches.').meta(paramMeta({ section: 'Environment', advanced: true })),
    timeoutS: z
      .number()
      .positive()
      .max(604_800)
      .default(21_600)
      .describe('Training is ended after this time.')
      .meta(paramMeta({ section: 'Limits', unit: 's', advanced: true, label: 'Time limit' })),
  }),
  ports: {
    inputs: { features: { types: ['features'], many: true, fits: true, doc: 'Features of the training rows.' } },
    outputs: {
      model: { type: 'model', doc: 'The trained model, raw columns in.' },
      report: { type: 'report', doc: 'The model on held-out rows, and one trained on a single machine beside it.' },
    },
  },
  infer(inputs, params) {
    const { outputs, problems } = inferModel(inputs, params);
    const empty = params.trainer === 'torch' && params.script.trim() === '';
    return {
      outputs: { ...outputs, report: { type: 'report' } },
      problems: [
        ...problems,
        ...(empty ? [{ field: 'script', message: 'The script is empty.', fix: 'Set model in it.' }] : []),
      ],
    };
  },
  determinism: 'external',
  resources: (params, stats) => ({
    cpu: 1,
    memoryBytes: 2 ** 30 + (stats.rows ?? 10_000) * (stats.columns ?? 10) * 12,
    seconds: 30 + ((stats.rows ?? 10_000) * (stats.columns ?? 10) * params.trees) / (20_000_000 * params.workers),
  }),
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    {
      name: 'Trees on four workers',
      params: { label: 'delayed', workers: 4, cpusPerWorker: 8, trees: 300 },
      note: 'Each worker has a quarter of the rows; histograms are added up.',
    },
    {
      name: 'A network on two GPUs',
      params: {
        label: 'species',
        trainer: 'torch',
        workers: 2,
        gpusPerWorker: 1,
        learningRate: 0.001,
        script:
          'import torch\n\nmodel = torch.nn.Sequential(\n    torch.nn.Linear(width, 64), torch.nn.ReLU(), torch.nn.Linear(64, len(classes))\n)\n',
      },
      note: 'Gradients are averaged after each batch.',
    },
  ],
  help: `For training that outgrows one machine. The rows are divided into as many parts as there are workers; Ray Train runs a
worker on each. **Trees** are grown by LightGBM, data parallel: every worker counts its own rows, and the counts are added up, so
that splits are those of all rows. **PyTorch** averages the gradients of all workers after each batch; the script gets \`width\`,
\`features\`, \`classes\`, \`task\` and \`seed\` and sets \`model\`, a module from the features to logits (one output, or one per
class) or to one number.

**Where.** With the target Ray the workers are those of the cluster the step runs in; elsewhere Ray is started on this machine.
Features are computed block by block and handed on: the step itself keeps in memory only the rows kept out and those compared.
Python needs ray[train] and lightgbm or torch (with onnx): name the interpreter, or SLIPWAY_PYTHON. RAY_ADDRESS joins a cluster
that runs already.

**The model becomes ONNX** and one like any other: joined with the features, checked against its origin on training rows,
evaluated, registered and served without Python.

**How good it is.** Some rows are kept out. The report measures the model on them and, as \`single.…\`, what one machine makes of at
most \`compareRows\` of the others, chosen at random: our own boosted trees with the same settings, or the module on one worker.

A graph from elsewhere asks before it runs a script.`,
});
