import type { KubernetesObject } from './bundle.ts';
import type { BundleComponent } from './bundle-part.ts';
import { toDnsLabel } from './dns-label.ts';
import type { ExportContext } from './export-context.ts';
import type { Names } from './names.ts';

const redisPort = 6379;

/** Kinds of containers that read features online, and where their environment is. */
const environmentsAt: Readonly<Record<string, string>> = {
  Deployment: '/spec/template/spec/containers/0/env/-',
  ServingRuntime: '/spec/containers/0/env/-',
};

/** Lets the replicas of endpoints share one online store; nothing for graphs without feature views. */
export function onlineComponents(
  context: ExportContext,
  names: Names,
  objects: readonly KubernetesObject[],
): BundleComponent[] {
  const hasViews = context.plan.steps.some(({ kind }) => kind === 'feature.view' || kind === 'feature.join');
  const servers = objects.filter(({ kind }) => Object.hasOwn(environmentsAt, kind));
  if (!hasViews || servers.length === 0) return [];
  const secret = toDnsLabel(`${names.graph}-online`);
  const variable = { name: 'SLIPWAY_ONLINE', valueFrom: { secretKeyRef: { name: secret, key: 'url' } } };
  return [
    {
      name: 'redis',
      about: `all replicas read features from your Redis (port ${redisPort}). Make the Secret with its address: \`kubectl -n ${names.graph} create secret generic ${secret} --from-literal=url=redis://…\`.`,
      objects: [
        {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          metadata: { name: secret, labels: { 'app.kubernetes.io/name': names.graph } },
          spec: {
            podSelector: { matchLabels: { 'app.kubernetes.io/name': names.graph } },
            policyTypes: ['Egress'],
            egress: [{ ports: [redisPort, redisPort + 1].map((port) => ({ port, protocol: 'TCP' })) }],
          },
        },
      ],
      patches: servers.map(({ kind, metadata }) => ({
        target: { kind, name: metadata.name },
        patch: JSON.stringify([{ op: 'add', path: environmentsAt[kind], value: variable }]),
      })),
    },
  ];
}
