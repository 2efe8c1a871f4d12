import type { GpuState } from '../compute/devices/nvidia-smi.ts';
import { gpuMetrics } from './gpu-metrics.ts';
import { cpus, freemem, totalmem } from 'node:os';
import type { ViewFreshness } from './feature-gateway.ts';
import type { MonitorReading } from './monitor-readings.ts';
import type { ExplainService } from './explain/explain-service.ts';
import type { ModelStatistics } from './model-statistics.ts';
import type { ServedStep } from './pipeline/served-step.ts';
import type { FrontPool } from './fronts/front-pool.ts';
import type { FrontLoad } from './fronts/front-protocol.ts';
import type { ModelFleet } from './replicas/model-fleet.ts';
import type { Ownership } from './ipc-protocol.ts';
import type { PayloadLog } from './payload-log/payload-log.ts';
import { type MetricsFormat, PrometheusText } from './prometheus-text.ts';
import type { ServedModel } from './served-model.ts';

/** Body of `/metrics`. */
export function metricsPage(
  models: readonly ServedModel[],
  monitors: readonly MonitorReading[],
  freshness: readonly ViewFreshness[],
  {
    peakPerSecond,
    droppedSpans,
    fleet,
    explanations,
    payloadLog,
    ownership,
    format,
    fronts,
    gpus,
  }: {
    peakPerSecond: number;
    droppedSpans: number;
    fleet: ModelFleet;
    explanations: ExplainService;
    payloadLog: PayloadLog | null;
    ownership: Ownership;
    format: MetricsFormat;
    fronts: FrontPool | null;
    gpus: readonly GpuState[];
  },
): string {
  const text = new PrometheusText(format);
  const labels = (model: ServedModel) => ({ model: model.name, version: model.version });
  text.counter(
    'pipeline_inference_requests_total',
    'Inference requests by HTTP status.',
    models.flatMap((model) =>
      [...model.requestsByCode].map(([code, value]) => ({ labels: { ...labels(model), code: String(code) }, value })),
    ),
  );
  text.histogram(
    'pipeline_inference_duration_seconds',
    'Time from the end of the request head to the response.',
    models.map((model) => ({ labels: labels(model), value: model.durationSeconds })),
  );
  text.counter(
    'pipeline_explain_requests_total',
    'Requests to explain predictions, by HTTP status.',
    [...explanations.counts].flatMap(([model, { byCode }]) =>
      [...byCode].map(([code, value]) => ({ labels: { ...labels(model), code: String(code) }, value })),
    ),
  );
  text.histogram(
    'pipeline_explain_duration_seconds',
    'Time of explaining the rows of a request.',
    [...explanations.counts].map(([model, { seconds }]) => ({ labels: labels(model), value: seconds })),
  );
  text.histogram(
    'pipeline_inference_queue_seconds',
    'Time a request waited before its run.',
    models.map((model) => ({ labels: labels(model), value: model.queueSeconds })),
  );
  text.histogram(
    'pipeline_inference_batch_size',
    'Rows per run.',
    models.map((model) => ({ labels: labels(model), value: model.batchSize })),
  );
  text.counter(
    'pipeline_shadow_requests_total',
    'Mirrored requests by how the outputs compared with the answer.',
    models.flatMap((model) =>
      [...model.shadowResults].map(([result, value]) => ({ labels: { ...labels(model), result }, value })),
    ),
  );
  text.gauge(
    'pipeline_inference_peak_requests_per_second',
    'Most requests of one second in 24 hours, load tests aside.',
    [{ labels: {}, value: peakPerSecond }],
  );
  text.gauge(
    'pipeline_inference_queued_rows',
    'Rows waiting now.',
    models.map((model) => ({ labels: labels(model), value: model.queuedRows })),
  );
  text.gauge(
    'pipeline_inference_queue_limit_rows',
    'Rows that may wait now; shrinks in overload to keep the latency objective.',
    models.map((model) => ({ labels: labels(model), value: model.queueLimitRows })),
  );
  text.counter(
    'pipeline_request_log_rows_total',
    'Answered rows by what became of them in the request log.',
    models.flatMap((model) => {
      if (model.predictionLog === null) return [];
      const { written, unsampled, lost } = model.predictionLog.counts;
      return Object.entries({ written, unsampled, lost }).map(([state, value]) => ({
        labels: { ...labels(model), state },
        value,
      }));
    }),
  );
  text.gauge('pipeline_endpoint_info', 'Who answers for the endpoint, and who is called when it fails; always 1.', [
    { labels: { endpoint: ownership.endpoint, owner: ownership.owner, on_call: ownership.onCall }, value: 1 },
  ]);
  if (payloadLog !== null) {
    text.counter(
      'pipeline_payload_log_events_total',
      'Requests and answers by what became of them on the way to the payload log.',
      Object.entries(payloadLog.counts).map(([state, value]) => ({ labels: { state }, value })),
    );
  }
  frontMetrics(text, fronts);
  replicaMetrics(text, models, fleet);
  stepMetrics(text, models);
  tritonMetrics(text, models);
  gpuMetrics(text, gpus);
  monitorMetrics(text, monitors);
  text.counter(
    'pipeline_feature_lookups_total',
    'Rows whose features were looked up in the online store, by how it ended.',
    models.flatMap((model) =>
      [...(model.enrichment?.counts ?? [])].flatMap(([view, results]) =>
        [...results].map(([result, value]) => ({ labels: { model: model.name, feature_view: view, result }, value })),
      ),
    ),
  );
  text.gauge(
    'pipeline_feature_freshness_seconds',
    'Time since the newest event of a feature view in the online store.',
    freshness.map(({ view, seconds }) => ({ labels: { feature_view: view }, value: seconds })),
  );
  text.counter(
    'pipeline_model_busy_seconds_total',
    'Time the model was running; its rate is the share of one core or device that it uses, the rest is idle.',
    models.map((model) => ({ labels: labels(model), value: model.statistics.busyMs / 1000 })),
  );
  text.counter('pipeline_trace_spans_dropped_total', 'Spans that could not be sent.', [
    { labels: {}, value: droppedSpans },
  ]);
  const cpu = process.cpuUsage();
  const cpuUs = cpu.user + cpu.system + (fronts?.cpuUs ?? 0);
  const rows = models.reduce((sum, model) => sum + model.statistics.inferenceCount, 0);
  if (rows > 0) {
    text.gauge(
      'pipeline_inference_cpu_seconds_per_1000_rows',
      'CPU time of the process and its fronts since the start, per 1,000 rows.',
      [{ labels: {}, value: cpuUs / 1e3 / rows }],
    );
  }
  text.counter('process_cpu_seconds_total', 'User and system CPU time of the serving process.', [
    { labels: {}, value: (cpu.user + cpu.system) / 1e6 },
  ]);
  const memory = process.memoryUsage();
  text.gauge('process_resident_memory_bytes', 'Resident memory of the serving process.', [
    { labels: {}, value: memory.rss },
  ]);
  text.gauge('nodejs_heap_size_used_bytes', 'JavaScript heap in use on the main thread.', [
    { labels: {}, value: memory.heapUsed },
  ]);
  text.gauge('nodejs_external_memory_bytes', 'Memory outside the heap that JavaScript objects hold.', [
    { labels: {}, value: memory.external },
  ]);
  return text.toString();
}

