import { AppError } from '../../../shared/errors/app-error.ts';
import type { Bundle, BundleFile, KubernetesObject } from '../bundle.ts';
import { imageName } from '../engine-image.ts';
import { type ExportContext, plannedEndpoints } from '../export-context.ts';
import { lintObjects } from '../lint-objects.ts';
import { refuseUnsupported } from '../unsupported.ts';
import { validateObjects } from '../validate-objects.ts';
import { toYaml } from '../yaml-text.ts';
import { batchObjects } from './batch-objects.ts';
import { bundleReadme } from './bundle-readme.ts';
import { namesOf } from './names.ts';
import { servingObjects } from './serving-objects.ts';
import { sharedObjects } from './shared-objects.ts';

/** A ConfigMap holds at most 1 MiB together with its metadata. */
const maxPlanBytes = 1_000_000;

/** The bundle of plain Kubernetes objects: kustomize base with a Job and Deployments, and an overlay to copy. */
export function renderKubernetes(context: ExportContext): Bundle {
  refuseUnsupported(context, 'kubernetes');
  const planText = `${JSON.stringify(context.plan, null, 2)}\n`;
  if (Buffer.byteLength(planText) > maxPlanBytes) {
    throw new AppError('export.unsupported', 'The plan is larger than a ConfigMap can hold (1 MiB).', {
      fix: 'Split the graph, or move long parameters into files.',
    });
  }
  const names = namesOf(context.plan, planText);
  const groups: { file: string; objects: KubernetesObject[] }[] = [
    { file: 'shared.yaml', objects: sharedObjects(names, context.version) },
    { file: 'run.yaml', objects: batchObjects(context, names, planText) },
    ...plannedEndpoints(context.plan).endpoints.map((endpoint) => ({
      file: `endpoint-${endpoint.service.id}.yaml`,
      objects: servingObjects(context, names, endpoint),
    })),
  ].filter((group) => group.objects.length > 0);
  const objects = groups.flatMap((group) => group.objects);
  validateObjects(objects);
  const problems = lintObjects(objects);
  if (problems.length > 0) {
    throw new AppError('export.invalid-object', `The bundle is inconsistent: ${problems.join('; ')}.`);
  }
  const files: BundleFile[] = [
    { path: 'README.md', text: bundleReadme(context, names) },
    ...groups.map((group) => ({ path: `base/${group.file}`, text: toYaml(group.objects) })),
    {
      path: 'base/kustomization.yaml',
      text: toYaml([
        {
          apiVersion: 'kustomize.config.k8s.io/v1beta1',
          kind: 'Kustomization',
          resources: groups.map((group) => group.file),
        },
      ]),
    },
    {
      path: 'overlays/example/kustomization.yaml',
      text: toYaml([
        {
          apiVersion: 'kustomize.config.k8s.io/v1beta1',
          kind: 'Kustomization',
          namespace: names.graph,
          resources: ['namespace.yaml', '../../base'],
          images: [{ name: imageName, newName: `registry.example.com/${imageName}`, newTag: context.version }],
        },
      ]),
    },
    {
      path: 'overlays/example/namespace.yaml',
      text: toYaml([
        {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: {
            name: names.graph,
            labels: {
              'pod-security.kubernetes.io/enforce': 'restricted',
              'pod-security.kubernetes.io/warn': 'restricted',
            },
          },
        },
      ]),
    },
  ];
  return {
    files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    objects: objects.map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, name: metadata.name })),
  };
}
