import { z } from 'zod';
import type { Experiment, Metric, Training, TrackingStore } from '../../tracking/tracking-store.ts';
import {
  integer,
  key,
  list,
  metric,
  nextPageToken,
  param,
  parseFields,
  readPageToken,
  tag,
  text,
  writeDouble,
} from './fields.ts';
import { MlflowError } from './mlflow-error.ts';
import type { MlflowRoutes } from './route.ts';

const largestPage = 50_000;
/** Limits of one log-batch. */
const batchLimits = { items: 1000, metrics: 1000, params: 100, tags: 100 };

const experimentId = z.union([z.string().regex(/^\d{1,15}$/), z.number().int().min(0)]).transform(Number);
const runId = z.object({ run_id: z.string().optional(), run_uuid: z.string().optional() });
const viewType = z.enum(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL']).default('ACTIVE_ONLY');
const status = z.enum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']);
const lifecycleOf = { ACTIVE_ONLY: 'active', DELETED_ONLY: 'deleted', ALL: 'all' } as const;

export function trackingRoutes(tracking: TrackingStore): MlflowRoutes {
  const searchExperiments = (input: unknown) => {
    const fields = parseFields(
      z.object({
        max_results: integer.default(1000),
        page_token: z.string().optional(),
        filter: z.string().optional(),
        view_type: viewType,
      }),
      input,
    );
    const name = /^\s*(?:attributes?\.)?name\s*=\s*'((?:[^']|'')*)'\s*$/i.exec(fields.filter ?? '')?.[1];
    if (name === undefined && (fields.filter ?? '').trim() !== '') {
      throw new MlflowError('INVALID_PARAMETER_VALUE', "Experiments can be filtered by name = '…' only.");
    }
    const all = tracking
      .experiments(lifecycleOf[fields.view_type])
      .filter((experiment) => name === undefined || experiment.name === name.replaceAll("''", "'"));
    const offset = readPageToken(fields.page_token);
    const page = all.slice(offset, offset + pageSize(fields.max_results));
    return { experiments: page.map(experimentJson), ...nextPageToken(offset, page.length, all.length) };
  };
  return {
    'POST experiments/create': (input) => {
      const fields = parseFields(z.object({ name: key.max(500), tags: z.array(tag).default([]) }), input);
      if (tracking.experimentNamed(fields.name) !== undefined) {
        throw new MlflowError('RESOURCE_ALREADY_EXISTS', `Experiment '${fields.name}' already exists.`);
      }
      return { experiment_id: String(tracking.createExperiment(fields.name, pairs(fields.tags))) };
    },
    'POST experiments/search': searchExperiments,
    'GET experiments/search': searchExperiments,
    'GET experiments/get': (input) => {
      const fields = parseFields(z.object({ experiment_id: experimentId }), input);
      return { experiment: experimentJson(tracking.experiment(fields.experiment_id)) };
    },
    'GET experiments/get-by-name': (input) => {
      const fields = parseFields(z.object({ experiment_name: z.string() }), input);
      const found = tracking.experimentNamed(fields.experiment_name);
      if (found !== undefined) return { experiment: experimentJson(found) };
      throw new MlflowError(
        'RESOURCE_DOES_NOT_EXIST',
        `Could not find experiment with name '${fields.experiment_name}'.`,
      );
    },
    'POST experiments/update': (input) => {
      const fields = parseFields(z.object({ experiment_id: experimentId, new_name: key.max(500) }), input);
      tracking.updateExperiment(fields.experiment_id, { name: fields.new_name });
      return {};
    },
    'POST experiments/delete': (input) => {
      const fields = parseFields(z.object({ experiment_id: experimentId }), input);
      tracking.updateExperiment(fields.experiment_id, { lifecycle: 'deleted' });
      return {};
    },
    'POST experiments/restore': (input) => {
      const fields = parseFields(z.object({ experiment_id: experimentId }), input);
      tracking.updateExperiment(fields.experiment_id, { lifecycle: 'active' });
      return {};
    },
    'POST experiments/set-experiment-tag': (input) => {
      const fields = parseFields(z.object({ experiment_id: experimentId, key, value: text }), input);
      tracking.updateExperiment(fields.experiment_id, { tags: { [fields.key]: fields.value } });
      return {};
    },
    'POST experiments/delete-experiment-tag': (input) => {
      const fields = parseFields(z.object({ experiment_id: experimentId, key }), input);
      tracking.updateExperiment(fields.experiment_id, { tags: { [fields.key]: null } });
      return {};
    },
    'POST runs/create': (input) => {
      const fields = parseFields(
        z.object({
          experiment_id: experimentId.default(0),
          user_id: z.string().default(''),
          run_name: z.string().optional(),
          start_time: integer.optional(),
          tags: z.array(tag).default([]),
        }),
        input,
      );
      const tags = pairs(fields.tags);
      if (tracking.experiment(fields.experiment_id).lifecycle === 'deleted') {
        throw new MlflowError('INVALID_PARAMETER_VALUE', `Experiment ${fields.experiment_id} is deleted.`);
      }
      const name = fields.run_name ?? tags['mlflow.runName'] ?? 'run';
      const id = tracking.createTraining({
        experimentId: fields.experiment_id,
        name,
        user: fields.user_id,
        startMs: fields.start_time ?? Date.now(),
        tags: { ...tags, 'mlflow.runName': name },
      });
      return { run: runJson(tracking.training(id)) };
    },
    'POST runs/update': (input) => {
      const fields = parseFields(
        runId.extend({ status: status.optional(), end_time: integer.optional(), run_name: z.string().optional() }),
        input,
      );
      const id = idOf(fields);
      tracking.updateTraining(id, {
        ...(fields.status === undefined ? {} : { status: fields.status }),
        ...(fields.end_time === undefined ? {} : { endMs: fields.end_time }),
        ...(fields.run_name === undefined ? {} : { name: fields.run_name }),
      });
      if (fields.run_name !== undefined) tracking.log(id, { tags: { 'mlflow.runName': fields.run_name } });
      return { run_info: runJson(tracking.training(id)).info };
    },
    'POST runs/delete': (input) => {
      tracking.updateTraining(idOf(parseFields(runId, input)), { lifecycle: 'deleted' });
      return {};
    },
    'POST runs/restore': (input) => {
      tracking.updateTraining(idOf(parseFields(runId, input)), { lifecycle: 'active' });
      return {};
    },
    'GET runs/get': (input) => ({ run: runJson(tracking.training(idOf(parseFields(runId, input)))) }),
    'POST runs/search': (input) => {
      const fields = parseFields(
        z.object({
          experiment_ids: z.array(experimentId).default([]),
          filter: z.string().default(''),
          run_view_type: viewType,
          max_results: integer.default(1000),
          order_by: z.array(z.string()).max(10).default([]),
          page_token: z.string().optional(),
        }),
        input,
      );
      const offset = readPageToken(fields.page_token);
      const { trainings, total } = tracking.query({
        experimentIds: fields.experiment_ids,
        filter: fields.filter,
        orderBy: fields.order_by,
        lifecycle: lifecycleOf[fields.run_view_type],
        offset,
        limit: pageSize(fields.max_results),
      });
      return { runs: trainings.map(runJson), ...nextPageToken(offset, trainings.length, total) };
    },
    'POST runs/log-metric': (input) => {
      const fields = parseFields(runId.extend(metric.shape), input);
      tracking.log(writable(tracking, idOf(fields)), { metrics: [toMetric(fields)] });
      return {};
    },
    'POST runs/log-parameter': (input) => {
      const fields = parseFields(runId.extend(param.shape), input);
      tracking.log(writable(tracking, idOf(fields)), { params: { [fields.key]: fields.value } });
      return {};
    },
    'POST runs/set-tag': (input) => {
      const fields = parseFields(runId.extend(tag.shape), input);
      tracking.log(writable(tracking, idOf(fields)), { tags: { [fields.key]: fields.value } });
      if (fields.key === 'mlflow.runName') tracking.updateTraining(idOf(fields), { name: fields.value });
      return {};
    },
    'POST runs/delete-tag': (input) => {
      const fields = parseFields(runId.extend({ key }), input);
      tracking.deleteTag(writable(tracking, idOf(fields)), fields.key);
      return {};
    },
    'POST runs/log-batch': (input) => {
      const sizes = parseFields(
        z.object({
          metrics: z.array(z.unknown()).default([]),
          params: z.array(z.unknown()).default([]),
          tags: z.array(z.unknown()).default([]),
        }),
        input,
      );
      limitBatch({ metrics: sizes.metrics.length, params: sizes.params.length, tags: sizes.tags.length });
      const fields = parseFields(
        runId.extend({
          metrics: z.array(metric).default([]),
          params: z.array(param).default([]),
          tags: z.array(tag).default([]),
        }),
        input,
      );
      const params = pairs(fields.params);
      const other = fields.params.find(({ key: name, value }) => params[name] !== value);
      if (other !== undefined) {
        throw new MlflowError('INVALID_PARAMETER_VALUE', `The batch has two values for the param '${other.key}'.`);
      }
      const log = { metrics: fields.metrics.map(toMetric), params, tags: pairs(fields.tags) };
      tracking.log(writable(tracking, idOf(fields)), log);
      return {};
    },
    // What a client logs about data sets and logged models is accepted and not kept.
    'POST runs/log-inputs': (input) => {
      tracking.training(idOf(parseFields(runId, input)));
      return {};
    },
    'GET metrics/get-history': (input) => {
      const fields = parseFields(
        runId.extend({ metric_key: key, page_token: z.string().optional(), max_results: integer.optional() }),
        input,
      );
      const offset = readPageToken(fields.page_token);
      const limit = fields.max_results === undefined ? undefined : pageSize(fields.max_results);
      // One more tells whether there is a next page.
      const found = tracking.history(idOf(fields), fields.metric_key, {
        offset,
        ...(limit === undefined ? {} : { limit: limit + 1 }),
      });
      const page = limit === undefined ? found : found.slice(0, limit);
      return { metrics: page.map(metricJson), ...nextPageToken(offset, page.length, offset + found.length) };
    },
    'GET metrics/get-history-bulk-interval': (input) => {
      const fields = parseFields(
        z.object({
          run_ids: list(z.string()),
          metric_key: key,
          start_step: integer.optional(),
          end_step: integer.optional(),
          max_results: integer.default(320),
        }),
        input,
      );
      const buckets = Math.max(1, Math.floor(pageSize(fields.max_results) / 2));
      const inside = ({ step }: Metric) =>
        step >= (fields.start_step ?? Number.NEGATIVE_INFINITY) &&
        step <= (fields.end_step ?? Number.POSITIVE_INFINITY);
      const metrics = (fields.run_ids ?? []).flatMap((id) =>
        tracking
          .sampledHistory(id, fields.metric_key, buckets)
          .filter(inside)
          .map((point) => ({ ...metricJson(point), run_id: id })),
      );
      return { metrics };
    },
    'GET artifacts/list': (input) => {
      const training = tracking.training(idOf(parseFields(runId, input)));
      return { root_uri: artifactUri(training), files: [] };
    },
  };
}

