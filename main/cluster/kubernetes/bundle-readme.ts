import { imageName } from '../engine-image.ts';
import { type ExportContext, plannedEndpoints } from '../export-context.ts';
import type { Names } from './names.ts';

/** README of the bundle: what is in it and the three commands. */
export function bundleReadme(context: ExportContext, names: Names): string {
  const { plan } = context;
  const { endpoints } = plannedEndpoints(plan);
  const monitors = plan.services.filter((service) => service.kind.startsWith('monitor.'));
  const lines = [
    `# ${plan.graph.name} on Kubernetes`,
    '',
    `Job \`${names.job}\` runs the ${plan.steps.length} steps of the graph in order; a retried pod goes on where it stopped.`,
    ...endpoints.map(
      (endpoint) =>
        `The endpoint \`${endpoint.name}\` serves \`${endpoint.modelUri}\` and answers once the Job has registered it.`,
    ),
    ...(monitors.length > 0
      ? ['Each endpoint compares its requests with the training rows and reports drift on `/metrics`.']
      : []),
    '',
    'Set the image (name and digest) in `overlays/example/kustomization.yaml`, then:',
    '',
    '```sh',
    'kubectl apply -k overlays/example',
    `kubectl -n ${names.graph} logs -f job/${names.job} --all-containers`,
    `kubectl -n ${names.graph} get pods,svc,hpa`,
    '```',
    '',
    `The image \`${imageName}\` is built from \`resources/container/Containerfile\` of Slipway ${context.version}. The volume`,
    `\`${names.storeClaim}\` must be mountable by several nodes (ReadWriteMany), or all pods must run on one node.`,
    'Pods satisfy the *restricted* Pod Security Standard and have no service account token.',
    '',
  ];
  return lines.join('\n');
}
