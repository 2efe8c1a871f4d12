import type { KubernetesObject } from './bundle.ts';
import { imagePullPolicy } from './engine-image.ts';
import { type Names, labelsOf, selectorOf } from './names.ts';
import { restrictedContainer, restrictedPod } from './pod-security.ts';

/** A server of models that an image of its own brings. */
export interface ModelServer {
  /** Of Deployment and Service. */
  name: string;
  image: string;
  command: readonly string[];
  args: readonly string[];
  ports: readonly { name: string; port: number }[];
  /** Of the port `http`. */
  readyPath: string;
  livePath: string;
  metrics: { port: number; path: string };
  env?: readonly { name: string; value: string }[];
  resources: { requests: Record<string, string>; limits: Record<string, string> };
}

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
            containers: [
              {
                name: 'server',
                image: server.image,
                imagePullPolicy,
                command: [...server.command],
                args: [...server.args],
                ...(server.env === undefined ? {} : { env: server.env.map((entry) => ({ ...entry })) }),
                ports: server.ports.map((port) => ({ name: port.name, containerPort: port.port, protocol: 'TCP' })),
                startupProbe: { ...probe(server.readyPath), periodSeconds: 5, failureThreshold: 60 },
                readinessProbe: { ...probe(server.readyPath), periodSeconds: 5, failureThreshold: 2 },
                livenessProbe: { ...probe(server.livePath), periodSeconds: 10, failureThreshold: 3 },
                lifecycle: { preStop: { sleep: { seconds: 5 } } },
                resources: server.resources,
                securityContext: restrictedContainer,
                volumeMounts: [
                  { name: 'tmp', mountPath: '/tmp' },
                  { name: 'shm', mountPath: '/dev/shm' },
                ],
              },
            ],
            volumes: [
              { name: 'tmp', emptyDir: {} },
              { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '256Mi' } },
            ],
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
        ports: server.ports.map(({ name: port, port: number }) => ({
          name: port,
          port: number,
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
