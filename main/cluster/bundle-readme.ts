import { imageName } from './engine-image.ts';
import { type ExportContext, plannedEndpoints } from './export-context.ts';
import type { Names } from './names.ts';

export interface TargetReadme {
  /** A sentence on how the batch part runs. */
  batch: string;
  /** Command that follows the run. */
  follow: string;
  /** What the cluster must have, a sentence each. */
  needs: readonly string[];
}

/** README of the bundle: what is in it and the three commands. */
export function bundleReadme(context: ExportContext, names: Names, target: TargetReadme): string {
  const { plan } = context;
  const { endpoints } = plannedEndpoints(plan);
  const monitors = plan.services.filter((service) => service.kind.startsWith('monitor.'));
  const lines = [
    `# ${plan.graph.name} on Kubernetes`,
    '',
    target.batch,
    ...endpoints.map(
      (endpoint) =>
        `The endpoint \`${endpoint.name}\` serves \`${endpoint.modelUri}\` and answers once the run has registered it.`,
    ),
    ...(monitors.length > 0
      ? ['Each endpoint compares its requests with the training rows and reports drift on `/metrics`.']
      : []),
    ...target.needs,
    '',
    'Set the image (name and digest) in `overlays/example/kustomization.yaml`, then:',
    '',
    '```sh',
    'kubectl apply -k overlays/example',
    target.follow,
    `kubectl -n ${names.graph} get pods,svc,hpa`,
    '```',
    '',
    `The image \`${imageName}\` is built from \`resources/container/Containerfile\` of Slipway ${context.version}.`,
    '`slipway apply overlays/example` does the same with live status, and removes what an earlier export left.',
    '',
    '## Where results are kept',
    '',
    `\`overlays/example\` keeps them on the volume \`${names.storeClaim}\`, which must be mountable by several nodes`,
    '(ReadWriteMany), or all pods must run on one node. `overlays/object-storage` keeps them in S3-compatible storage: set',
    'bucket, endpoint and region in its `kustomization.yaml`, and make the Secret with the credentials:',
    '',
    '```sh',
    `kubectl -n ${names.graph} create secret generic ${names.storeSecret} --from-literal=AWS_ACCESS_KEY_ID=… --from-literal=AWS_SECRET_ACCESS_KEY=…`,
    '```',
    '',
    'Whoever may write there can put results under any key; give that right to those you trust with the run.',
    '',
    'Pods satisfy the *restricted* Pod Security Standard; endpoints have no service account token.',
    '',
  ];
  return lines.join('\n');
}
