import { imagePullPolicy } from '../engine-image.ts';
import { type Names, planFolder, storeFolder } from '../names.ts';
import { restrictedContainer, restrictedPod } from '../pod-security.ts';
import type { Placement } from '../step-resources.ts';
import { storeEnvironment } from '../store-environment.ts';

/** Image with Ray and the engine, built from the Containerfile of the bundle. */
export const rayImage = 'slipway-ray';
/** Ray that the image brings; head and workers must have the same. */
export const rayVersion = '2.52.1';
/** Where pods find the Python files of the bundle. */
export const rayFolder = '/etc/slipway-ray';
/** The user of Ray's images. */
const rayUser = 1000;

export interface RayPodOptions {
  container: 'ray-head' | 'ray-worker';
  labels: Record<string, string>;
  account: string;
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  /** Whether pods read the plan. */
  plan: boolean;
  ports?: readonly { name: string; containerPort: number }[];
  /** Which machines it may run on. */
  placement?: Placement;
  /** Variables from Secrets. */
  secrets?: readonly Record<string, unknown>[];
}

/** Pod template of a Ray head or worker. The operator sets the command that starts Ray. */
export function rayPod(names: Names, options: RayPodOptions): Record<string, unknown> {
  const { envFrom, env } = storeEnvironment(names);
  const secrets = options.secrets ?? [];
  return {
    metadata: { labels: options.labels },
    spec: {
      serviceAccountName: options.account,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { ...restrictedPod, runAsUser: rayUser, runAsGroup: rayUser },
      ...options.placement,
      containers: [
        {
          name: options.container,
          image: rayImage,
          imagePullPolicy,
          envFrom,
          env: [...env, ...secrets, { name: 'PYTHONPATH', value: rayFolder }],
          ...(options.ports === undefined
            ? {}
            : { ports: options.ports.map((port) => ({ ...port, protocol: 'TCP' })) }),
          resources: options.resources,
          securityContext: restrictedContainer,
          volumeMounts: [
            { name: 'ray', mountPath: rayFolder, readOnly: true },
            ...(options.plan ? [{ name: 'plan', mountPath: planFolder, readOnly: true }] : []),
            { name: 'store', mountPath: storeFolder, ...(options.plan ? {} : { readOnly: true }) },
            { name: 'tmp', mountPath: '/tmp' },
            { name: 'shm', mountPath: '/dev/shm' },
          ],
        },
      ],
      volumes: [
        { name: 'ray', configMap: { name: rayConfigMap(names) } },
        ...(options.plan ? [{ name: 'plan', configMap: { name: names.planConfigMap } }] : []),
        {
          name: 'store',
          persistentVolumeClaim: { claimName: names.storeClaim, ...(options.plan ? {} : { readOnly: true }) },
        },
        { name: 'tmp', emptyDir: {} },
        { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } },
      ],
    },
  };
}

/** ConfigMap with the Python files. */
export function rayConfigMap(names: Names): string {
  return `${names.graph}-ray`;
}

export const headPorts = [
  { name: 'gcs', containerPort: 6379 },
  { name: 'dashboard', containerPort: 8265 },
  { name: 'client', containerPort: 10_001 },
  { name: 'serve', containerPort: 8000 },
];
