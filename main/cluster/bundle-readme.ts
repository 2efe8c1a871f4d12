import { cudaImageName } from './engine-image.ts';
import { usesNvidia } from './step-resources.ts';
import { secretNames } from '../../shared/node/secret.ts';
import type { Plan } from '../../shared/plan/plan.ts';
import type { BundlePart } from './bundle-part.ts';
import { type ExportContext, loopServices, plannedEndpoints } from './export-context.ts';
import type { Names } from './names.ts';

export interface ReadmeParts {
  targetId: string;
  parts: readonly BundlePart[];
  /** The bundle carries its models and has no store. */
  servesOnly: boolean;
  /** Run and endpoints share a store. */
  hasStore: boolean;
  omitted: readonly { node: string; reason: string }[];
}

/** README of the bundle: what is in it and the three commands. */
export function bundleReadme(context: ExportContext, names: Names, readme: ReadmeParts): string {
  const { plan } = context;
  const parts = readme.parts.map((part) => part.readme);
  const monitors = plan.services.filter((service) => service.kind.startsWith('monitor.'));
  const prepare = [...new Set(parts.flatMap((part) => part.prepare ?? []))];
  const follow = parts.flatMap((part) => (part.follow === undefined ? [] : [part.follow]));
  const lines = [
    `# ${plan.graph.name} on Kubernetes`,
    '',
    ...parts.flatMap((part) => part.about),
    ...(readme.servesOnly
      ? readme.omitted.map(({ node, reason }) => `The node \`${node}\` is not part of this bundle: ${reason}.`)
      : !readme.hasStore
        ? []
        : [
            ...plannedEndpoints(plan).endpoints.map(
              (endpoint) =>
                `The endpoint \`${endpoint.name}\` serves \`${endpoint.modelUri}\` and answers once the run has registered it.`,
            ),
            ...(monitors.length > 0 && loopServices(plan).length === 0
              ? ['Each endpoint compares its requests with the training rows and reports drift on `/metrics`.']
              : []),
          ]),
    ...new Set(parts.flatMap((part) => part.needs ?? [])),
    '',
    ...(prepare.length === 0 ? [] : ['Build the image, with a registry of yours:', '', '```sh', ...prepare, '```', '']),
    'Set the image (name and digest) in `overlays/example/kustomization.yaml`, then:',
    '',
    '```sh',
    'kubectl apply -k overlays/example',
    ...follow.slice(0, 1),
    `kubectl -n ${names.graph} get pods,svc,hpa`,
    '```',
    '',
    ...(readme.servesOnly
      ? []
      : [
          `The image \`slipway-engine\` is built from \`resources/container/Containerfile\` of Slipway ${context.version}.`,
          ...(context.cudaImage === true && context.plan.steps.some(usesNvidia)
            ? [
                `Steps with an NVIDIA GPU run in \`${cudaImageName}\`, which has CUDA: the head of that file says how it is built.`,
              ]
            : []),
        ]),
    '`slipway apply overlays/example` does the same with live status, and removes what an earlier export left.',
    '',
    ...(readme.hasStore ? storeSection(names) : []),
    ...(readme.servesOnly ? [] : secretSection(plan, names)),
    ...componentSection(readme.parts),
    ...parts.flatMap((part) => part.sections ?? []).flatMap((section) => [section, '']),
    '`slipway-lock.json` has the digest of every file as it was exported.',
    '',
    'Pods satisfy the *restricted* Pod Security Standard; endpoints have no service account token.',
    '',
  ];
  return lines.join('\n');
}

function storeSection(names: Names): string[] {
  return [
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
  ];
}

function secretSection(plan: Plan, names: Names): string[] {
  const secrets = secretNames(plan.steps.map(({ params }) => params));
  if (secrets.length === 0) return [];
  return [
    '## Secrets of the nodes',
    '',
    'Steps get them from a Secret in the namespace, which is not part of this bundle; pods wait until it is there:',
    '',
    '```sh',
    `kubectl -n ${names.graph} create secret generic ${names.nodeSecret} ${secrets.map((name) => `--from-literal=${name}=…`).join(' ')}`,
    '```',
    '',
  ];
}

function componentSection(parts: readonly BundlePart[]): string[] {
  const components = parts.flatMap((part) => part.components ?? []);
  if (components.length === 0) return [];
  return [
    '## Options',
    '',
    'An overlay takes them by naming them under `components:` in its `kustomization.yaml`:',
    '',
    ...components.map(({ name, about }) => `- \`../../components/${name}\`: ${about}`),
    '',
  ];
}
