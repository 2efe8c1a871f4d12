import { apiServerPolicy } from '../api-server-policy.ts';
import type { KubernetesObject } from '../bundle.ts';
import type { BundlePart } from '../bundle-part.ts';
import { type ExportContext, isMonitored, type PlannedEndpoint, plannedEndpoints } from '../export-context.ts';
import { labelsOf, longestRunSeconds, type Names } from '../names.ts';
import { restrictedPod } from '../pod-security.ts';
import type { Placement } from '../step-resources.ts';
import { loopGraph } from './loop-graph.ts';
import { monitorName, retrainName } from './loop-names.ts';
import { loopVolumes, monitorContainer, retrainContainer, retrainPlacement } from './loop-pods.ts';

/** How often monitors look; replicas finish a file of their request log every five minutes. */
const monitorSchedule = '*/5 * * * *';
const monitorSeconds = 1800;

/** How the pods of the loop are made: as CronJobs, or as Argo's objects. */
export interface LoopKinds {
  monitor(options: LoopWorkload): KubernetesObject;
  retrain(options: LoopWorkload): KubernetesObject;
  /** Value of `slipway monitor --start`, without the name. */
  start: string;
  /** What a monitor may do to start a retraining, and nothing else. */
  rules(retrain: string): Record<string, unknown>[];
  /** More accounts and rights that its pods need. */
  objects?(names: Names, labels: Record<string, string>): KubernetesObject[];
}

export interface LoopWorkload {
  name: string;
  labels: Record<string, string>;
  account: string;
  /** The pod's account is used by the engine itself. */
  needsToken: boolean;
  container: Record<string, unknown>;
  volumes: Record<string, unknown>[];
  placement: Placement;
  deadlineSeconds: number;
  schedule: string;
}

/** Monitors of endpoints with several replicas, and their retraining, beside the endpoints. */
export function loopPart(context: ExportContext, names: Names, kinds: LoopKinds): BundlePart {
  const monitored = plannedEndpoints(context.plan).endpoints.filter((endpoint) => isMonitored(context.plan, endpoint));
  const [first] = monitored;
  if (first === undefined) return { groups: [], readme: { about: [] } };
  const graph = loopGraph(context, names);
  const labels = labelsOf(names.graph, 'monitor', context.version);
  return {
    groups: [
      { file: 'loop.yaml', objects: [graph, ...(kinds.objects?.(names, labels) ?? [])] },
      ...monitored.map((endpoint) => ({
        file: `monitor-${endpoint.service.id}.yaml`,
        objects: endpointObjects(context, names, endpoint, graph.metadata.name, kinds),
      })),
    ],
    readme: {
      about: monitored.flatMap((endpoint) => [
        `\`${monitorName(names, endpoint)}\` looks every five minutes at the requests and labels that the replicas of \`${endpoint.name}\` have put into the store; they show what it finds on \`/metrics\`.`,
        ...(retrains(context, endpoint)
          ? [
              `When the graph's Retrain node says so it starts \`${retrainName(names, endpoint)}\`, which trains a challenger, compares it, lets all replicas try it as a canary, and promotes it. Start it by hand with \`${kinds.start === 'cronjob' ? `kubectl -n ${names.graph} create job --from=cronjob/${retrainName(names, endpoint)} retrain-now` : `argo -n ${names.graph} submit --from workflowtemplate/${retrainName(names, endpoint)}`}\`.`,
            ]
          : []),
      ]),
      follow: `kubectl -n ${names.graph} get ${kinds.start === 'cronjob' ? 'cronjobs' : 'cronworkflows'}`,
    },
  };
}

function retrains({ plan }: ExportContext, { service }: PlannedEndpoint): boolean {
  return plan.services.some(
    ({ kind, inputs }) => kind === 'monitor.retrain' && inputs['requests']?.some(({ step }) => step === service.id),
  );
}

function endpointObjects(
  context: ExportContext,
  names: Names,
  endpoint: PlannedEndpoint,
  graphConfigMap: string,
  kinds: LoopKinds,
): KubernetesObject[] {
  const monitor = monitorName(names, endpoint);
  const retrain = retrainName(names, endpoint);
  const labels = labelsOf(names.graph, 'monitor', context.version);
  const volumes = loopVolumes(names, graphConfigMap);
  const hasRetrain = retrains(context, endpoint);
  const watching: KubernetesObject[] = [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: monitor, labels },
      automountServiceAccountToken: false,
    },
    kinds.monitor({
      name: monitor,
      labels,
      account: monitor,
      needsToken: hasRetrain,
      container: monitorContainer(names, endpoint, hasRetrain ? `${kinds.start}/${retrain}` : undefined),
      volumes,
      placement: {},
      deadlineSeconds: monitorSeconds,
      schedule: monitorSchedule,
    }),
  ];
  if (!hasRetrain) return watching;
  return [
    ...watching,
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: monitor, labels },
      rules: kinds.rules(retrain),
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: monitor, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: monitor },
      subjects: [{ kind: 'ServiceAccount', name: monitor }],
    },
    apiServerPolicy(names, { name: monitor, labels, component: 'monitor' }),
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: retrain, labels },
      automountServiceAccountToken: false,
    },
    kinds.retrain({
      name: retrain,
      labels: labelsOf(names.graph, 'retrain', context.version),
      account: retrain,
      needsToken: false,
      container: retrainContainer(
        context,
        names,
        endpoint,
        kinds.start === 'cronjob'
          ? []
          : [{ name: 'SLIPWAY_RETRAIN_REASONS', value: '{{workflow.parameters.reasons}}' }],
      ),
      volumes,
      placement: retrainPlacement(context),
      deadlineSeconds: longestRunSeconds,
      schedule: monitorSchedule,
    }),
  ];
}

/** Plain CronJobs; that of the retraining is suspended and only a template of Jobs. */
export const cronJobLoop: LoopKinds = {
  start: 'cronjob',
  rules: (retrain) => [
    { apiGroups: ['batch'], resources: ['cronjobs'], resourceNames: [retrain], verbs: ['get'] },
    { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create'] },
  ],
  monitor: (workload) => cronJob(workload, false),
  retrain: (workload) => cronJob(workload, true),
};

function cronJob(workload: LoopWorkload, suspend: boolean): KubernetesObject {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: workload.name, labels: workload.labels },
    spec: {
      schedule: workload.schedule,
      suspend,
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 300,
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        metadata: { labels: workload.labels },
        spec: {
          // The next look comes soon; a retraining that was cut off is asked for again.
          backoffLimit: 1,
          activeDeadlineSeconds: workload.deadlineSeconds,
          ttlSecondsAfterFinished: 3600,
          template: {
            metadata: { labels: workload.labels },
            spec: {
              restartPolicy: 'Never',
              serviceAccountName: workload.account,
              automountServiceAccountToken: workload.needsToken,
              enableServiceLinks: false,
              securityContext: restrictedPod,
              ...workload.placement,
              containers: [{ name: suspend ? 'retrain' : 'monitor', ...workload.container }],
              volumes: workload.volumes,
            },
          },
        },
      },
    },
  };
}
