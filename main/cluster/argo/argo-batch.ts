import type { PlanStep } from '../../../shared/plan/plan.ts';
import type { KubernetesObject } from '../bundle.ts';
import type { BundlePart } from '../bundle-part.ts';
import { toDnsLabel } from '../dns-label.ts';
import type { ExportContext } from '../export-context.ts';
import { labelsOf, longestRunSeconds, type Names } from '../names.ts';
import { planConfigMap } from '../plan-config-map.ts';
import { restrictedPod } from '../pod-security.ts';
import { badInputExitCode, stepContainer, stepVolumes } from '../step-container.ts';

const entrypoint = 'graph';
const defaultRetries = 2;

/** The batch part as an Argo Workflow (version 4). */
export function argoBatch(context: ExportContext, names: Names, planText: string): BundlePart {
  const count = context.plan.steps.length;
  if (count === 0) return { groups: [], readme: { about: [] } };
  return {
    groups: [{ file: 'workflow.yaml', objects: workflowObjects(context, names, planText) }],
    readme: {
      about: [`Workflow \`${names.run}\` runs the ${count} steps of the graph, independent ones side by side.`],
      needs: [
        `Argo Workflows 4 must be installed. To run again: \`argo -n ${names.graph} submit --from workflowtemplate/${names.batchAccount}\`.`,
      ],
      follow: `argo -n ${names.graph} logs -f ${names.run}`,
    },
  };
}

/**
 * The batch part as a WorkflowTemplate, a pod per step and edges as dependencies, and a Workflow that runs it. Caching is
 * the engine's own check at the start of each pod, never memoization: that keys on parameters and breaks retries.
 */
function workflowObjects(context: ExportContext, names: Names, planText: string): KubernetesObject[] {
  const { plan, version } = context;
  const labels = labelsOf(names.graph, 'run', version);
  const executor = `${names.batchAccount}-executor`;
  const templates = new Map(plan.steps.map((step, index) => [step.id, toDnsLabel(`${index + 1}-${step.id}`)]));
  return [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: names.batchAccount, labels },
      automountServiceAccountToken: false,
    },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: executor, labels } },
    // The executor beside a step reports its outcome; the step itself has no token.
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: executor, labels },
      rules: [{ apiGroups: ['argoproj.io'], resources: ['workflowtaskresults'], verbs: ['create', 'patch'] }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: executor, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: executor },
      subjects: [{ kind: 'ServiceAccount', name: executor }],
    },
    // Default deny keeps pods off the network; the executor must reach the API server.
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: names.batchAccount, labels },
      spec: {
        podSelector: { matchLabels: { 'app.kubernetes.io/name': names.graph, 'app.kubernetes.io/component': 'run' } },
        policyTypes: ['Egress'],
        egress: [
          {
            ports: [
              { port: 443, protocol: 'TCP' },
              { port: 6443, protocol: 'TCP' },
            ],
          },
        ],
      },
    },
    planConfigMap(names, labels, planText),
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'WorkflowTemplate',
      metadata: { name: names.batchAccount, labels },
      spec: {
        entrypoint,
        serviceAccountName: names.batchAccount,
        automountServiceAccountToken: false,
        executor: { serviceAccountName: executor },
        securityContext: restrictedPod,
        podMetadata: { labels },
        activeDeadlineSeconds: longestRunSeconds,
        ttlStrategy: { secondsAfterCompletion: 7 * 24 * 3600 },
        podGC: { strategy: 'OnWorkflowSuccess' },
        volumes: stepVolumes(names.planConfigMap, names.storeClaim),
        templates: [
          {
            name: entrypoint,
            // Branches that do not need a failed step go on, as they do on the workstation.
            failFast: false,
            dag: { tasks: plan.steps.map((step) => taskOf(step, templates)) },
          },
          ...plan.steps.map((step) => ({
            name: templates.get(step.id),
            retryStrategy: retryOf(step),
            ...(step.timeoutMs === undefined ? {} : { activeDeadlineSeconds: Math.ceil(step.timeoutMs / 1000) }),
            container: { name: 'main', ...stepContainer(step, context, names) },
          })),
        ],
      },
    },
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Workflow',
      metadata: { name: names.run, labels },
      spec: { workflowTemplateRef: { name: names.batchAccount } },
    },
  ];
}

function taskOf(step: PlanStep, templates: ReadonlyMap<string, string>): Record<string, unknown> {
  const upstream = new Set(Object.values(step.inputs).flatMap((inputs) => inputs.map((input) => input.step)));
  const dependencies = [...upstream].map((id) => templates.get(id)).filter((name) => name !== undefined);
  const name = templates.get(step.id);
  return { name, template: name, ...(dependencies.length === 0 ? {} : { dependencies }) };
}

function retryOf(step: PlanStep): Record<string, unknown> {
  const limit = step.retry?.limit ?? defaultRetries;
  const seconds = Math.max(1, Math.round((step.retry?.backoffMs ?? 10_000) / 1000));
  return {
    limit: String(limit),
    retryPolicy: 'Always',
    // A step that failed by itself would fail again; a pod that was evicted, killed or lost need not. Without an exit
    // code it is -1. Bad input stays bad even where a person asked for retries.
    expression:
      step.retry === undefined
        ? `lastRetry.status == "Error" || !(lastRetry.exitCode in ["1", "${badInputExitCode}"])`
        : `lastRetry.exitCode != "${badInputExitCode}"`,
    backoff: { duration: `${seconds}s`, factor: '2', maxDuration: '10m' },
  };
}
