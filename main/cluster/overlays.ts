import type { BundleFile, KubernetesObject } from './bundle.ts';
import type { BundleComponent } from './bundle-part.ts';
import { exampleRegistry, type Names } from './names.ts';
import { toYaml } from './yaml-text.ts';

export function kustomization(fields: Record<string, unknown>): string {
  return toYaml([{ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', ...fields }]);
}

/** Overlays to copy and adapt: artifacts on a shared volume, or in object storage. */
export function overlayFiles(names: Names, version: string, objects: readonly KubernetesObject[]): BundleFile[] {
  const configuration = imageConfiguration(objects);
  const configured = configuration === undefined ? {} : { configurations: ['image-fields.yaml'] };
  const images = imageNames(objects).map((name) => ({ name, newName: `${exampleRegistry}/${name}`, newTag: version }));
  const overlay = (name: string, files: BundleFile[], fields: Record<string, unknown>): BundleFile[] => [
    {
      path: `overlays/${name}/kustomization.yaml`,
      text: kustomization({
        namespace: names.graph,
        resources: ['namespace.yaml', ...files.map((file) => file.path), '../../base'],
        images,
        ...configured,
        ...fields,
      }),
    },
    { path: `overlays/${name}/namespace.yaml`, text: namespaceText(names) },
    ...(configuration === undefined ? [] : [{ path: `overlays/${name}/image-fields.yaml`, text: configuration }]),
    ...files.map((file) => ({ ...file, path: `overlays/${name}/${file.path}` })),
  ];
  const hasStore = objects.some(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === names.storeSettings);
  return [
    ...overlay('example', [], {}),
    ...(hasStore
      ? overlay('object-storage', [{ path: 'network-policy.yaml', text: networkPolicyText(names) }], {
          patches: objectStoragePatches(names, objects),
        })
      : []),
  ];
}

/** Components, which overlays name to have them. */
export function componentFiles(components: readonly BundleComponent[]): BundleFile[] {
  return components.flatMap(({ name, objects, patches, files = [] }) => [
    {
      path: `components/${name}/kustomization.yaml`,
      text: toYaml([
        {
          apiVersion: 'kustomize.config.k8s.io/v1alpha1',
          kind: 'Component',
          ...(objects.length === 0 ? {} : { resources: ['objects.yaml'] }),
          ...(patches.length === 0 ? {} : { patches }),
        },
      ]),
    },
    ...(objects.length === 0 ? [] : [{ path: `components/${name}/objects.yaml`, text: toYaml(objects) }]),
    ...files.map((file) => ({ ...file, path: `components/${name}/${file.path}` })),
  ]);
}

/** Names of the images in the objects, each once, in alphabetical order. */
function imageNames(objects: readonly KubernetesObject[]): string[] {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, entry] of Object.entries(value)) {
      if (key === 'image' && typeof entry === 'string') names.add(entry);
      else visit(entry);
    }
  };
  for (const object of objects) visit(object);
  return [...names].toSorted();
}

/** Kustomize knows by itself only where the core kinds keep their images. */
function imageConfiguration(objects: readonly KubernetesObject[]): string | undefined {
  const paths = [
    { path: 'spec/templates/container/image', kind: 'WorkflowTemplate' },
    { path: 'spec/workflowSpec/templates/container/image', kind: 'CronWorkflow' },
  ].filter((entry) => objects.some(({ kind }) => kind === entry.kind));
  return paths.length === 0 ? undefined : toYaml([{ images: paths }]);
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
  const address = (folder: string) =>
    `s3://BUCKET/${names.graph}${folder}?endpoint=https://s3.example.com&region=us-east-1`;
  const settings = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === names.storeSettings);
  const monitored = Object.hasOwn((settings?.['data'] ?? {}) as object, 'SLIPWAY_REQUESTS');
  const json = (operations: unknown[]) => JSON.stringify(operations);
  return [
    {
      target: { kind: 'ConfigMap', name: names.storeSettings },
      patch: json([
        { op: 'replace', path: '/data/SLIPWAY_STORE', value: address('') },
        ...(monitored ? [{ op: 'replace', path: '/data/SLIPWAY_REQUESTS', value: address('/requests') }] : []),
      ]),
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
      const paths = claimPaths(object, '');
      if (paths.length === 0) return [];
      return [
        {
          target: { kind: object.kind, name: object.metadata.name },
          patch: json(paths.map((path) => ({ op: 'replace', path, value: { name: 'store', emptyDir: {} } }))),
        },
      ];
    }),
  ];
}

/** JSON pointers to the volumes of a workload that are the store's claim. */
function claimPaths(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) => {
    const at = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const claim = Array.isArray(value) && (entry as { persistentVolumeClaim?: unknown } | null)?.persistentVolumeClaim;
    return claim === false || claim === undefined || claim === null ? claimPaths(entry, at) : [at];
  });
}
