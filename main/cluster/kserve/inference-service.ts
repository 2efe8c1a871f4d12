import type { KubernetesObject } from '../bundle.ts';
import type { ExportContext } from '../export-context.ts';
import { labelsOf, type Names, selectorOf } from '../names.ts';
import { restrictedPod } from '../pod-security.ts';

/** What every predictor has, whatever it serves. */
export function predictorOf(options: {
  account: string;
  labels: Record<string, string>;
  replicas: { min: number; max: number };
}): Record<string, unknown> {
  return {
    serviceAccountName: options.account,
    automountServiceAccountToken: false,
    minReplicas: options.replicas.min,
    maxReplicas: options.replicas.max,
    scaleMetric: 'cpu',
    scaleTarget: 70,
    labels: options.labels,
    securityContext: restrictedPod,
  };
}

/** The InferenceService, its account, and the opening in the network policy. */
export function inferenceServiceObjects(
  context: ExportContext,
  names: Names,
  service: { name: string; port: number; predictor: Record<string, unknown> },
): KubernetesObject[] {
  const { name, port } = service;
  const labels = labelsOf(names.graph, name, context.version);
  const predictor = { ...predictorOf({ account: name, labels, replicas: { min: 2, max: 8 } }), ...service.predictor };
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
