import type { BundleFile, KubernetesObject } from './bundle.ts';
import { imageName } from './engine-image.ts';
import type { Names } from './names.ts';
import { toYaml } from './yaml-text.ts';

/** Stands for the registry a person has. */
export const exampleRegistry = 'registry.example.com';

export function kustomization(fields: Record<string, unknown>): string {
  return toYaml([{ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', ...fields }]);
}

/** Overlays to copy and adapt: artifacts on a shared volume, or in object storage. */
export function overlayFiles(names: Names, version: string, objects: readonly KubernetesObject[]): BundleFile[] {
  const configuration = imageConfiguration(objects);
  const configured = configuration === undefined ? {} : { configurations: ['image-fields.yaml'] };
  const configurationFiles = (overlay: string): BundleFile[] =>
    configuration === undefined ? [] : [{ path: `overlays/${overlay}/image-fields.yaml`, text: configuration }];
  const images = [{ name: imageName, newName: `${exampleRegistry}/${imageName}`, newTag: version }];
  return [
    {
      path: 'overlays/example/kustomization.yaml',
      text: kustomization({
        namespace: names.graph,
        resources: ['namespace.yaml', '../../base'],
        images,
        ...configured,
      }),
    },
    { path: 'overlays/example/namespace.yaml', text: namespaceText(names) },
    ...configurationFiles('example'),
    {
      path: 'overlays/object-storage/kustomization.yaml',
      text: kustomization({
        namespace: names.graph,
        resources: ['namespace.yaml', 'network-policy.yaml', '../../base'],
        images,
        ...configured,
        patches: objectStoragePatches(names, objects),
      }),
    },
    { path: 'overlays/object-storage/namespace.yaml', text: namespaceText(names) },
    ...configurationFiles('object-storage'),
    { path: 'overlays/object-storage/network-policy.yaml', text: networkPolicyText(names) },
  ];
}

/** Kustomize knows by itself only where the core kinds keep their images. */
function imageConfiguration(objects: readonly KubernetesObject[]): string | undefined {
  if (!objects.some(({ kind }) => kind === 'WorkflowTemplate')) return undefined;
  return toYaml([{ images: [{ path: 'spec/templates/container/image', kind: 'WorkflowTemplate' }] }]);
}

function namespaceText(names: Names): string {
  const labels = {
    'pod-security.kubernetes.io/enforce': 'restricted',
    'pod-security.kubernetes.io/warn': 'restricted',
  };
  return toYaml([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: names.graph, labels } }]);
}

/** Default deny would keep the pods from the storage. */
function networkPolicyText(names: Names): string {
  return toYaml([
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `${names.graph}-object-storage` },
      spec: {
        podSelector: { matchLabels: { 'app.kubernetes.io/name': names.graph } },
        policyTypes: ['Egress'],
        egress: [{ ports: [443, 9000].map((port) => ({ port, protocol: 'TCP' })) }],
      },
    },
  ]);
}

function objectStoragePatches(names: Names, objects: readonly KubernetesObject[]): Record<string, unknown>[] {
  const address = `s3://BUCKET/${names.graph}?endpoint=https://s3.example.com&region=us-east-1`;
  const json = (operations: unknown[]) => JSON.stringify(operations);
  return [
    {
      target: { kind: 'ConfigMap', name: names.storeSettings },
      patch: json([{ op: 'replace', path: '/data/SLIPWAY_STORE', value: address }]),
    },
    {
      target: { kind: 'PersistentVolumeClaim', name: names.storeClaim },
      patch: JSON.stringify({
        $patch: 'delete',
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: names.storeClaim },
      }),
    },
    ...objects.flatMap((object) => {
      const path = claimPath(object);
      if (path === undefined) return [];
      return [
        {
          target: { kind: object.kind, name: object.metadata.name },
          patch: json([{ op: 'replace', path, value: { name: 'store', emptyDir: {} } }]),
        },
      ];
    }),
  ];
}

/** JSON pointer to the volume of a workload that is the store's claim. */
function claimPath(object: KubernetesObject): string | undefined {
  const spec = object['spec'] as { volumes?: unknown; template?: { spec?: { volumes?: unknown } } } | undefined;
  const inTemplate = spec?.template?.spec?.volumes;
  const volumes = inTemplate ?? spec?.volumes;
  if (!Array.isArray(volumes)) return undefined;
  const index = volumes.findIndex((volume: { persistentVolumeClaim?: unknown }) => volume.persistentVolumeClaim);
  if (index === -1) return undefined;
  return inTemplate === undefined ? `/spec/volumes/${index}` : `/spec/template/spec/volumes/${index}`;
}