function replicaMetrics(text: PrometheusText, models: readonly ServedModel[], fleet: ModelFleet): void {
  const labels = (model: ServedModel) => ({ model: model.name, version: model.version });
  const perModel = (value: (model: ServedModel) => number) =>
    models.map((model) => ({ labels: labels(model), value: value(model) }));
  text.gauge(
    'pipeline_model_replicas',
    'Workers that take requests; 0: the next request starts one.',
    perModel(({ replicas }) => replicas.replicas.length),
  );
  text.gauge(
    'pipeline_model_replicas_max',
    'Most workers that queue time may bring.',
    perModel(({ replicas }) => replicas.scaling.maxReplicas),
  );
  text.gauge(
    'pipeline_model_share',
    'Weight of a model when cores are short.',
    perModel(({ replicas }) => replicas.share),
  );
  text.gauge(
    'pipeline_model_memory_bytes',
    'Memory that the workers of a model count for.',
    perModel(({ replicaSets }) => replicaSets.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0)),
  );
  text.counter(
    'pipeline_model_loads_total',
    'Workers that were started.',
    perModel(({ replicaSets }) => replicaSets.reduce((sum, { loads }) => sum + loads, 0)),
  );
  text.counter(
    'pipeline_model_unloads_total',
    'Times that a model was unloaded until its next request: nobody asked for it, or it made room for another.',
    models.flatMap((model) =>
      Object.entries(model.replicas.unloads).map(([reason, value]) => ({
        labels: { ...labels(model), reason },
        value,
      })),
    ),
  );
  text.histogram(
    'pipeline_model_cold_start_seconds',
    'Time from a request that found no worker to the worker being ready.',
    models.map((model) => ({ labels: labels(model), value: model.replicas.coldStartSeconds })),
  );
  const { memoryBudgetBytes, cores } = fleet.options;
  if (memoryBudgetBytes !== null) {
    text.gauge('pipeline_model_memory_budget_bytes', 'Memory that loaded models may take.', [
      { labels: {}, value: memoryBudgetBytes },
    ]);
  }
  text.gauge('pipeline_replica_threads', 'Threads of all workers, and how many of them may be added up to.', [
    { labels: { state: 'used' }, value: fleet.threads },
    { labels: { state: 'limit' }, value: cores },
  ]);
}

