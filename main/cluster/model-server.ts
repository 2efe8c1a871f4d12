import type { KubernetesObject } from './bundle.ts';
import { imagePullPolicy } from './engine-image.ts';
import { type Names, labelsOf, selectorOf } from './names.ts';
import { restrictedContainer, restrictedPod } from './pod-security.ts';

interface ServerPort {
  name: string;
  port: number;
  /** Of the Service; the container's own unless told. */
  servicePort?: number;
}

/** A server of models: our own engine, or what an image of its own brings. */
export interface ModelServer {
  /** Of Deployment and Service. */
  name: string;
  container: string;
  image: string;
  command: readonly string[];
  args: readonly string[];
  ports: readonly ServerPort[];
  /** Of the port `http`. */
  readyPath: string;
  livePath: string;
  /** How long it may take to become ready at first; a multiple of 5. */
  startSeconds: number;
  metrics: { port: number; path: string };
  environment: { env?: unknown[]; envFrom?: unknown[] };
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  /** Run before the server, one after another. */
  before?: readonly Record<string, unknown>[];
  /** Each with its source and where it is mounted. */
  volumes: readonly ServerVolume[];
}

export interface ServerVolume {
  name: string;
  mountPath: string;
  readOnly?: boolean;
  /** Folder of the volume. */
  subPath?: string;
  source: Record<string, unknown>;
}

export const temporaryVolume: ServerVolume = { name: 'tmp', mountPath: '/tmp', source: { emptyDir: {} } };

/** Servers with worker processes hand tensors over in shared memory. */
export const sharedMemoryVolume: ServerVolume = {
  name: 'shm',
  mountPath: '/dev/shm',
  source: { emptyDir: { medium: 'Memory', sizeLimit: '256Mi' } },
};

/** Deployment, Service, autoscaler, disruption budget and the opening in the network policy of a server. */
export function modelServerObjects(server: ModelServer, names: Names, version: string): KubernetesObject[] {
  const { name } = server;
  const labels = labelsOf(names.graph, name, version);
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
        progressDeadlineSeconds: server.startSeconds + 600,
        selector: { matchLabels: selector },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: {
          metadata: {
            labels,
            annotations: {
              'prometheus.io/scrape': 'true',
              'prometheus.io/port': String(server.metrics.port),
              'prometheus.io/path': server.metrics.path,
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
            ...(server.before === undefined ? {} : { initContainers: [...server.before] }),
            containers: [
              {
                name: server.container,
                image: server.image,
                imagePullPolicy,
                command: [...server.command],
                args: [...server.args],
                ...server.environment,
                ports: server.ports.map((port) => ({ name: port.name, containerPort: port.port, protocol: 'TCP' })),
                startupProbe: {
                  ...probe(server.readyPath),
                  periodSeconds: 5,
                  failureThreshold: server.startSeconds / 5,
                },
                readinessProbe: { ...probe(server.readyPath), periodSeconds: 5, failureThreshold: 2 },
                livenessProbe: { ...probe(server.livePath), periodSeconds: 10, failureThreshold: 3 },
                lifecycle: { preStop: { sleep: { seconds: 5 } } },
                resources: server.resources,
                securityContext: restrictedContainer,
                volumeMounts: server.volumes.map(({ source: _source, ...mount }) => mount),
              },
            ],
            volumes: volumesOf(server.volumes),
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, labels },
      spec: {
        type: 'ClusterIP',
        selector,
        ports: server.ports.map(({ name: port, port: number, servicePort }) => ({
          name: port,
          port: servicePort ?? number,
          targetPort: port,
          protocol: 'TCP',
        })),
      },
    },
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name, labels },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
        minReplicas: 2,
        maxReplicas: 8,
        // CPU is the one metric every cluster has, and inference is bound by it; components scale by what waits.
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
        ingress: [{ ports: server.ports.map(({ name: port }) => ({ port, protocol: 'TCP' })) }],
      },
    },
  ];
}

/** Each volume once: one may be mounted in several places. */
export function volumesOf(volumes: readonly ServerVolume[]): Record<string, unknown>[] {
  return [...new Map(volumes.map(({ name, source }) => [name, { name, ...source }])).values()];
}
