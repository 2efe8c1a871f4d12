import type { DriftReading } from './drift-readings.ts';
import { PrometheusText } from './prometheus-text.ts';
import type { ServedModel } from './served-model.ts';

/** Body of `/metrics`. */
export function metricsPage(models: readonly ServedModel[], drift: readonly DriftReading[]): string {
  const text = new PrometheusText();
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
  text.gauge(
    'pipeline_inference_queued_rows',
    'Rows waiting now.',
    models.map((model) => ({ labels: labels(model), value: model.queuedRows })),
  );
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
  const cpu = process.cpuUsage();
  text.counter('process_cpu_seconds_total', 'User and system CPU time of the serving process.', [
    { labels: {}, value: (cpu.user + cpu.system) / 1e6 },
  ]);
  text.gauge('process_resident_memory_bytes', 'Resident memory of the serving process.', [
    { labels: {}, value: process.memoryUsage.rss() },
  ]);
  return text.toString();
}
