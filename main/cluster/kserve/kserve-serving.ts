import type { KubernetesObject } from '../bundle.ts';
import type { BundlePart } from '../bundle-part.ts';
import { toDnsLabel } from '../dns-label.ts';
import { engineCommand, imageName, imagePullPolicy } from '../engine-image.ts';
import {
  endpointResources,
  monitoredResources,
  monitoredVolumes,
  requestsEnvironment,
  requestsFolderMaker,
  requestsMount,
  settingsArguments,
  storeVolume,
} from '../endpoint-pod.ts';
import { type ExportContext, isMonitored, type PlannedEndpoint, plannedEndpoints } from '../export-context.ts';
import { httpPort, labelsOf, longestRunSeconds, type Names, selectorOf, storeFolder } from '../names.ts';
import { temporaryVolume, volumesOf } from '../model-server.ts';
import { restrictedContainer } from '../pod-security.ts';
import type { ContainerResources } from '../step-resources.ts';
import { storeEnvironment } from '../store-environment.ts';
import { rolloutGraph } from './rollout-graph.ts';
import { inferenceServiceObjects, predictorOf } from './inference-service.ts';

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
        patches: endpoints.map((endpoint) => canaryPatch(context, names, endpoint)),
      },
      {
        name: 'rollout',
        about: `an InferenceGraph for each endpoint gives ${challengerShare} % of its requests to an InferenceService of its own with the alias \`challenger\`, which must be registered. Call \`${endpoints.map((endpoint) => `${serviceName(names, endpoint)}-rollout`).join('`, `')}\` instead of the endpoint.`,
        objects: endpoints.flatMap((endpoint) => rolloutObjects(context, names, endpoint)),
        patches: [],
      },
    ],
    readme: {
      about: [
        `Each endpoint is an InferenceService of the ServingRuntime \`${runtimeName(names)}\`, which runs our own image.`,
        ...context.plan.steps
          .filter(({ kind }) => kind === 'serve.router')
          .map(
            ({ id }) =>
              `The router \`${id}\` and its models run inside of it: an InferenceGraph switches whole requests, and the router gives each row to the model its rule names.`,
          ),
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
  const monitored = hasMonitors(context);
  const { envFrom, env } = storeEnvironment(names);
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
          envFrom,
          env: [...env, ...(monitored ? requestsEnvironment(names) : [])],
          ports: [{ name: 'http1', containerPort: httpPort, protocol: 'TCP' }],
          // Until the first run has registered the model the container waits for it.
          startupProbe: { ...probe('/v2/health/ready'), periodSeconds: 5, failureThreshold: longestRunSeconds / 5 },
          readinessProbe: { ...probe('/v2/health/ready'), periodSeconds: 5, failureThreshold: 2 },
          livenessProbe: { ...probe('/v2/health/live'), periodSeconds: 10, failureThreshold: 3 },
          resources: serverResources(context),
          securityContext: restrictedContainer,
          volumeMounts: [
            { name: 'store', mountPath: storeFolder, readOnly: true },
            ...(monitored ? [requestsMount] : []),
            { name: 'tmp', mountPath: '/tmp' },
          ],
        },
      ],
    },
  };
}

/** One runtime serves all endpoints, so one that hands requests over decides for all. */
function hasMonitors({ plan }: ExportContext): boolean {
  return plannedEndpoints(plan).endpoints.some((endpoint) => isMonitored(plan, endpoint));
}

function serverResources(context: ExportContext): ContainerResources {
  return hasMonitors(context) ? monitoredResources : endpointResources;
}

function endpointObjects(context: ExportContext, names: Names, endpoint: PlannedEndpoint): KubernetesObject[] {
  return inferenceServiceObjects(context, names, {
    name: serviceName(names, endpoint),
    port: httpPort,
    predictor: {
      ...makersOf(context),
      model: modelOf(context, names, endpoint, endpoint.modelUri),
      volumes: storeVolumes(context, names),
    },
  });
}

function rolloutObjects(context: ExportContext, names: Names, endpoint: PlannedEndpoint): KubernetesObject[] {
  const champion = serviceName(names, endpoint);
  const challenger = toDnsLabel(`${champion}-new`, maxNameLength);
  const model = modelOf(context, names, endpoint, challengerUri(endpoint));
  const predictor = { ...makersOf(context), model, volumes: storeVolumes(context, names) };
  return [
    ...inferenceServiceObjects(context, names, { name: challenger, port: httpPort, predictor }),
    ...rolloutGraph(context, names, { champion, challenger, port: httpPort, challengerShare }),
  ];
}

function challengerUri({ modelUri }: PlannedEndpoint): string {
  return modelUri.replace(/@[^@]*$/, '@challenger');
}

function modelOf(
  context: ExportContext,
  names: Names,
  endpoint: PlannedEndpoint,
  modelUri: string,
): Record<string, unknown> {
  return {
    modelFormat,
    runtime: runtimeName(names),
    protocolVersion: 'v2',
    // KServe appends them to those of the runtime.
    args: [...settingsArguments(context, endpoint), '--name', endpoint.name, modelUri],
    // Without them KServe's own defaults replace those of the runtime.
    resources: serverResources(context),
  };
}

export function serviceName(names: Names, endpoint: PlannedEndpoint): string {
  return toDnsLabel(`${names.graph}-${endpoint.service.id}`, maxNameLength);
}

function makersOf(context: ExportContext): Record<string, unknown> {
  return hasMonitors(context) ? { initContainers: [requestsFolderMaker()] } : {};
}

function storeVolumes(context: ExportContext, names: Names): Record<string, unknown>[] {
  const store = hasMonitors(context) ? monitoredVolumes(names) : [storeVolume(names)];
  return volumesOf([...store, temporaryVolume]);
}

/** A second predictor that serves the challenger to a share of the requests. KServe refuses one that would scale. */
function canaryPatch(context: ExportContext, names: Names, endpoint: PlannedEndpoint): Record<string, unknown> {
  const name = serviceName(names, endpoint);
  const canary = {
    trafficPercent: challengerShare,
    predictor: {
      name: 'challenger',
      ...predictorOf({ account: name, labels: selectorOf(names.graph, name), minReplicas: 1 }),
      ...makersOf(context),
      model: modelOf(context, names, endpoint, challengerUri(endpoint)),
      volumes: storeVolumes(context, names),
    },
  };
  return {
    target: { kind: 'InferenceService', name },
    patch: JSON.stringify([{ op: 'add', path: '/spec/canary', value: [canary] }]),
  };
}