/** Processes that hold the connections of clients, where there are some. */
function frontMetrics(text: PrometheusText, fronts: FrontPool | null): void {
  const perFront = (value: (load: FrontLoad) => number) =>
    (fronts?.loads ?? []).map(({ front, load }) => ({ labels: { front: String(front) }, value: value(load) }));
  text.gauge(
    'pipeline_front_connections',
    'Connections that a front process holds; a new one goes to the front with the fewest requests outstanding.',
    perFront(({ connections }) => connections),
  );
  text.gauge(
    'pipeline_front_outstanding_requests',
    'Requests of a front process that are not answered.',
    perFront(({ outstanding }) => outstanding),
  );
  text.counter(
    'pipeline_front_requests_total',
    'Requests that came over a front process.',
    perFront(({ requests }) => requests),
  );
  text.counter(
    'pipeline_front_cpu_seconds_total',
    'User and system CPU time of a front process.',
    perFront(({ cpuUs }) => cpuUs / 1e6),
  );
}

/** Of models that go through several steps. */
function stepMetrics(text: PrometheusText, models: readonly ServedModel[]): void {
  const perStep = <T>(value: (step: ServedStep) => T) =>
    models.flatMap(({ name, version, steps }) =>
      steps.map((step) => ({ labels: { model: name, version, step: step.spec.name }, value: value(step) })),
    );
  text.counter(
    'pipeline_step_rows_total',
    'Rows that a step of a model answered.',
    perStep(({ statistics }) => statistics.inferenceCount),
  );
  text.counter(
    'pipeline_step_runs_total',
    'Runs of a step of a model.',
    perStep(({ statistics }) => statistics.executionCount),
  );
  text.counter(
    'pipeline_step_busy_seconds_total',
    'Time a step of a model was running.',
    perStep(({ statistics }) => statistics.busyMs / 1000),
  );
  text.counter(
    'pipeline_step_kept_rows_total',
    'Rows that kept the answer of an earlier step, as this one had no room.',
    perStep(({ keptRows }) => keptRows),
  );
  text.histogram(
    'pipeline_step_queue_seconds',
    'Time a request waited before its run in a step.',
    perStep(({ queueSeconds }) => queueSeconds),
  );
  text.histogram(
    'pipeline_step_run_seconds',
    'Time of a run of a step.',
    perStep(({ runSeconds }) => runSeconds),
  );
  text.histogram(
    'pipeline_step_batch_size',
    'Rows per run of a step.',
    perStep(({ batchSize }) => batchSize),
  );
  text.gauge(
    'pipeline_step_queued_rows',
    'Rows waiting now before a step.',
    perStep(({ replicas }) => replicas.queuedRows),
  );
  text.gauge(
    'pipeline_step_replicas',
    'Workers of a step that take requests; 0: the next request starts one.',
    perStep(({ replicas }) => replicas.replicas.length),
  );
}

let lastTimes = { busy: 0, all: 0 };

/** Since the call before, or since the machine started. */
function cpuShare(): number {
  let busy = 0;
  let all = 0;
  for (const { times } of cpus()) {
    const used = times.user + times.nice + times.sys + times.irq;
    busy += used;
    all += used + times.idle;
  }
  const passed = all - lastTimes.all;
  const share = passed <= 0 ? 0 : (busy - lastTimes.busy) / passed;
  lastTimes = { busy, all };
  return Math.min(1, Math.max(0, share));
}

