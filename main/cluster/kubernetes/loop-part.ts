import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { KubernetesObject } from '../bundle.ts';
import type { BundlePart } from '../bundle-part.ts';
import { toDnsLabel } from '../dns-label.ts';
import { engineCommand, imageName, imagePullPolicy } from '../engine-image.ts';
import { type ExportContext, plannedEndpoints } from '../export-context.ts';
import { httpPort, labelsOf, longestRunSeconds, type Names, planFolder, selectorOf, storeFolder } from '../names.ts';
import { restrictedContainer, restrictedPod } from '../pod-security.ts';
import { secretEnvironment } from '../step-container.ts';
import { gpuPlacement, stepResources } from '../step-resources.ts';

const graphFile = `${planFolder}/graph.slipway.json`;
const dataFolder = `${storeFolder}/data`;
/** A ConfigMap holds at most 1 MiB together with its metadata. */
const maxGraphBytes = 1_000_000;

/**
 * A graph that watches its endpoint by labels, or trains again: one pod runs it all, as `slipway up` does on an edge box.
 * Its requests, labels and decisions stay on a volume of its own, so there is one replica and no autoscaler.
 */
export function loopPart(context: ExportContext, names: Names): BundlePart {
  const [endpoint] = plannedEndpoints(context.plan).endpoints;
  if (endpoint === undefined) throw new AppError('internal.bug', 'A loop has an endpoint.');
  const name = toDnsLabel(`${names.graph}-${endpoint.service.id}`);
  return {
    groups: [{ file: 'loop.yaml', objects: loopObjects(context, names, name) }],
    readme: {
      about: [
        `StatefulSet \`${name}\` runs the graph, serves \`${endpoint.name}\`, watches it, and puts better models live, all in one pod that keeps what it knows on a volume of its own.`,
        'It is one replica: requests and the labels that come later must meet in one place.',
      ],
      follow: `kubectl -n ${names.graph} logs -f statefulset/${name}`,
    },
  };
}

function loopObjects(context: ExportContext, names: Names, name: string): KubernetesObject[] {
  const labels = labelsOf(names.graph, name, context.version);
  const selector = selectorOf(names.graph, name);
  const text = graphText(context);
  const digest = bytesToHex(sha256(new TextEncoder().encode(text))).slice(0, 8);
  const configMap = `${names.graph}-graph-${digest}`;
  const probe = (path: string) => ({ httpGet: { path, port: 'http' } });
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: configMap, labels },
      immutable: true,
      data: { 'graph.slipway.json': text },
    },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, labels }, automountServiceAccountToken: false },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name, labels },
      spec: {
        replicas: 1,
        serviceName: name,
        selector: { matchLabels: selector },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: name,
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: restrictedPod,
            // What is in flight is answered first.
            terminationGracePeriodSeconds: 60,
            ...gpuPlacement(context.plan.steps),
            containers: [
              {
                name: 'engine',
                image: imageName,
                imagePullPolicy,
                ...engineCommand([
                  'up',
                  graphFile,
                  '--json',
                  '--data-dir',
                  dataFolder,
                  '--host',
                  '0.0.0.0',
                  '--http',
                  String(httpPort),
                  '--keys',
                  'none',
                ]),
                env: [{ name: 'HOME', value: '/tmp' }, ...secretEnvironment(context, names)],
                ports: [{ name: 'http', containerPort: httpPort, protocol: 'TCP' }],
                // It answers once its first run is done.
                startupProbe: {
                  ...probe('/v2/health/ready'),
                  periodSeconds: 5,
                  failureThreshold: longestRunSeconds / 5,
                },
                readinessProbe: { ...probe('/v2/health/ready'), periodSeconds: 5, failureThreshold: 2 },
                livenessProbe: { ...probe('/v2/health/live'), periodSeconds: 10, failureThreshold: 6 },
                resources: loopResources(context),
                securityContext: restrictedContainer,
                volumeMounts: [
                  { name: 'graph', mountPath: planFolder, readOnly: true },
                  { name: 'data', mountPath: storeFolder },
                  { name: 'tmp', mountPath: '/tmp' },
                ],
              },
            ],
            volumes: [
              { name: 'graph', configMap: { name: configMap } },
              { name: 'tmp', emptyDir: {} },
            ],
          },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: 'data', labels: selector },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '20Gi' } } },
          },
        ],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, labels },
      spec: { type: 'ClusterIP', selector, ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }] },
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

function graphText({ graphText: text }: ExportContext): string {
  if (text === undefined) throw new AppError('internal.bug', 'The document of the graph is not at hand.');
  if (Buffer.byteLength(text) <= maxGraphBytes) return text;
  throw new AppError('export.unsupported', 'The graph is larger than a ConfigMap can hold (1 MiB).', {
    fix: 'Split the graph, or move long parameters into files.',
  });
}

/** Serving goes on while the largest step runs. */
function loopResources(context: ExportContext) {
  const needs = context.plan.steps.map((step) => stepResources(step, context));
  const largest = (kind: 'requests' | 'limits', resource: string, least: number): number =>
    Math.max(least, ...needs.map((need) => Number.parseInt(need[kind][resource] ?? '0', 10)));
  const gpu = needs.find(({ limits }) => limits['nvidia.com/gpu'] !== undefined)?.limits['nvidia.com/gpu'];
  const device: Record<string, string> = gpu === undefined ? {} : { 'nvidia.com/gpu': gpu };
  return {
    requests: {
      cpu: String(largest('requests', 'cpu', 1)),
      memory: `${largest('requests', 'memory', 512) + 512}Mi`,
      'ephemeral-storage': '2Gi',
      ...device,
    },
    limits: {
      cpu: String(largest('limits', 'cpu', 2) + 1),
      memory: `${largest('limits', 'memory', 2048) + 2048}Mi`,
      'ephemeral-storage': '10Gi',
      ...device,
    },
  };
}
