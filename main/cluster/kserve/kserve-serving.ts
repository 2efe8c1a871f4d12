import type { KubernetesObject } from '../bundle.ts';
import type { BundlePart } from '../bundle-part.ts';
import { toDnsLabel } from '../dns-label.ts';
import { engineCommand, imageName, imagePullPolicy } from '../engine-image.ts';
import { type ExportContext, type PlannedEndpoint, plannedEndpoints } from '../export-context.ts';
import { httpPort, labelsOf, longestRunSeconds, type Names, selectorOf, storeFolder } from '../names.ts';
import { restrictedContainer, restrictedPod } from '../pod-security.ts';
import { storeEnvironment } from '../store-environment.ts';

/** Model format of the runtime: it loads from the store by alias, so there is no storage URI. */
const modelFormat = { name: 'slipway', version: '1' };
/** KServe names Services, hosts and revisions after the InferenceService. */
const maxNameLength = 40;
const challengerShare = 10;

/** An InferenceService for each endpoint, served by our own image through a ServingRuntime of the namespace. */
export function kserveServing(context: ExportContext, names: Names): BundlePart {
  const { endpoints } = plannedEndpoints(context.plan);
  if (endpoints.length === 0) return { groups: [], readme: { about: [] } };
  return {
    groups: [
      { file: 'serving-runtime.yaml', objects: [servingRuntime(context, names)] },
      ...endpoints.map((endpoint) => ({
        file: `endpoint-${endpoint.service.id}.yaml`,
        objects: endpointObjects(context, names, endpoint),
      })),
    ],
    components: [
      {
        name: 'canary',
        about: `${challengerShare} % of the requests go to the version with the alias \`challenger\`, which must be registered.`,
        objects: [],
        patches: endpoints.map((endpoint) => canaryPatch(names, endpoint)),
      },
    ],
    readme: {
      about: [
        `Each endpoint is an InferenceService of the ServingRuntime \`${runtimeName(names)}\`, which runs our own image.`,
      ],
      needs: [
        'KServe 0.20 must be installed; endpoints ask for its deployment mode *Standard* (Deployments, no Knative).',
      ],
      follow: `kubectl -n ${names.graph} get inferenceservices`,
    },
  };
}

function runtimeName(names: Names): string {
  return toDnsLabel(`${names.graph}-runtime`, maxNameLength);
}

function servingRuntime(context: ExportContext, names: Names): KubernetesObject {
  const probe = (path: string) => ({ httpGet: { path, port: httpPort } });
  const command = engineCommand([
    'serve',
    '--json',
    '--wait',
    '--host',
    '0.0.0.0',
    '--http',
    String(httpPort),
    '--keys',
    'none',
  ]);
  return {
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind: 'ServingRuntime',
    metadata: { name: runtimeName(names), labels: labelsOf(names.graph, 'shared', context.version) },
    spec: {
      supportedModelFormats: [{ ...modelFormat, autoSelect: true }],
      protocolVersions: ['v2'],
      multiModel: false,
      annotations: { 'prometheus.kserve.io/port': String(httpPort), 'prometheus.kserve.io/path': '/metrics' },
      containers: [
        {
          name: 'kserve-container',
          image: imageName,
          imagePullPolicy,
          ...command,
          ...storeEnvironment(names),
          ports: [{ name: 'http1', containerPort: httpPort, protocol: 'TCP' }],
          // Until the first run has registered the model the container waits for it.
          startupProbe: { ...probe('/v2/health/ready'), periodSeconds: 5, failureThreshold: longestRunSeconds / 5 },
          readinessProbe: { ...probe('/v2/health/ready'), periodSeconds: 5, failureThreshold: 2 },
          livenessProbe: { ...probe('/v2/health/live'), periodSeconds: 10, failureThreshold: 3 },
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
    },
  };
}

/** The InferenceService, its account, and the opening in the network policy. */
function endpointObjects(context: ExportContext, names: Names, endpoint: PlannedEndpoint): KubernetesObject[] {
  const name = serviceName(names, endpoint);
  const labels = labelsOf(names.graph, name, context.version);
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, labels }, automountServiceAccountToken: false },
    {
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      metadata: { name, labels, annotations: { 'serving.kserve.io/deploymentMode': 'Standard' } },
      spec: {
        predictor: {
          serviceAccountName: name,
          automountServiceAccountToken: false,
          minReplicas: 2,
          maxReplicas: 8,
          scaleMetric: 'cpu',
          scaleTarget: 70,
          labels,
          securityContext: restrictedPod,
          model: {
            modelFormat,
            runtime: runtimeName(names),
            protocolVersion: 'v2',
            // KServe appends them to those of the runtime.
            args: ['--name', endpoint.name, endpoint.modelUri],
          },
          volumes: storeVolumes(names),
        },
      },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name, labels },
      spec: {
        podSelector: { matchLabels: selectorOf(names.graph, name) },
        policyTypes: ['Ingress'],
        ingress: [{ ports: [{ port: httpPort, protocol: 'TCP' }] }],
      },
    },
  ];
}

export function serviceName(names: Names, endpoint: PlannedEndpoint): string {
  return toDnsLabel(`${names.graph}-${endpoint.service.id}`, maxNameLength);
}

function storeVolumes(names: Names): Record<string, unknown>[] {
  return [
    { name: 'store', persistentVolumeClaim: { claimName: names.storeClaim, readOnly: true } },
    { name: 'tmp', emptyDir: {} },
  ];
}

/** A second predictor that serves the challenger to a share of the requests. */
function canaryPatch(names: Names, endpoint: PlannedEndpoint): Record<string, unknown> {
  const name = serviceName(names, endpoint);
  const canary = {
    trafficPercent: challengerShare,
    predictor: {
      name: 'challenger',
      serviceAccountName: name,
      automountServiceAccountToken: false,
      minReplicas: 1,
      maxReplicas: 2,
      scaleMetric: 'cpu',
      scaleTarget: 70,
      labels: selectorOf(names.graph, name),
      securityContext: restrictedPod,
      model: {
        modelFormat,
        runtime: runtimeName(names),
        protocolVersion: 'v2',
        args: ['--name', endpoint.name, endpoint.modelUri.replace(/@[^@]*$/, '@challenger')],
      },
      volumes: storeVolumes(names),
    },
  };
  return {
    target: { kind: 'InferenceService', name },
    patch: JSON.stringify([{ op: 'add', path: '/spec/canary', value: [canary] }]),
  };
}
