import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { featureMatrixModel } from '../../../main/compute/onnx/append-model.ts';
import { EstimatorProcess } from '../../../main/compute/python/estimator-process.ts';
import { trustEstimator } from '../../../main/compute/python/estimator-trust.ts';
import { environmentDigest, interpreterOf } from '../../../main/compute/python/interpreter.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { matrixOutput } from '../../../shared/model/model-form.ts';
import type { ModelManifest, PythonEstimator } from '../../../shared/model/signature.ts';
import type { ArtifactDraft, StepContext } from '../../../shared/node/runner.ts';
import type { TrainingColumns } from '../../lib/training-data.ts';
import { writeModel } from '../../lib/write-model.ts';

/** Training rows that the estimator scores before and after it is kept. */
const sampleRows = 256;
const tolerance = 1e-6;
const scoreTimeoutMs = 600_000;
const largestEstimatorBytes = 2 ** 29;

const aboutSchema = z.object({
  type: z.string(),
  version: z.string(),
  rows: z.number(),
  columns: z.number(),
  why: z.string(),
});

const worker = fileURLToPath(new URL('../../../main/compute/python/estimator_worker.py', import.meta.url));

/** Where `estimator.py` leaves an estimator without an ONNX form. */
export function estimatorJob(workDir: string) {
  const file = (name: string) => join(workDir, `python-${name}`);
  return { estimator: file('estimator.pkl'), sample: file('sample'), about: file('about.json'), worker, sampleRows };
}

/**
 * Makes what the script left a model that Python runs: its features as a graph of their own, the estimator as it was
 * pickled, once it gives the same scores in a process of its own. The run was trusted, so loading it here is from now on.
 * Errors: `model.invalid`, `environment.missing`, `disk.read-only`.
 */
export async function adoptEstimator(
  ctx: StepContext<{ interpreter: string; memoryMb: number }>,
  data: TrainingColumns,
  trainer: ModelManifest['trainer'],
): Promise<ArtifactDraft> {
  const { pipeline, table, labels } = data;
  const job = estimatorJob(ctx.workDir);
  const { size } = await stat(job.estimator);
  if (size > largestEstimatorBytes) {
    throw new AppError('model.invalid', `The estimator has ${Math.ceil(size / 2 ** 20)} MiB, more than 512.`, {
      fix: 'Train a smaller model.',
    });
  }
  const estimator = await readFile(job.estimator);
  const about = aboutSchema.parse(JSON.parse(await readFile(job.about, 'utf8')));
  const interpreter = interpreterOf(ctx.params.interpreter, ctx.baseDir);
  const python: PythonEstimator = {
    sha256: createHash('sha256').update(estimator).digest('hex'),
    type: about.type,
    interpreter,
    environment: await environmentDigest(interpreter, ctx.signal),
    version: about.version,
    memoryMb: ctx.params.memoryMb,
    why: about.why,
  };
  ctx.log('warn', `${about.type} has no ONNX form, so Python runs it wherever the model is used. ${about.why}`);
  await requireSameScores(ctx, data, { python, estimator, expected: await floatsIn(job.sample), rows: about.rows });
  const matrix = await featureMatrixModel(pipeline, matrixOutput);
  const draft = await writeModel({
    ctx,
    table,
    inputs: matrix.inputs,
    pipeline,
    labels,
    model: {
      python,
      estimator,
      matrix: matrix.bytes,
      trainer,
      curve: { metric: 'logLoss', train: [], valid: [] },
      importance: new Float64Array(pipeline.width),
    },
  });
  trustEstimator(python, 'trained');
  return draft;
}

/** Errors: `model.invalid` for an estimator that is another one once it has been kept. */
async function requireSameScores(
  ctx: Pick<StepContext, 'threads' | 'log' | 'signal'>,
  { columns, labels, pipeline }: TrainingColumns,
  {
    python,
    estimator,
    expected,
    rows,
  }: { python: PythonEstimator; estimator: Uint8Array; expected: Float32Array; rows: number },
): Promise<void> {
  const matrix = new Float32Array(rows * columns.length);
  columns.forEach((column, c) => {
    for (let row = 0; row < rows; row++) matrix[row * columns.length + c] = column[row] as number;
  });
  let process: EstimatorProcess | undefined;
  try {
    process = await EstimatorProcess.open({
      interpreter: python.interpreter,
      bytes: estimator,
      task: labels.task,
      classes: labels.classes.length,
      width: pipeline.width,
      threads: ctx.threads,
      memoryBytes: python.memoryMb * 2 ** 20,
      timeoutMs: scoreTimeoutMs,
      log: (level, text) => ctx.log(level, text),
    });
    ctx.signal.throwIfAborted();
    const scores = process.scoresOf(expected, rows, expected.length / rows);
    const found = await process.score(matrix, rows);
    const worst = scores.reduce((most, score, i) => {
      const difference = Math.abs(score - (found[i] as number));
      const same = difference <= tolerance * Math.max(1, Math.abs(score)) || Object.is(score, found[i]);
      return same ? most : Math.max(most, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
    }, 0);
    if (worst > 0) throw new Error(`its scores differ by ${worst.toPrecision(3)} once it has been saved and loaded`);
    if (process.onlyClasses) ctx.log('warn', `${python.type} has no predict_proba: its probabilities are 0 or 1.`);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    if (ctx.signal.aborted) throw new AppError('run.cancelled', 'Cancelled.', { cause });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('model.invalid', `${python.type} cannot be run by Python from a file: ${reason}`, {
      fix: 'Let predict answer from its arguments and what fit found alone, with one score or class number per row.',
      cause,
    });
  } finally {
    await process?.close();
  }
}

async function floatsIn(path: string): Promise<Float32Array> {
  return new Float32Array(Uint8Array.from(await readFile(path)).buffer);
}