/** Names that dashboards made for Triton know. */
function tritonMetrics(text: PrometheusText, models: readonly ServedModel[]): void {
  const labels = (model: ServedModel) => ({ model: model.name, version: model.version });
  const counter = (name: string, help: string, value: (statistics: ModelStatistics) => number) => {
    const samples = models.map((model) => ({ labels: labels(model), value: value(model.statistics) }));
    text.counter(`nv_inference_${name}`, help, samples);
  };
  counter('request_success', 'Requests answered.', ({ success }) => success.count);
  text.counter(
    'nv_inference_request_failure',
    'Requests that failed, by reason.',
    models.flatMap((model) =>
      Object.entries(model.statistics.failures).map(([reason, value]) => ({
        labels: { ...labels(model), reason },
        value,
      })),
    ),
  );
  counter('count', 'Rows inferred.', ({ inferenceCount }) => inferenceCount);
  counter('exec_count', 'Runs of the model.', ({ executionCount }) => executionCount);
  const micros = (ms: number) => Math.round(ms * 1000);
  const cached = models.filter((model) => model.responseCache !== null);
  const cacheCounter = (name: string, help: string, value: (statistics: ModelStatistics) => number) => {
    const samples = cached.map((model) => ({ labels: labels(model), value: value(model.statistics) }));
    text.counter(`nv_cache_${name}_per_model`, help, samples);
  };
  cacheCounter('num_hits', 'Answers from the response cache.', ({ cacheHits }) => cacheHits.count);
  cacheCounter('num_misses', 'Answers that were not in it.', ({ cacheMisses }) => cacheMisses.count);
  cacheCounter('hit_duration', 'Time of finding answers, µs.', ({ cacheHits }) => micros(cacheHits.ms));
  cacheCounter('miss_duration', 'Time of looking in vain and keeping, µs.', ({ cacheMisses }) =>
    micros(cacheMisses.ms),
  );
  text.gauge(
    'pipeline_response_cache_bytes',
    'Size of the response cache.',
    cached.map((model) => ({ labels: labels(model), value: model.responseCache?.bytes ?? 0 })),
  );
  counter('request_duration_us', 'Time of answered requests.', ({ success }) => micros(success.ms));
  counter('queue_duration_us', 'Time requests waited.', ({ queue }) => micros(queue.ms));
  counter('compute_input_duration_us', 'Time inputs were put together.', (all) => micros(all.computeInput.ms));
  counter('compute_infer_duration_us', 'Time in the model.', (all) => micros(all.computeInfer.ms));
  counter('compute_output_duration_us', 'Time outputs were taken apart.', (all) => micros(all.computeOutput.ms));
  text.histogram(
    'nv_inference_first_response_histogram_ms',
    'Time to the response of a request, ms.',
    models.map((model) => ({ labels: labels(model), value: model.responseMs })),
  );
  text.gauge('nv_cpu_utilization', 'Share of the cores of this machine that is used, 0 to 1.', [
    { labels: {}, value: cpuShare() },
  ]);
  text.gauge('nv_cpu_memory_total_bytes', 'Memory of this machine.', [{ labels: {}, value: totalmem() }]);
  text.gauge('nv_cpu_memory_used_bytes', 'Memory of this machine that is used.', [
    { labels: {}, value: totalmem() - freemem() },
  ]);
  text.gauge(
    'nv_inference_pending_request_count',
    'Rows waiting now.',
    models.map((model) => ({ labels: labels(model), value: model.queuedRows })),
  );
}

function monitorMetrics(text: PrometheusText, monitors: readonly MonitorReading[]): void {
  const drift = monitors.filter((reading) => reading.kind === 'drift');
  const performance = monitors.filter((reading) => reading.kind === 'performance');
  text.gauge(
    'pipeline_drift_score',
    'Size of the difference between recent requests and the training sample, 0 to 1.',
    drift.flatMap(({ model, columns }) =>
      columns.map(({ column, method, score }) => ({ labels: { model, column, method }, value: score })),
    ),
  );
  text.gauge(
    'pipeline_drift_detected',
    'Whether a column of the recent requests drifted.',
    drift.map(({ model, drifted }) => ({ labels: { model }, value: drifted ? 1 : 0 })),
  );
  for (const name of ['estimated', 'realized'] as const) {
    text.gauge(
      `pipeline_${name}_performance`,
      name === 'estimated'
        ? 'Metric of the newest window, estimated without labels.'
        : 'Metric of the newest window with labels.',
      performance.flatMap(({ model, metric, [name]: value }) =>
        value === null ? [] : [{ labels: { model, metric }, value }],
      ),
    );
  }
  const replayed = monitors.flatMap((reading) =>
    reading.kind === 'features' ? reading.features.map((feature) => ({ model: reading.model, ...feature })) : [],
  );
  text.gauge(
    'pipeline_feature_skew_ratio',
    'Share of replayed requests that were answered with another value of the feature than it has as of their time.',
    replayed.map(({ model, view, feature, skew }) => ({ labels: { model, view, feature }, value: skew })),
  );
  text.gauge(
    'pipeline_feature_replayed_requests',
    'Requests of the last replay of the feature.',
    replayed.map(({ model, view, feature, rows }) => ({ labels: { model, view, feature }, value: rows })),
  );
  text.gauge('pipeline_monitor_alarm', 'Whether a monitor is in alarm, after m of k windows.', [
    ...drift.flatMap(({ model, alarm, broken }) => [
      { labels: { model, kind: 'drift' }, value: alarm ? 1 : 0 },
      { labels: { model, kind: 'break' }, value: broken ? 1 : 0 },
    ]),
    ...performance.flatMap(({ model, alarms }) => [
      { labels: { model, kind: 'estimated-drop' }, value: alarms.estimated ? 1 : 0 },
      { labels: { model, kind: 'realized-drop' }, value: alarms.realized ? 1 : 0 },
    ]),
  ]);
}
