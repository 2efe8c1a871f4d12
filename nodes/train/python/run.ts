import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { environmentDigest, interpreterOf } from '../../../main/compute/python/interpreter.ts';
import { type PythonEnd, runPython } from '../../../main/compute/python/run-python.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode, type StepContext } from '../../../shared/node/runner.ts';
import { adoptOnnx } from '../../lib/adopt-onnx.ts';
import { readRowWeights } from '../../lib/row-columns.ts';
import { readTrainingColumns, type TrainingColumns } from '../../lib/training-data.ts';
import { pythonModelNode } from './definition.ts';

type Params = z.output<typeof pythonModelNode.params>;

const bootstrap = fileURLToPath(new URL('./bootstrap.py', import.meta.url));
const largestModelBytes = 2 ** 29;

const endSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true) }),
  z.object({
    ok: z.literal(false),
    type: z.string(),
    message: z.string(),
    line: z.number().nullable(),
    source: z.string().nullable(),
    missing: z.string().nullable(),
    traceback: z.string(),
  }),
]);

export const runner = implementNode(pythonModelNode, {
  async run(ctx) {
    const data = await readTrainingColumns(ctx);
    const { interpreter: _interpreter, ...params } = ctx.params;
    const bytes = await train(ctx, data);
    const model = await adoptOnnx({
      ctx,
      data,
      bytes,
      label: 'The model of the script',
      output: '',
      scores: 'auto',
      trainer: { kind: pythonModelNode.kind, params },
    });
    return { model };
  },

  probe: ({ params, baseDir, signal }) => environmentDigest(interpreterOf(params.interpreter, baseDir), signal),
});

/** Runs the script and gives the ONNX it made. */
async function train(ctx: StepContext<Params>, data: TrainingColumns): Promise<Uint8Array> {
  const { params } = ctx;
  const { labels, columns, table, pipeline } = data;
  const interpreter = interpreterOf(params.interpreter, ctx.baseDir);
  const folder = join(ctx.workDir, 'python');
  await mkdir(folder);
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
  const job = {
    script: params.script,
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
    seed: params.seed,
    threads: ctx.threads,
    memoryBytes: params.memoryMb * 2 ** 20,
    model: file('model.onnx'),
    result: file('result.json'),
  };
  await writeFile(file('job.json'), JSON.stringify(job));
  const timeoutMs = params.timeoutS * 1000;
  const end = await runPython(ctx, { interpreter, program: bootstrap, job: file('job.json'), folder, timeoutMs });
  await requireSuccess(ctx, end, job.result, interpreter);
  const { size } = await stat(job.model);
  if (size > largestModelBytes) {
    throw new AppError('model.invalid', `The model has ${Math.ceil(size / 2 ** 20)} MiB as ONNX, more than 512.`, {
      fix: 'Train a smaller model.',
    });
  }
  return readFile(job.model);
}

async function requireSuccess(
  ctx: StepContext<Params>,
  end: PythonEnd,
  result: string,
  interpreter: string,
): Promise<void> {
  const { nodeId, params } = ctx;
  if (end.timedOut) {
    throw new AppError('step.timeout', `The script did not end within ${params.timeoutS} s.`, {
      fix: 'Raise its time limit, or make it faster.',
      nodeId,
    });
  }
  const outOfMemory = () =>
    new AppError('step.out-of-memory', `The script ran out of its ${params.memoryMb} MiB of memory.`, {
      fix: 'Raise its memory limit, or train on fewer rows.',
      nodeId,
    });
  const text = await readFile(result, 'utf8').catch(() => undefined);
  if (text === undefined) {
    if (end.signal === 'SIGKILL' || end.code === 137) throw outOfMemory();
    const how = end.signal === null ? `with exit code ${end.code}` : `by ${end.signal}`;
    throw new AppError('step.crashed', `Python ended ${how}. ${end.lastError}`.trim(), {
      fix: 'Look into the log of the step.',
      nodeId,
    });
  }
  const said = endSchema.parse(JSON.parse(text));
  if (said.ok) return;
  if (said.type === 'MemoryError' || said.type === '_ArrayMemoryError') throw outOfMemory();
  if (said.missing !== null && said.line === null) {
    const why = said.missing === 'numpy' ? 'which the training rows come in' : 'which turns the model into ONNX';
    throw new AppError('environment.missing', `${interpreter} lacks the package ${said.missing}, ${why}.`, {
      fix: `Install it there: ${interpreter} -m pip install ${said.missing}`,
      nodeId,
      details: { field: 'interpreter' },
    });
  }
  const where = said.line === null ? '' : ` (line ${said.line}${said.source === null ? '' : `: ${said.source}`})`;
  throw new AppError('step.failed', `${said.message}${where}`, {
    fix: said.missing === null ? 'Correct the script.' : `Install ${said.missing} for ${interpreter}.`,
    nodeId,
    details: { field: 'script', line: said.line, traceback: said.traceback },
  });
}
