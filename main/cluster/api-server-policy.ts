import type { KubernetesObject } from './bundle.ts';
import { type Names, selectorOf } from './names.ts';

/** Where API servers listen: behind their Service, kubeadm, minikube, MicroK8s. */
const apiServerPorts = [443, 6443, 8443, 16_443];

/** Default deny keeps pods off the network; those of the component must reach the API server. */
export function apiServerPolicy(
  names: Names,
  options: { name: string; labels: Record<string, string>; component: string | readonly string[] },
): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: options.name, labels: options.labels },
    spec: {
      podSelector:
        typeof options.component === 'string'
          ? { matchLabels: selectorOf(names.graph, options.component) }
          : {
              matchLabels: { 'app.kubernetes.io/name': names.graph },
              matchExpressions: [
                { key: 'app.kubernetes.io/component', operator: 'In', values: [...options.component] },
              ],
            },
      policyTypes: ['Egress'],
      egress: [{ ports: apiServerPorts.map((port) => ({ port, protocol: 'TCP' })) }],
    },
  };
}