function limitBatch(counts: { metrics: number; params: number; tags: number }): void {
  for (const [name, count] of Object.entries(counts) as [keyof typeof counts, number][]) {
    if (count <= batchLimits[name]) continue;
    throw new MlflowError(
      'INVALID_PARAMETER_VALUE',
      `A batch logging request can contain at most ${batchLimits[name]} ${name}, got ${count}.`,
    );
  }
  const items = counts.metrics + counts.params + counts.tags;
  if (items > batchLimits.items) {
    throw new MlflowError(
      'INVALID_PARAMETER_VALUE',
      `A batch logging request can contain at most ${batchLimits.items} metrics, params and tags, got ${items}.`,
    );
  }
}

function idOf({ run_id: id, run_uuid: uuid }: z.output<typeof runId>): string {
  const found = id ?? uuid;
  if (found !== undefined && found !== '') return found;
  throw new MlflowError('INVALID_PARAMETER_VALUE', "Missing value for required parameter 'run_id'.");
}

/** Deleted runs take nothing more. */
function writable(tracking: TrackingStore, id: string): string {
  if (tracking.lifecycleOf(id) === 'active') return id;
  throw new MlflowError('INVALID_PARAMETER_VALUE', `The run ${id} must be in the 'active' state.`);
}

function pageSize(asked: number): number {
  if (asked >= 1 && asked <= largestPage) return asked;
  throw new MlflowError('INVALID_PARAMETER_VALUE', `max_results must be between 1 and ${largestPage}, got ${asked}.`);
}

