import { grafanaDashboard } from '../../../shared/monitoring/grafana-dashboard.ts';
import { type EndpointObjectives, prometheusRules } from '../../../shared/monitoring/prometheus-rules.ts';
import type { KubernetesObject } from '../bundle.ts';
import type { BundleComponent, BundlePart } from '../bundle-part.ts';
import { toDnsLabel } from '../dns-label.ts';
import { type ExportContext, type PlannedEndpoint, plannedEndpoints } from '../export-context.ts';
import { labelsOf, type Names, selectorOf } from '../names.ts';
import { queueTimeComponent } from './queue-time-component.ts';

const minReplicas = 2;
const maxReplicas = 8;
/** Share of requests that must be answered, unless a person sets another. */
const availability = 0.999;
/** Stands for the Prometheus a person has. */
const examplePrometheus = 'http://prometheus-operated.monitoring.svc:9090';

/** Options for endpoints that Prometheus can collect metrics of: alerts, dashboard, scaling by what waits. */
export function monitoringPart(context: ExportContext, names: Names, objects: readonly KubernetesObject[]): BundlePart {
  const { endpoints } = plannedEndpoints(context.plan);
  const served = endpoints.flatMap((endpoint) => {
    const name = workloadOf(names, endpoint, objects);
    return name === undefined ? [] : [{ endpoint, ...name }];
  });
  if (served.length === 0) return { groups: [], readme: { about: [] } };
  const monitoring: BundleComponent = {
    name: 'monitoring',
    about:
      'alerts (error budget, latency, queue, drift, performance), a Grafana dashboard, and the collection of metrics. Needs the Prometheus operator; Grafana finds the dashboard by its label.',
    objects: served.flatMap(({ endpoint, name, kind }) => {
      const labels = labelsOf(names.graph, name, context.version);
      const objectives = objectivesOf(context, endpoint);
      return [
        kind === 'Deployment'
          ? collection('ServiceMonitor', name, labels, names, 'endpoints', 'http')
          : collection('PodMonitor', name, labels, names, 'podMetricsEndpoints', 'http1'),
        {
          apiVersion: 'monitoring.coreos.com/v1',
          kind: 'PrometheusRule',
          metadata: { name, labels },
          spec: prometheusRules(objectives) as unknown as Record<string, unknown>,
        },
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: toDnsLabel(`${name}-dashboard`), labels: { ...labels, grafana_dashboard: '1' } },
          data: { [`${name}.json`]: `${JSON.stringify(grafanaDashboard(objectives), null, 2)}\n` },
        },
      ];
    }),
    patches: [],
  };
  const scaled = served.filter(({ kind }) => kind === 'Deployment');
  const keda: BundleComponent = {
    name: 'keda',
    about: `scales endpoints by the rows that wait, instead of by CPU. Needs KEDA and \`../../components/monitoring\`; set the address of Prometheus (\`${examplePrometheus}\`) in it.`,
    objects: scaled.map(({ endpoint, name }) => scaledObject(context, names, endpoint, name)),
    // Two autoscalers of one Deployment would fight.
    patches: scaled.map(({ name }) => ({
      target: { kind: 'HorizontalPodAutoscaler', name },
      patch: JSON.stringify({
        $patch: 'delete',
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name },
      }),
    })),
  };
  return {
    groups: [],
    components: [
      monitoring,
      ...(scaled.length === 0
        ? []
        : [
            keda,
            queueTimeComponent(
              scaled.map(({ endpoint, name }) => ({ name, p99Ms: objectivesOf(context, endpoint).p99Ms })),
            ),
          ]),
    ],
    readme: { about: [] },
  };
}

/** The workload of the bundle that serves the endpoint and shows its metrics on a port of its own. */
function workloadOf(
  names: Names,
  endpoint: PlannedEndpoint,
  objects: readonly KubernetesObject[],
): { name: string; kind: string } | undefined {
  const found = objects.find(
    ({ kind, metadata }) =>
      ['Deployment', 'InferenceService'].includes(kind) &&
      [63, 40].some((length) => metadata.name === toDnsLabel(`${names.graph}-${endpoint.service.id}`, length)),
  );
  return found === undefined ? undefined : { name: found.metadata.name, kind: found.kind };
}

function objectivesOf(context: ExportContext, endpoint: PlannedEndpoint): EndpointObjectives {
  const { params } = endpoint.service;
  const monitors = context.plan.services.filter(({ inputs }) =>
    inputs['requests']?.some(({ step }) => step === endpoint.service.id),
  );
  const isWatched = (kind: string) => monitors.some((monitor) => monitor.kind === kind);
  const system = monitors.find(({ kind }) => kind === 'monitor.system')?.params;
  const owner = monitors.map((monitor) => String(monitor.params['owner'] ?? '')).find((name) => name !== '');
  const lifetimes = context.plan.steps.flatMap(({ kind, params: of }) =>
    kind === 'feature.view' && Number(of['ttlSeconds']) > 0 ? [Number(of['ttlSeconds'])] : [],
  );
  const lateMs = Number(system?.['latencyMs'] ?? 0);
  return {
    model: endpoint.name,
    owner: owner ?? '',
    availability: Number(system?.['availability'] ?? availability),
    p99Ms: lateMs > 0 ? lateMs : Number(params['objectiveP99Ms'] ?? 50),
    minimumReplicas: minReplicas,
    drift: isWatched('monitor.drift'),
    featureTtlSeconds: lifetimes.length === 0 ? undefined : Math.min(...lifetimes),
    watchedPerformance: isWatched('monitor.performance'),
  };
}

function collection(
  kind: 'ServiceMonitor' | 'PodMonitor',
  name: string,
  labels: Record<string, string>,
  names: Names,
  field: string,
  port: string,
): KubernetesObject {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind,
    metadata: { name, labels },
    spec: {
      selector: { matchLabels: selectorOf(names.graph, name) },
      [field]: [{ port, path: '/metrics', interval: '15s' }],
    },
  };
}

function scaledObject(context: ExportContext, names: Names, endpoint: PlannedEndpoint, name: string): KubernetesObject {
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name, labels: labelsOf(names.graph, name, context.version) },
    spec: {
      scaleTargetRef: { name },
      minReplicaCount: minReplicas,
      maxReplicaCount: maxReplicas,
      pollingInterval: 15,
      cooldownPeriod: 300,
      fallback: { failureThreshold: 3, replicas: minReplicas },
      triggers: [
        {
          type: 'prometheus',
          metadata: {
            serverAddress: examplePrometheus,
            query: `sum(pipeline_inference_queued_rows{model=${JSON.stringify(endpoint.name)}})`,
            // One run's worth of rows for each replica.
            threshold: String(endpoint.limits.maxBatchRows),
            ignoreNullValues: 'false',
          },
        },
      ],
    },
  };
}
