import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import { type RowTensor, runSteps } from '../../compute/scoring/run-steps.ts';
import type { InferJob } from '../batcher.ts';
import type { StepTiming } from '../request-timing.ts';
import type { Tensor } from '../tensor.ts';
import type { ServedStep } from './served-step.ts';

/** A row tensor as the serving process has it: it says its datatype. */
type ServedTensor = Tensor & RowTensor;

export interface PipelineAnswer {
  outputs: Tensor[];
  /** Rows that kept the answer of an earlier step, as a later one had no room: another time they may get another. */
  keptRows: number;
}

/**
 * The outputs of a request that goes through several steps, each with a queue and batches of its own. Errors: those of
 * `Batcher.submit`, with the name of the step.
 */
export async function runPipeline(
  steps: readonly ServedStep[],
  job: InferJob,
  session: string | undefined,
): Promise<PipelineAnswer> {
  const startedMs = performance.now();
  const byName = new Map(steps.map((step) => [step.spec.name, step]));
  const timings: StepTiming[] = [];
  let keptRows = 0;
  const outputs = await runSteps<ServedTensor>({
    steps: steps.map(({ spec }) => spec),
    inputs: job.inputs as ServedTensor[],
    rows: job.rows,
    outputs: job.outputs,
    run: async ({ step, inputs, rows, outputs: asked }) => {
      const served = byName.get(step.name) as ServedStep;
      const nowMs = performance.now();
      const timing: StepTiming | undefined =
        job.timing === undefined ? undefined : { name: step.name, rows, startedMs: nowMs };
      if (timing !== undefined) timings.push(timing);
      const waited = nowMs - startedMs;
      const stepJob: InferJob = {
        ...job,
        inputs,
        rows,
        outputs: asked,
        timing,
        timeoutMs: job.timeoutMs === undefined ? undefined : Math.max(0, job.timeoutMs - waited),
      };
      try {
        const made = await served.submit(stepJob, session);
        requireRows(made, rows, step.name);
        return made as ServedTensor[];
      } catch (error) {
        throw inStep(error, step.name);
      }
    },
    mayKeep: (error, { name }, rows) => {
      const { code } = toAppError(error);
      const keeps = code === 'serve.overloaded' || code === 'serve.not-ready';
      if (keeps) {
        (byName.get(name) as ServedStep).keptRows += rows;
        keptRows += rows;
      }
      return keeps;
    },
  });
  if (job.timing !== undefined) spanOf(job.timing, timings);
  return { outputs, keptRows };
}

/** The request as a whole: from the first run to the end of the last. */
function spanOf(timing: NonNullable<InferJob['timing']>, steps: StepTiming[]): void {
  timing.steps = steps;
  for (const { runStartedMs, runEndedMs, inferMs, batchRows } of steps) {
    if (runStartedMs === undefined || runEndedMs === undefined) continue;
    timing.runStartedMs = Math.min(timing.runStartedMs ?? runStartedMs, runStartedMs);
    timing.runEndedMs = Math.max(timing.runEndedMs ?? runEndedMs, runEndedMs);
    timing.inferMs = (timing.inferMs ?? 0) + (inferMs ?? 0);
    timing.batchRows = Math.max(timing.batchRows ?? 0, batchRows ?? 0);
  }
}

/** A step that does not give a row for a row would mix up those of a request. */
function requireRows(outputs: readonly Tensor[], rows: number, name: string): void {
  const wrong = outputs.find((output) => output.shape[0] !== rows);
  if (wrong === undefined) return;
  throw new AppError('serve.inference', `It gave ${wrong.shape[0]} rows of “${wrong.name}” for ${rows}.`, {
    fix: `Step “${name}” has to give one row for each.`,
  });
}

function inStep(error: unknown, name: string): AppError {
  const { code, message, fix, details } = toAppError(error);
  return new AppError(code, `Step “${name}”: ${message}`, {
    ...(fix === undefined ? {} : { fix }),
    ...(details === undefined ? {} : { details }),
    cause: error,
  });
}
