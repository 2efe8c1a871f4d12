import { readGpuStates } from '../compute/devices/nvidia-smi.ts';
import { requiredInputs } from './enrich-request.ts';
import { type Answer, json } from './http-answer.ts';
import { metricsPage } from './metrics-page.ts';
import { modelConfigJson, platforms } from './model-config.ts';
import type { ModelTable } from './model-table.ts';
import { acceptedFormat, metricsTypes } from './prometheus-text.ts';
import { openApiDocument } from './openapi-document.ts';
import type { ServedStep } from './pipeline/served-step.ts';
import type { ReplicaSet } from './replicas/replica-set.ts';
import type { Route } from './routes.ts';
import { extensions, isServerReady, type ServingContext, statisticsOf } from './serving-context.ts';
import type { TensorSpec } from './tensor.ts';

/** Answers what is asked with GET; `accept`: the request's header. Errors: those of `ModelTable.find`. */
export async function answerQuery(context: ServingContext, route: Route, accept: string | undefined): Promise<Answer> {
  const { models, version, monitors, settings } = context;
  switch (route.kind) {
    case 'live':
      return json(200, { live: true });
    case 'ready': {
      const ready = isServerReady(context);
      return json(ready ? 200 : 503, { ready });
    }
    case 'server':
      return json(200, { name: 'slipway', version, extensions });
    case 'openapi':
      return json(200, openApiDocument(models.all(), version));
    case 'metrics': {
      const format = acceptedFormat(accept);
      return {
        status: 200,
        contentType: metricsTypes[format],
        body: metricsPage(models.all(), monitors.all(), context.features.freshness(Date.now()), {
          peakPerSecond: context.activity.peakPerSecond,
          droppedSpans: context.tracer?.dropped ?? 0,
          fleet: context.fleet,
          explanations: context.explanations,
          payloadLog: context.payloadLog,
          ownership: context.ownership,
          format,
          fronts: context.fronts,
          gpus: await readGpuStates(),
        }),
      };
    }
    case 'model-list':
      return json(200, {
        owner: context.ownership.owner,
        on_call: context.ownership.onCall,
        fronts: { processes: context.fronts?.count ?? 1, policy: 'least-outstanding' },
        models: models.all().map((model) => ({
          name: model.name,
          version: model.version,
          ready: model.ready,
          ...replicasJson(model.replicas),
          memory_bytes: model.replicaSets.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
          ...(model.steps.length === 0 ? {} : { steps: model.steps.map(stepJson) }),
        })),
      });
    case 'model': {
      const model = models.find(route.model, route.version);
      return json(200, {
        name: model.name,
        versions: models.versions(model.name).map((other) => other.version),
        platform: platforms[model.form],
        inputs: requiredInputs(model).map(tensorMetadata),
        outputs: model.outputs.map(tensorMetadata),
      });
    }
    case 'model-ready': {
      const model = models.find(route.model, route.version);
      const ready = !context.draining && model.ready;
      return json(ready ? 200 : 503, { name: model.name, ready });
    }
    case 'config':
      return json(200, modelConfigJson(models.find(route.model, route.version)));
    case 'statistics':
      return json(200, { model_stats: statisticsOf(context, route.model, route.version) });
    case 'traffic':
      return json(200, trafficJson(models, route.model));
    case 'logging':
      return json(200, settings.logging());
    case 'trace':
      if (route.model !== undefined) models.find(route.model, route.version);
      return json(200, settings.trace());
    case 'feature-views':
      return { status: 200, contentType: 'application/json', body: context.features.views() };
    case 'infer':
    case 'predict':
    case 'explain':
    case 'feedback':
    case 'repository-index':
    case 'repository-load':
    case 'repository-unload':
    case 'rollback':
    case 'features':
      throw new Error(`${route.kind} is no query`);
  }
}

function stepJson({ spec, statistics, keptRows, replicas }: ServedStep): Record<string, unknown> {
  const { name, when, answers, optional } = spec;
  const { inferenceCount, executionCount, busyMs } = statistics;
  return {
    name,
    answers,
    when,
    when_busy: optional ? 'keep' : 'fail',
    rows: inferenceCount,
    runs: executionCount,
    busy_ms: busyMs,
    kept_rows: keptRows,
    ...replicasJson(replicas),
  };
}

/** How many workers a model version has, by which policy, and what loading it costs. */
function replicasJson(replicas: ReplicaSet): Record<string, unknown> {
  const { scaling, state, pinned, share, threads, ran, memoryBytes, lastColdStartMs, loads, unloads } = replicas;
  return {
    state,
    replicas: replicas.replicas.length,
    scaling,
    pinned,
    share,
    threads,
    device: ran?.provider ?? null,
    device_reason: ran?.why ?? null,
    memory_bytes: memoryBytes,
    cold_start_ms: lastColdStartMs,
    loads,
    unloads,
  };
}

/** How a model's requests are shared out, and the versions there are. */
export function trafficJson(models: ModelTable, name: string): Record<string, unknown> {
  const highest = models.find(name, undefined).version;
  const rule = models.trafficOf(name).rule ?? { stable: highest, canary: null, shadow: null };
  const { rolledBack } = models.trafficOf(name);
  return {
    model: name,
    versions: models.versions(name).map((model) => model.version),
    ...rule,
    ...(rolledBack === undefined ? {} : { rolledBack }),
  };
}

function tensorMetadata({ name, datatype, shape }: TensorSpec): { name: string; datatype: string; shape: number[] } {
  return { name, datatype, shape };
}
