import { z } from 'zod';
import type { ParamValues } from '../../../main/compute/search/space.ts';
import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import type { StepItems } from '../../../shared/node/runner.ts';
import { canonicalJson } from '../../../shared/plan/canonical-json.ts';
import type { TrialResult } from './run-trials.ts';

/** What is kept of a trial: all of its reports, so that whoever reads it can prune it as if it ran there. */
const trialItemSchema = z.object({
  params: z.string(),
  reports: z.array(z.tuple([z.number(), z.number()])),
  end: z.union([z.object({ value: z.number(), violation: z.number() }), z.object({ diverged: z.string() })]),
});

type Report = (step: number, loss: number) => void;

/** Runs a trial and keeps how it went. Errors are those of `run`. */
export async function keepTrial(
  items: StepItems,
  number: number,
  params: ParamValues,
  run: (report: Report) => Promise<TrialResult>,
  report: Report,
): Promise<TrialResult> {
  const reports: [number, number][] = [];
  const put = (end: z.infer<typeof trialItemSchema>['end']) =>
    items.put(number, { params: canonicalJson(params), reports, end });
  try {
    const result = await run((step, loss) => {
      reports.push([step, loss]);
      report(step, loss);
    });
    // A value that is no number is not JSON; the trial is run again, which is rare.
    if (Number.isFinite(result.value)) await put(result);
    return result;
  } catch (error) {
    if (toAppError(error).code === 'train.diverged') await put({ diverged: toAppError(error).message });
    throw error;
  }
}

/**
 * A trial that was kept, its reports told again; undefined when nobody has run it, or with other values. Throws
 * `train.diverged` where it did, and the reason of `signal` where it is pruned on the way.
 */
export async function recallTrial(
  items: StepItems,
  number: number,
  params: ParamValues,
  trial: { report: Report; signal: AbortSignal },
): Promise<TrialResult | undefined> {
  const { data } = trialItemSchema.safeParse(await items.get(number));
  if (data?.params !== canonicalJson(params)) return undefined;
  for (const [step, loss] of data.reports) {
    trial.report(step, loss);
    trial.signal.throwIfAborted();
  }
  if ('diverged' in data.end) throw new AppError('train.diverged', data.end.diverged);
  return data.end;
}
