import { z } from 'zod';
import { inferModel } from '../../../shared/model/infer-model.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { seedParam } from '../../lib/seed-param.ts';
import { targetParams } from '../../lib/target-params.ts';

export const pythonModelNode = defineNode({
  kind: 'train.python',
  version: 1,
  stage: 'train',
  title: 'Python model',
  summary: 'Trains a model by a Python script.',
  keywords: ['scikit-learn', 'sklearn', 'lightgbm', 'xgboost', 'pytorch', 'torch', 'estimator', 'custom', 'script'],
  params: z.object({
    ...targetParams,
    script: z
      .string()
      .max(500_000)
      .default(
        'from sklearn.ensemble import HistGradientBoostingClassifier\n\nmodel = HistGradientBoostingClassifier(random_state=seed).fit(X, y, sample_weight=w)\n',
      )
      .describe('The script; it sets model.')
      .meta(paramMeta({ ui: { control: 'multiline' } })),
    withoutOnnx: z
      .enum(['refuse', 'python'])
      .default('refuse')
      .describe('An estimator that has no ONNX form: refuse it, or let Python run it wherever the model is used.')
      .meta(paramMeta({ label: 'Without an ONNX form' })),
    weight: z
      .string()
      .default('')
      .describe('A column of numbers ≥ 0: how much each row counts; w in the script. Empty: all the same.')
      .meta(paramMeta({ advanced: true, ui: { control: 'column', port: 'features', types: ['int64', 'float64'] } })),
    interpreter: z
      .string()
      .max(4096)
      .default('')
      .describe('Python program, such as .venv/bin/python; empty takes SLIPWAY_PYTHON, else python3.')
      .meta(paramMeta({ section: 'Environment' })),
    seed: seedParam('Seeds random and numpy before the script starts; seed in the script.').meta(
      paramMeta({ section: 'Environment', advanced: true }),
    ),
    timeoutS: z
      .number()
      .positive()
      .max(604_800)
      .default(3600)
      .describe('The script is ended after this time.')
      .meta(paramMeta({ section: 'Limits', unit: 's', advanced: true, label: 'Time limit' })),
    memoryMb: z
      .number()
      .int()
      .min(64)
      .max(4_194_304)
      .default(8192)
      .describe('Memory the script may take, where the system can limit it (Linux).')
      .meta(paramMeta({ section: 'Limits', unit: 'MiB', advanced: true, label: 'Memory limit' })),
  }),
  ports: {
    inputs: { features: { types: ['features'], many: true, fits: true, doc: 'Features of the training rows.' } },
    outputs: { model: { type: 'model', doc: 'The trained model, raw columns in.' } },
  },
  infer(inputs, params) {
    const result = inferModel(inputs, params);
    if (params.script.trim() !== '') return result;
    const problem = { field: 'script', message: 'The script is empty.', fix: 'Set model in it.' };
    return { ...result, problems: [...result.problems, problem] };
  },
  determinism: 'external',
  resources: (params, stats) => ({
    cpu: 2,
    memoryBytes: Math.min(params.memoryMb * 2 ** 20, 2 ** 29 + (stats.rows ?? 10_000) * (stats.columns ?? 10) * 40),
    seconds: 10 + ((stats.rows ?? 10_000) * (stats.columns ?? 10)) / 1_000_000,
  }),
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    {
      name: 'scikit-learn',
      params: {
        label: 'churned',
        script:
          'from sklearn.svm import SVC\n\nmodel = SVC(probability=True, random_state=seed).fit(X, y, sample_weight=w)\n',
      },
      note: 'Any estimator that skl2onnx can convert.',
    },
    {
      name: 'PyTorch',
      params: {
        label: 'price',
        task: 'regression',
        script:
          'import torch\n\nmodel = torch.nn.Linear(X.shape[1], 1)\nopt = torch.optim.Adam(model.parameters(), lr=0.01)\nx, t = torch.tensor(X), torch.tensor(y, dtype=torch.float32)[:, None]\nfor step in range(500):\n    opt.zero_grad()\n    loss = ((model(x) - t) ** 2).mean()\n    loss.backward()\n    opt.step()\nprint(loss.item())\n',
      },
      note: 'A module from the features to logits, or to one number.',
    },
    {
      name: 'No ONNX form',
      params: {
        label: 'churned',
        withoutOnnx: 'python',
        script:
          'import numpy as np\nfrom sklearn.neighbors import KNeighborsClassifier\n\nmodel = KNeighborsClassifier(metric=lambda a, b: np.abs(a - b).max()).fit(X, y)\n',
      },
      note: 'A metric of your own: endpoints run this estimator in a Python process.',
    },
  ],
  help: `The script gets \`X\` (numpy float32, one row per training row, one column per feature column), \`y\` (the number of the
class, or the value), \`w\` (row weights or None), \`features\` (names of the columns), \`classes\`, \`task\`, \`seed\` and
\`threads\`. It sets \`model\`: a fitted estimator of scikit-learn, LightGBM or XGBoost, a PyTorch module, or ONNX (bytes or a
ModelProto).

**The model becomes ONNX** in your environment (skl2onnx for scikit-learn, onnxmltools for LightGBM and XGBoost,
torch.onnx), and from there it is one like any other: joined with the feature steps, tried on training rows, evaluated,
registered and served without Python. **Before training** the script is looked through: a missing converter is named, with the command to install it, and so is an
estimator (or a part of a pipeline, a search, a vote) that skl2onnx has no converter for, with what to take in its place.
What a look cannot tell is said when the model is converted.

**Without an ONNX form**, such as a class of your own: set that to *python*. What has \`predict\` (or \`predict_proba\`, with a
column per class number) is then kept as a Python object, and every step and endpoint of this machine runs it in a process
of the same Python; its features still run as everywhere. Such a model says “Python” wherever it is shown. It cannot go into
a router, a cluster, a bundle or one ONNX file, it runs on no graphics processor, and it ends when its environment does:
changed packages are said, a missing interpreter is an error. Loading a Python object runs the code in it, so one
that was not trained here is refused until you say \`slipway models trust NAME/VERSION\`. Classes of the script need
cloudpickle in the environment.

**Python** is yours: name the interpreter of a virtual environment that has numpy. It runs in a fresh process for each
attempt, without the secrets of the engine, in a temporary folder. \`print\` goes to the log; an error names the line of the
script. The step runs again when the script, its inputs, the version of Python or any installed package changes.

A graph from elsewhere asks before it runs a script.`,
});
