import type { ParamValues } from '../../../main/compute/search/space.ts';
import { isPreferred, type Trial } from '../../../main/compute/search/trial.ts';
import type { SearchReport } from '../../../shared/model/search-report.ts';
import type { Task } from '../../../shared/model/signature.ts';
import { spaceOf } from '../../lib/searchable-trainers.ts';
import { Choices } from './choices.ts';
import type { SearchParams } from './find-best.ts';
import { chooseMetric } from './metric.ts';

/** Best of the earlier search that are tried again first where its values cannot be compared. */
const triedAgain = 5;

/**
 * What a search takes from the report of another one. Of the same trainer and metric, measured alike: its trials, as far as
 * their values lie in the space. Else its best values, to be tried first.
 */
export function earlierTrials(
  report: SearchReport | undefined,
  params: SearchParams,
  task: Task,
): { trials: Trial[]; first: ParamValues[] } {
  if (report === undefined || report.trainer !== params.trainer) return { trials: [], first: [] };
  const choices = new Choices(spaceOf(params));
  const { metric, direction } = chooseMetric(params.metric, task);
  const inSpace = report.trials.flatMap((trial): Trial[] => {
    const values = choices.paramsOf(trial.params);
    const isWhole = Object.keys(trial.params).every((name) => Object.hasOwn(values, name));
    if (!isWhole || (trial.state !== 'complete' && trial.state !== 'pruned') || trial.value === undefined) return [];
    const { number, state, value, violation } = trial;
    const reports = trial.reports.map((one) => ({ step: one.step, value: one.value ?? Number.NaN }));
    return [{ number, state, value, params: values, reports, ...(violation === undefined ? {} : { violation }) }];
  });
  if (report.metric === metric && report.direction === direction && report.folds === params.folds) {
    return { trials: inSpace.map((trial, number) => ({ ...trial, number })), first: [] };
  }
  const complete = inSpace.filter(({ state }) => state === 'complete');
  complete.sort((a, b) => (isPreferred(a, b, report.direction) ? -1 : isPreferred(b, a, report.direction) ? 1 : 0));
  return { trials: [], first: complete.slice(0, triedAgain).map((trial) => trial.params) };
}
