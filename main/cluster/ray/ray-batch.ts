import type { PlanStep } from '../../../shared/plan/plan.ts';
import type { KubernetesObject } from '../bundle.ts';
import type { BundlePart } from '../bundle-part.ts';
import { toDnsLabel } from '../dns-label.ts';
import type { ExportContext } from '../export-context.ts';
import { labelsOf, longestRunSeconds, type Names, planFile } from '../names.ts';
import { planConfigMap } from '../plan-config-map.ts';
import { secretEnvironment } from '../step-container.ts';
import { gpuCount, gpuPlacement, largestStep } from '../step-resources.ts';
import { headPorts, rayFolder, rayPod, rayVersion } from './ray-pod.ts';
import { rayShared } from './ray-shared.ts';

/** The operator adds to the name, and refuses longer ones. */
const maxNameLength = 47;
const maxWorkers = 8;
const fewestWorkers = 2;

/** The batch part as a RayJob: a driver that runs every step as a Ray task with the cores it asks for. */
export function rayBatch(context: ExportContext, names: Names, planText: string): BundlePart {
  const { plan, version } = context;
  const labels = labelsOf(names.graph, 'run', version);
  if (plan.steps.length === 0) return { groups: [], readme: { about: [] } };
  const shared = rayShared(context, names);
  return {
    groups: [
      ...shared.groups,
      {
        file: 'run.yaml',
        objects: [
          {
            apiVersion: 'v1',
            kind: 'ServiceAccount',
            metadata: { name: names.batchAccount, labels },
            automountServiceAccountToken: false,
          },
          planConfigMap(names, labels, planText),
          rayJob(context, names),
        ],
      },
    ],
    files: shared.files,
    readme: {
      ...shared.readme,
      about: [
        `RayJob \`${rayJobName(names)}\` runs the ${plan.steps.length} steps of the graph as Ray tasks, independent ones side by side.`,
      ],
      follow: `kubectl -n ${names.graph} get rayjobs -w`,
    },
  };
}

function rayJobName(names: Names): string {
  return toDnsLabel(names.run, maxNameLength);
}

function rayJob(context: ExportContext, names: Names): KubernetesObject {
  const labels = labelsOf(names.graph, 'run', context.version);
  const steps = context.plan.steps.map(asWorker);
  const largest = largestStep(context, steps);
  const withRoom = (kind: 'requests' | 'limits', moreMiB: number, storage: string): Record<string, string> => ({
    ...largest[kind],
    // Ray keeps objects beside the step's process.
    memory: `${Number.parseInt(largest[kind]['memory'] ?? '0', 10) + moreMiB}Mi`,
    'ephemeral-storage': storage,
  });
  const gpus = Math.max(0, ...steps.map(gpuCount));
  const workers = Math.max(
    fewestWorkers,
    ...steps.flatMap(({ kind, params }) => (kind === 'train.ray' ? Number(params['workers']) : [])),
  );
  return {
    apiVersion: 'ray.io/v1',
    kind: 'RayJob',
    metadata: { name: rayJobName(names), labels },
    spec: {
      entrypoint: `python ${rayFolder}/driver.py --steps ${rayFolder}/steps.json --plan ${planFile} --store "$SLIPWAY_STORE"`,
      submissionMode: 'HTTPMode',
      shutdownAfterJobFinishes: true,
      ttlSecondsAfterFinished: 3600,
      activeDeadlineSeconds: longestRunSeconds,
      backoffLimit: 1,
      rayClusterSpec: {
        rayVersion,
        headGroupSpec: {
          // Steps run on workers only.
          rayStartParams: { 'dashboard-host': '0.0.0.0', 'num-cpus': '0' },
          template: rayPod(names, {
            container: 'ray-head',
            labels,
            account: names.batchAccount,
            plan: true,
            secrets: secretEnvironment(context, names),
            ports: headPorts,
            resources: {
              requests: { cpu: '1', memory: '2Gi', 'ephemeral-storage': '2Gi' },
              limits: { cpu: '2', memory: '4Gi', 'ephemeral-storage': '10Gi' },
            },
          }),
        },
        workerGroupSpecs: [
          {
            groupName: 'steps',
            replicas: workers,
            minReplicas: 1,
            maxReplicas: Math.max(maxWorkers, workers),
            // Ray counts only whole devices of NVIDIA by itself.
            rayStartParams: gpus === 0 ? {} : { 'num-gpus': String(gpus) },
            template: rayPod(names, {
              container: 'ray-worker',
              labels,
              account: names.batchAccount,
              plan: true,
              secrets: secretEnvironment(context, names),
              placement: gpuPlacement(steps),
              resources: { requests: withRoom('requests', 1024, '4Gi'), limits: withRoom('limits', 2048, '20Gi') },
            }),
          },
        ],
      },
    },
  };
}

/** A step that trains on several workers, as one of these: each pod has room for one. */
function asWorker(step: PlanStep): PlanStep {
  if (step.kind !== 'train.ray') return step;
  const { cpusPerWorker, gpusPerWorker, trainer } = step.params;
  const count = trainer === 'torch' ? Number(gpusPerWorker) : 0;
  return {
    ...step,
    resources: {
      cpu: Number(cpusPerWorker),
      ...(count === 0 ? {} : { gpu: { resource: 'nvidia.com/gpu', count } }),
      ...step.resources,
    },
  };
}
