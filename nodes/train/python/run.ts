import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { environmentDigest, interpreterOf } from '../../../main/compute/python/interpreter.ts';
import { runScript, type ScriptWords } from '../../../main/compute/python/run-script.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode, type StepContext } from '../../../shared/node/runner.ts';
import { adoptOnnx } from '../../lib/adopt-onnx.ts';
import { readRowWeights } from '../../lib/row-columns.ts';
import { readTrainingColumns, type TrainingColumns } from '../../lib/training-data.ts';
import { adoptEstimator, estimatorJob } from './adopt-estimator.ts';
import { pythonModelNode } from './definition.ts';

type Params = z.output<typeof pythonModelNode.params>;

const exchange = fileURLToPath(new URL('./estimator.py', import.meta.url));
const largestModelBytes = 2 ** 29;

const words: ScriptWords = {
  lessMemory: 'train on fewer rows',
  missing: (name) => ({
    use: name === 'numpy' ? 'which the training rows come in' : 'which turns the model into ONNX',
    install: name,
  }),
};

export const runner = implementNode(pythonModelNode, {
  async run(ctx) {
    const data = await readTrainingColumns(ctx);
    const { interpreter: _interpreter, ...params } = ctx.params;
    const trainer = { kind: pythonModelNode.kind, params };
    const bytes = await train(ctx, data);
    if (bytes === undefined) return { model: await adoptEstimator(ctx, data, trainer) };
    const model = await adoptOnnx({
      ctx,
      data,
      bytes,
      label: 'The model of the script',
      output: '',
      scores: 'auto',
      trainer,
    });
    return { model };
  },

  probe: ({ params, baseDir, signal }) => environmentDigest(interpreterOf(params.interpreter, baseDir), signal),
});

/** Runs the script and gives the ONNX it made; undefined where it left an estimator for `adoptEstimator`. */
async function train(ctx: StepContext<Params>, data: TrainingColumns): Promise<Uint8Array | undefined> {
  const { params } = ctx;
  const { labels, columns, table, pipeline } = data;
  const file = (name: string) => join(ctx.workDir, `python-${name}`);
  const rows = labels.values.length;
  const matrix = new Float32Array(rows * columns.length);
  columns.forEach((column, c) => {
    for (let row = 0; row < rows; row++) matrix[row * columns.length + c] = column[row] as number;
  });
  const weights = await readRowWeights({ table, column: params.weight, labels, ctx });
  await writeFile(file('x'), matrix);
  await writeFile(file('y'), labels.values);
  if (weights !== undefined) await writeFile(file('weights'), weights);
  const model = file('model.onnx');
  const values = {
    x: file('x'),
    y: file('y'),
    weights: weights === undefined ? null : file('weights'),
    rows,
    width: columns.length,
    features: pipeline.features.flatMap(({ name, width, labels: names }) =>
      width === 1 ? [name] : Array.from({ length: width }, (_, i) => `${name} ${names?.[i] ?? i}`),
    ),
    classes: labels.classes,
    task: labels.task,
    threads: ctx.threads,
    model,
    python: params.withoutOnnx === 'python' ? estimatorJob(ctx.workDir) : null,
  };
  await runScript(ctx, { exchange, values, words });
  const found = await stat(model).catch(() => undefined);
  if (found === undefined) return undefined;
  const { size } = found;
  if (size > largestModelBytes) {
    throw new AppError('model.invalid', `The model has ${Math.ceil(size / 2 ** 20)} MiB as ONNX, more than 512.`, {
      fix: 'Train a smaller model.',
    });
  }
  return readFile(model);
}
