import type { KubernetesObject } from '../bundle.ts';
import type { BundlePart } from '../bundle-part.ts';
import { toDnsLabel } from '../dns-label.ts';
import { engineCommand, imageName, imagePullPolicy } from '../engine-image.ts';
import { type ExportContext, type PlannedEndpoint, plannedEndpoints } from '../export-context.ts';
import { restrictedContainer, restrictedPod } from '../pod-security.ts';
import { httpPort, labelsOf, longestRunSeconds, type Names, selectorOf, storeFolder } from '../names.ts';
import { storeEnvironment } from '../store-environment.ts';

/** A Deployment for each endpoint. */
export function deploymentServing(context: ExportContext, names: Names): BundlePart {
  return {
    groups: plannedEndpoints(context.plan).endpoints.map((endpoint) => ({
      file: `endpoint-${endpoint.service.id}.yaml`,
      objects: servingObjects(context, names, endpoint),
    })),
    readme: { about: [] },
  };
}

/** Deployment, Service, autoscaler, disruption budget and the opening in the network policy for one endpoint. */
function servingObjects(context: ExportContext, names: Names, endpoint: PlannedEndpoint): KubernetesObject[] {
  const name = toDnsLabel(`${names.graph}-${endpoint.service.id}`);
  const labels = labelsOf(names.graph, name, context.version);
  const selector = selectorOf(names.graph, name);
  const probe = (path: string) => ({ httpGet: { path, port: 'http' } });
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, labels }, automountServiceAccountToken: false },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, labels },
      spec: {
        // No replicas: the autoscaler owns that field.
        revisionHistoryLimit: 5,
        // The first pods wait for the run that registers the model.
        progressDeadlineSeconds: longestRunSeconds + 600,
        selector: { matchLabels: selector },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: {
          metadata: {
            labels,
            annotations: {
              'prometheus.io/scrape': 'true',
              'prometheus.io/port': String(httpPort),
              'prometheus.io/path': '/metrics',
            },
          },
          spec: {
            serviceAccountName: name,
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: restrictedPod,
            terminationGracePeriodSeconds: 30,
            topologySpreadConstraints: [
              {
                maxSkew: 1,
                topologyKey: 'kubernetes.io/hostname',
                whenUnsatisfiable: 'ScheduleAnyway',
                labelSelector: { matchLabels: selector },
              },
            ],
            containers: [
              {
                name: 'endpoint',
                image: imageName,
                imagePullPolicy,
                ...engineCommand([
                  'serve',
                  endpoint.modelUri,
                  '--json',
                  '--wait',
                  '--name',
                  endpoint.name,
                  '--host',
                  '0.0.0.0',
                  '--http',
                  String(httpPort),
                  '--keys',
                  'none',
                ]),
                ...storeEnvironment(names),
                ports: [{ name: 'http', containerPort: httpPort, protocol: 'TCP' }],
                // Until the first run has registered the model the container waits for it.
                startupProbe: {
                  ...probe('/v2/health/ready'),
                  periodSeconds: 5,
                  failureThreshold: longestRunSeconds / 5,
                },
                readinessProbe: { ...probe('/v2/health/ready'), periodSeconds: 5, failureThreshold: 2 },
                livenessProbe: { ...probe('/v2/health/live'), periodSeconds: 10, failureThreshold: 3 },
                lifecycle: { preStop: { sleep: { seconds: 5 } } },
                resources: {
                  requests: { cpu: '500m', memory: '512Mi', 'ephemeral-storage': '256Mi' },
                  limits: { cpu: '2', memory: '1Gi', 'ephemeral-storage': '1Gi' },
                },
                securityContext: restrictedContainer,
                volumeMounts: [
                  { name: 'store', mountPath: storeFolder, readOnly: true },
                  { name: 'tmp', mountPath: '/tmp' },
                ],
              },
            ],
            volumes: [
              { name: 'store', persistentVolumeClaim: { claimName: names.storeClaim, readOnly: true } },
              { name: 'tmp', emptyDir: {} },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, labels },
      spec: { type: 'ClusterIP', selector, ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }] },
    },
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name, labels },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
        minReplicas: 2,
        maxReplicas: 8,
        // CPU is the one metric every cluster has; inference is bound by it.
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
        ],
        behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
      },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name, labels },
      spec: { maxUnavailable: 1, selector: { matchLabels: selector } },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name, labels },
      spec: {
        podSelector: { matchLabels: selector },
        policyTypes: ['Ingress'],
        ingress: [{ ports: [{ port: 'http', protocol: 'TCP' }] }],
      },
    },
  ];
}
