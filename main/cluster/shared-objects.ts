import type { KubernetesObject } from './bundle.ts';
import { labelsOf, type Names, requestsUri, storeUri } from './names.ts';

/**
 * Address and volume of the store that run and endpoints share (a bundle that carries its models needs none), and the
 * policy that closes all other traffic of the graph's pods.
 */
export function sharedObjects(
  names: Names,
  version: string,
  options: {
    store: boolean;
    /** Replicas hand their requests over. */
    monitored: boolean;
    /** Components whose pods speak to other machines. */
    reachOut: readonly string[];
  },
): KubernetesObject[] {
  const labels = labelsOf(names.graph, 'shared', version);
  return [
    ...(options.store ? storeObjects(names, labels, options.monitored) : []),
    denyAll(names, labels),
    ...(options.reachOut.length === 0 ? [] : [reachOut(names, labels, options.reachOut)]),
  ];
}

function storeObjects(names: Names, labels: Record<string, string>, monitored: boolean): KubernetesObject[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: names.storeSettings, labels },
      data: { SLIPWAY_STORE: storeUri, ...(monitored ? { SLIPWAY_REQUESTS: requestsUri } : {}) },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: names.storeClaim, labels },
      spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '20Gi' } } },
    },
  ];
}

function denyAll(names: Names, labels: Record<string, string>): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `${names.graph}-deny`, labels },
    spec: {
      podSelector: { matchLabels: { 'app.kubernetes.io/name': names.graph } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [],
      egress: [
        {
          to: [
            { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } },
            // NodeLocal DNSCache: no pod that a selector could name.
            { ipBlock: { cidr: '169.254.20.10/32' } },
          ],
          ports: [
            { port: 53, protocol: 'UDP' },
            { port: 53, protocol: 'TCP' },
          ],
        },
      ],
    },
  };
}

/** Steps read databases and addresses outside; which ones is for their own settings to say, so every address is open. */
function reachOut(names: Names, labels: Record<string, string>, components: readonly string[]): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `${names.graph}-sources`, labels },
    spec: {
      podSelector: {
        matchLabels: { 'app.kubernetes.io/name': names.graph },
        matchExpressions: [{ key: 'app.kubernetes.io/component', operator: 'In', values: [...components] }],
      },
      policyTypes: ['Egress'],
      egress: [{}],
    },
  };
}