function pairs(items: readonly { key: string; value: string }[]): Record<string, string> {
  return Object.fromEntries(items.map(({ key: name, value }) => [name, value]));
}

function toMetric({ key: name, value, timestamp, step }: z.output<typeof metric>): Metric {
  return { key: name, value, timestampMs: timestamp, step };
}

function metricJson({ key: name, value, timestampMs, step }: Metric) {
  return { key: name, value: writeDouble(value), timestamp: timestampMs, step };
}

function experimentJson({ id, name, lifecycle, createdMs, updatedMs, tags }: Experiment) {
  return {
    experiment_id: String(id),
    name,
    artifact_location: `mlflow-artifacts:/${id}`,
    lifecycle_stage: lifecycle,
    creation_time: createdMs,
    last_update_time: updatedMs,
    tags: tagsJson(tags),
  };
}

function tagsJson(tags: Readonly<Record<string, string>>) {
  return Object.entries(tags).map(([name, value]) => ({ key: name, value }));
}

function artifactUri({ experimentId: experiment, id }: Training): string {
  return `mlflow-artifacts:/${experiment}/${id}/artifacts`;
}

function runJson(training: Training) {
  const { id, name, user, status: state, startMs, endMs, lifecycle } = training;
  return {
    info: {
      run_id: id,
      run_uuid: id,
      run_name: name,
      experiment_id: String(training.experimentId),
      user_id: user,
      status: state,
      start_time: startMs,
      ...(endMs === null ? {} : { end_time: endMs }),
      artifact_uri: artifactUri(training),
      lifecycle_stage: lifecycle,
    },
    data: {
      metrics: Object.values(training.metrics).map(metricJson),
      params: tagsJson(training.params),
      tags: tagsJson(training.tags),
    },
    inputs: { dataset_inputs: [] },
  };
}
