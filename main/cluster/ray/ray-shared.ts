import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BundleFile, KubernetesObject } from '../bundle.ts';
import type { BundlePart } from '../bundle-part.ts';
import { imageName } from '../engine-image.ts';
import type { ExportContext } from '../export-context.ts';
import { exampleRegistry, labelsOf, type Names, selectorOf } from '../names.ts';
import { driverStepsText } from './driver-steps.ts';
import { rayConfigMap, rayImage, rayVersion } from './ray-pod.ts';

const folder = dirname(fileURLToPath(import.meta.url));
/** Runs the steps as Ray tasks, in a cluster and with `slipway run --target ray`. */
export const driverPath = join(folder, 'driver.py');
const servePath = join(folder, 'serve_app.py');

/** What batch part and endpoints on Ray have in common: image, Python files, the opening in the network policy. */
export function rayShared(context: ExportContext, names: Names): BundlePart & { files: BundleFile[] } {
  const { version } = context;
  return {
    groups: [{ file: 'ray.yaml', objects: [pythonFiles(context, names), meshPolicy(context, names)] }],
    files: [containerfile(context)],
    readme: {
      about: [],
      needs: ['The KubeRay operator (1.3 or newer) must be installed.'],
      prepare: [
        `podman build -f Containerfile --build-arg ENGINE=${exampleRegistry}/${imageName}:${version} -t ${exampleRegistry}/${rayImage}:${version} .`,
        `podman push ${exampleRegistry}/${rayImage}:${version}`,
      ],
    },
  };
}

/** Ray and the engine in one image; with the trainers where a step trains on several workers. */
function containerfile({ plan, version }: ExportContext): BundleFile {
  const trained = plan.steps.filter(({ kind }) => kind === 'train.ray');
  const torch = trained.some(({ params }) => params['trainer'] === 'torch');
  const packages = ['"ray[train]"', 'lightgbm', ...(torch ? ['torch', 'onnx'] : [])];
  const text = [
    '# Ray with the engine of Slipway. Pin both by digest when building.',
    `ARG RAY=docker.io/rayproject/ray:${rayVersion}-py311`,
    `ARG ENGINE=${imageName}:${version}`,
    'FROM ${ENGINE} AS engine',
    'FROM ${RAY}',
    'COPY --from=engine /opt/slipway /opt/slipway',
    ...(trained.length === 0 ? [] : [`RUN pip install --no-cache-dir ${packages.join(' ')}`]),
    '',
  ].join('\n');
  return { path: 'Containerfile', text };
}

function pythonFiles(context: ExportContext, names: Names): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: rayConfigMap(names), labels: labelsOf(names.graph, 'shared', context.version) },
    data: {
      'driver.py': readFileSync(driverPath, 'utf8'),
      'serve_app.py': readFileSync(servePath, 'utf8'),
      'steps.json': driverStepsText(context),
    },
  };
}

/** The machines of a Ray cluster talk to each other on many ports, and the operator to the head's dashboard. */
function meshPolicy(context: ExportContext, names: Names): KubernetesObject {
  const ray = { podSelector: { matchLabels: selectorOf(names.graph, 'run') } };
  const serve = { podSelector: { matchLabels: selectorOf(names.graph, 'serve') } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `${names.graph}-ray`, labels: labelsOf(names.graph, 'shared', context.version) },
    spec: {
      podSelector: {
        matchLabels: { 'app.kubernetes.io/name': names.graph },
        matchExpressions: [{ key: 'app.kubernetes.io/component', operator: 'In', values: ['run', 'serve'] }],
      },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [ray, serve] }, { ports: [8265, 8000].map((port) => ({ port, protocol: 'TCP' })) }],
      egress: [{ to: [ray, serve] }],
    },
  };
}
