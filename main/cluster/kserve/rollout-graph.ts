import type { KubernetesObject } from '../bundle.ts';
import { toDnsLabel } from '../dns-label.ts';
import type { ExportContext } from '../export-context.ts';
import { labelsOf, type Names, selectorOf } from '../names.ts';

/** KServe's router listens there. */
const routerPort = 8080;
const maxNameLength = 50;

/**
 * One address in front of two InferenceServices, an InferenceGraph that gives each request to one of them by chance, and the
 * openings in the network policy that its router needs.
 */
export function rolloutGraph(
  context: ExportContext,
  names: Names,
  services: { champion: string; challenger: string; port: number; challengerShare: number },
): KubernetesObject[] {
  const name = toDnsLabel(`${services.champion}-rollout`, maxNameLength);
  const labels = labelsOf(names.graph, name, context.version);
  return [
    {
      apiVersion: 'serving.kserve.io/v1alpha1',
      kind: 'InferenceGraph',
      metadata: { name, labels, annotations: { 'serving.kserve.io/deploymentMode': 'Standard' } },
      spec: {
        nodes: {
          root: {
            routerType: 'Splitter',
            steps: [
              { name: 'champion', serviceName: services.champion, weight: 100 - services.challengerShare },
              { name: 'challenger', serviceName: services.challenger, weight: services.challengerShare },
            ],
          },
        },
        minReplicas: 2,
        maxReplicas: 4,
        resources: {
          requests: { cpu: '100m', memory: '128Mi', 'ephemeral-storage': '64Mi' },
          limits: { cpu: '1', memory: '512Mi', 'ephemeral-storage': '256Mi' },
        },
      },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name, labels },
      spec: {
        podSelector: { matchLabels: selectorOf(names.graph, name) },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ ports: [{ port: routerPort, protocol: 'TCP' }] }],
        egress: [
          {
            to: [services.champion, services.challenger].map((service) => ({
              podSelector: { matchLabels: selectorOf(names.graph, service) },
            })),
            ports: [{ port: services.port, protocol: 'TCP' }],
          },
        ],
      },
    },
  ];
}
