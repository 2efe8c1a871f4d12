import type { KubernetesObject } from '../bundle.ts';
import type { ExportContext } from '../export-context.ts';
import { labelsOf, type Names, selectorOf } from '../names.ts';
import { restrictedPod } from '../pod-security.ts';

/** What every predictor has, whatever it serves; one that scales says besides to how many replicas, and by what. */
export function predictorOf(options: {
  account: string;
  labels: Record<string, string>;
  minReplicas: number;
}): Record<string, unknown> {
  return {
    serviceAccountName: options.account,
    automountServiceAccountToken: false,
    minReplicas: options.minReplicas,
    labels: options.labels,
    securityContext: restrictedPod,
  };
}

const scaling = { maxReplicas: 8, scaleMetric: 'cpu', scaleTarget: 70 };

/** The InferenceService, its account, and the opening in the network policy. */
export function inferenceServiceObjects(
  context: ExportContext,
  names: Names,
  service: { name: string; port: number; predictor: Record<string, unknown> },
): KubernetesObject[] {
  const { name, port } = service;
  const labels = labelsOf(names.graph, name, context.version);
  const predictor = { ...predictorOf({ account: name, labels, minReplicas: 2 }), ...scaling, ...service.predictor };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, labels }, automountServiceAccountToken: false },
    {
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      metadata: { name, labels, annotations: { 'serving.kserve.io/deploymentMode': 'Standard' } },
      spec: { predictor },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name, labels },
      spec: {
        podSelector: { matchLabels: selectorOf(names.graph, name) },
        policyTypes: ['Ingress'],
        ingress: [{ ports: [{ port, protocol: 'TCP' }] }],
      },
    },
  ];
}
