import { z } from 'zod';

/** Exactly the fields of KubeRay's objects (v1.7) that bundles hold; pods inside are checked as the core's. */

const labels = z.record(z.string(), z.string());
const metadata = z.strictObject({ name: z.string().max(63), labels });

const resources = z.strictObject({ requests: labels, limits: labels });
const container = z.strictObject({
  name: z.enum(['ray-head', 'ray-worker']),
  image: z.string(),
  imagePullPolicy: z.literal('IfNotPresent'),
  envFrom: z.array(z.strictObject({ secretRef: z.strictObject({ name: z.string(), optional: z.boolean() }) })),
  env: z.array(
    z.strictObject({
      name: z.string(),
      value: z.string().optional(),
      valueFrom: z
        .strictObject({
          configMapKeyRef: z.strictObject({ name: z.string(), key: z.string() }).optional(),
          secretKeyRef: z.strictObject({ name: z.string(), key: z.string() }).optional(),
        })
        .optional(),
    }),
  ),
  ports: z
    .array(z.strictObject({ name: z.string(), containerPort: z.number().int(), protocol: z.literal('TCP') }))
    .optional(),
  resources,
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.array(z.literal('ALL')) }),
  }),
  volumeMounts: z.array(z.strictObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() })),
});

const template = z.strictObject({
  metadata: z.strictObject({ labels }),
  spec: z.strictObject({
    serviceAccountName: z.string(),
    automountServiceAccountToken: z.literal(false),
    enableServiceLinks: z.literal(false),
    securityContext: z.strictObject({
      runAsNonRoot: z.literal(true),
      runAsUser: z.number().int(),
      runAsGroup: z.number().int(),
      fsGroup: z.number().int(),
      fsGroupChangePolicy: z.string(),
      seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }),
    }),
    nodeSelector: labels.optional(),
    tolerations: z
      .array(z.strictObject({ key: z.string(), operator: z.enum(['Exists', 'Equal']), effect: z.string() }))
      .optional(),
    containers: z.tuple([container]),
    volumes: z.array(
      z.strictObject({
        name: z.string(),
        configMap: z.strictObject({ name: z.string() }).optional(),
        emptyDir: z.strictObject({ medium: z.string().optional(), sizeLimit: z.string().optional() }).optional(),
        persistentVolumeClaim: z.strictObject({ claimName: z.string(), readOnly: z.boolean().optional() }).optional(),
      }),
    ),
  }),
});

const rayCluster = z.strictObject({
  rayVersion: z.string(),
  headGroupSpec: z.strictObject({ rayStartParams: labels, template }),
  workerGroupSpecs: z.array(
    z.strictObject({
      groupName: z.string(),
      replicas: z.number().int().min(0),
      minReplicas: z.number().int().min(0),
      maxReplicas: z.number().int().min(1),
      rayStartParams: labels,
      template,
    }),
  ),
});

export const rayJobSchema = z.strictObject({
  apiVersion: z.literal('ray.io/v1'),
  kind: z.literal('RayJob'),
  metadata,
  spec: z.strictObject({
    entrypoint: z.string(),
    submissionMode: z.literal('HTTPMode'),
    shutdownAfterJobFinishes: z.literal(true),
    ttlSecondsAfterFinished: z.number().int(),
    activeDeadlineSeconds: z.number().int(),
    backoffLimit: z.number().int(),
    rayClusterSpec: rayCluster,
  }),
});

export const rayServiceSchema = z.strictObject({
  apiVersion: z.literal('ray.io/v1'),
  kind: z.literal('RayService'),
  metadata,
  spec: z.strictObject({ serveConfigV2: z.string(), rayClusterConfig: rayCluster }),
});
