import { z } from 'zod';

/** Exactly the fields of KServe's objects (v0.20) that bundles hold; the cluster's own schemas decide at apply. */

const labels = z.record(z.string(), z.string());
const metadata = z.strictObject({ name: z.string().max(63), labels, annotations: labels.optional() });
const resources = z.strictObject({ requests: labels, limits: labels });
const environment = z.array(
  z.strictObject({
    name: z.string(),
    value: z.string().optional(),
    valueFrom: z.strictObject({ configMapKeyRef: z.strictObject({ name: z.string(), key: z.string() }) }).optional(),
  }),
);
const containerSecurity = z.strictObject({
  allowPrivilegeEscalation: z.literal(false),
  readOnlyRootFilesystem: z.literal(true),
  capabilities: z.strictObject({ drop: z.array(z.literal('ALL')) }),
});
const podSecurity = z.strictObject({
  runAsNonRoot: z.literal(true),
  runAsUser: z.number().int(),
  runAsGroup: z.number().int(),
  fsGroup: z.number().int(),
  fsGroupChangePolicy: z.string(),
  seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }),
});
const probe = z.strictObject({
  httpGet: z.strictObject({ path: z.string(), port: z.number().int() }),
  periodSeconds: z.number().int(),
  failureThreshold: z.number().int(),
});
const volumes = z.array(
  z.strictObject({
    name: z.string(),
    emptyDir: z.strictObject({}).optional(),
    persistentVolumeClaim: z.strictObject({ claimName: z.string(), readOnly: z.boolean().optional() }).optional(),
  }),
);

export const servingRuntimeSchema = z.strictObject({
  apiVersion: z.literal('serving.kserve.io/v1alpha1'),
  kind: z.literal('ServingRuntime'),
  metadata,
  spec: z.strictObject({
    supportedModelFormats: z.array(
      z.strictObject({ name: z.string(), version: z.string(), autoSelect: z.boolean().optional() }),
    ),
    protocolVersions: z.array(z.enum(['v2', 'grpc-v2'])),
    multiModel: z.literal(false),
    annotations: labels.optional(),
    containers: z.tuple([
      z.strictObject({
        name: z.literal('kserve-container'),
        image: z.string(),
        imagePullPolicy: z.literal('IfNotPresent'),
        command: z.array(z.string()),
        args: z.array(z.string()),
        envFrom: z.array(z.strictObject({ secretRef: z.strictObject({ name: z.string(), optional: z.boolean() }) })),
        env: environment,
        ports: z.array(
          z.strictObject({ name: z.string(), containerPort: z.number().int(), protocol: z.literal('TCP') }),
        ),
        startupProbe: probe,
        readinessProbe: probe,
        livenessProbe: probe,
        resources,
        securityContext: containerSecurity,
        volumeMounts: z.array(
          z.strictObject({
            name: z.string(),
            mountPath: z.string(),
            readOnly: z.boolean().optional(),
            subPath: z.string().optional(),
          }),
        ),
      }),
    ]),
  }),
});

const predictor = z.strictObject({
  serviceAccountName: z.string(),
  automountServiceAccountToken: z.literal(false),
  minReplicas: z.number().int().min(0),
  maxReplicas: z.number().int().min(1),
  scaleMetric: z.enum(['cpu', 'memory', 'concurrency', 'rps']),
  scaleTarget: z.number().int(),
  labels,
  securityContext: podSecurity,
  initContainers: z
    .array(
      z.strictObject({
        name: z.string(),
        image: z.string(),
        imagePullPolicy: z.literal('IfNotPresent'),
        command: z.array(z.string()),
        resources,
        securityContext: containerSecurity,
        volumeMounts: z.array(z.strictObject({ name: z.string(), mountPath: z.string() })),
      }),
    )
    .optional(),
  model: z.strictObject({
    modelFormat: z.strictObject({ name: z.string(), version: z.string() }),
    runtime: z.string().optional(),
    protocolVersion: z.literal('v2'),
    storageUri: z.string().optional(),
    args: z.array(z.string()).optional(),
    resources: resources.optional(),
    securityContext: containerSecurity.optional(),
  }),
  volumes: volumes.optional(),
});

export const inferenceServiceSchema = z.strictObject({
  apiVersion: z.literal('serving.kserve.io/v1beta1'),
  kind: z.literal('InferenceService'),
  metadata,
  spec: z.strictObject({ predictor }),
});

export const inferenceGraphSchema = z.strictObject({
  apiVersion: z.literal('serving.kserve.io/v1alpha1'),
  kind: z.literal('InferenceGraph'),
  metadata,
  spec: z.strictObject({
    nodes: z.record(
      z.string(),
      z.strictObject({
        routerType: z.literal('Splitter'),
        steps: z.array(z.strictObject({ name: z.string(), serviceName: z.string(), weight: z.number().int().min(0) })),
      }),
    ),
    minReplicas: z.number().int().min(1),
    maxReplicas: z.number().int().min(1),
    resources,
  }),
});
