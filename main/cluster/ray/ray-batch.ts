import type { KubernetesObject } from '../bundle.ts';
import type { BundlePart } from '../bundle-part.ts';
import { toDnsLabel } from '../dns-label.ts';
import type { ExportContext } from '../export-context.ts';
import { labelsOf, longestRunSeconds, type Names, planFile } from '../names.ts';
import { planConfigMap } from '../plan-config-map.ts';
import { secretEnvironment } from '../step-container.ts';
import { stepResources } from '../step-resources.ts';
import { headPorts, rayFolder, rayPod, rayVersion } from './ray-pod.ts';
import { rayShared } from './ray-shared.ts';

/** The operator adds to the name, and refuses longer ones. */
const maxNameLength = 47;
const maxWorkers = 8;

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
  const needs = context.plan.steps.map((step) => stepResources(step, context));
  const largest = (kind: 'requests' | 'limits', resource: string): number =>
    Math.max(...needs.map((need) => Number.parseInt(need[kind][resource] ?? '0', 10)));
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
            replicas: 2,
            minReplicas: 1,
            maxReplicas: maxWorkers,
            rayStartParams: {},
            template: rayPod(names, {
              container: 'ray-worker',
              labels,
              account: names.batchAccount,
              plan: true,
              secrets: secretEnvironment(context, names),
              resources: {
                requests: {
                  cpu: String(largest('requests', 'cpu')),
                  memory: `${largest('requests', 'memory') + 1024}Mi`,
                  'ephemeral-storage': '4Gi',
                },
                limits: {
                  cpu: String(largest('limits', 'cpu')),
                  memory: `${largest('limits', 'memory') + 2048}Mi`,
                  'ephemeral-storage': '20Gi',
                },
              },
            }),
          },
        ],
      },
    },
  };
}
