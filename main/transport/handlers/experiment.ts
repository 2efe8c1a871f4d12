import type { Training } from '../../../shared/rpc/experiment-schemas.ts';
import type { StoreDatabase } from '../../store/database.ts';
import { type Training as TrackedTraining, TrackingStore } from '../../tracking/tracking-store.ts';
import { rpc } from '../rpc-base.ts';

/** Where MLflow's clients and its app keep a run's note. */
const noteTag = 'mlflow.note.content';
/** Extremes of this many ranges of steps are more than a chart has pixels for. */
const curveBuckets = 500;

const trackingOf = ({ database }: { database: StoreDatabase }): TrackingStore => new TrackingStore(database);

function shown(training: TrackedTraining): Training {
  const { id, name, status, startMs, endMs, runId, nodeId, modelDigest, params, tags, metrics } = training;
  return {
    id,
    name,
    status,
    startMs,
    endMs,
    runId,
    nodeId,
    modelDigest,
    params,
    metrics: Object.fromEntries(
      Object.entries(metrics).map(([key, { value }]) => [key, Number.isFinite(value) ? value : null]),
    ),
    note: tags[noteTag] ?? '',
  };
}

/** `params.a`, `metrics.b` or a field of the training, quoted as the filter's grammar wants names. */
function orderTerm({ column, descending }: { column: string; descending: boolean }): string {
  const dot = column.indexOf('.');
  const name = dot < 0 ? column : `${column.slice(0, dot)}.\`${column.slice(dot + 1).replaceAll('`', '')}\``;
  return `${name} ${descending ? 'DESC' : 'ASC'}`;
}

export const experimentHandlers = {
  list: rpc.experiment.list.handler(({ context: { engine } }) =>
    trackingOf(engine)
      .experiments()
      .map(({ id, name, updatedMs }) => ({
        id,
        name,
        updatedMs,
        trainings: trackingOf(engine).query({ experimentIds: [id], limit: 1, columns: {} }).total,
      })),
  ),
  keys: rpc.experiment.keys.handler(({ input, context: { engine } }) => {
    const { params, metrics } = trackingOf(engine).keys(input.experiment);
    return { params, metrics };
  }),
  trainings: rpc.experiment.trainings.handler(({ input, context: { engine } }) => {
    const { experiment, filter, orderBy, offset, limit, params, metrics } = input;
    const { trainings, total } = trackingOf(engine).query({
      experimentIds: [experiment],
      ...(filter === undefined || filter.trim() === '' ? {} : { filter }),
      ...(orderBy === undefined ? {} : { orderBy: [orderTerm(orderBy)] }),
      offset,
      limit,
      columns: { params, metrics, tags: [noteTag] },
    });
    return { trainings: trainings.map(shown), total };
  }),
  curves: rpc.experiment.curves.handler(({ input, context: { engine } }) =>
    input.trainings.map((training) => {
      const points = trackingOf(engine)
        .sampledHistory(training, input.metric, curveBuckets)
        .filter(({ value }) => Number.isFinite(value));
      return { training, steps: points.map(({ step }) => step), values: points.map(({ value }) => value) };
    }),
  ),
  setNote: rpc.experiment.setNote.handler(({ input, context: { engine } }) =>
    trackingOf(engine).log(input.training, { tags: { [noteTag]: input.note } }),
  ),
  remove: rpc.experiment.remove.handler(({ input, context: { engine } }) =>
    trackingOf(engine).updateTraining(input.training, { lifecycle: 'deleted' }),
  ),
};
