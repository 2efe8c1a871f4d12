import type { PlanStep } from '../../../shared/plan/plan.ts';
import type { KubernetesObject } from '../bundle.ts';
import type { BundlePart } from '../bundle-part.ts';
import { apiServerPorts } from '../loop/loop-part.ts';
import { toDnsLabel } from '../dns-label.ts';
import type { ExportContext } from '../export-context.ts';
import { labelsOf, longestRunSeconds, type Names } from '../names.ts';
import { planConfigMap } from '../plan-config-map.ts';
import { restrictedPod } from '../pod-security.ts';
import { argoExecutorObjects, executorName } from './argo-executor.ts';
import { badInputExitCode, stepContainer, stepVolumes } from '../step-container.ts';
import { gpuPlacement, stepResources } from '../step-resources.ts';

const entrypoint = 'graph';
const defaultRetries = 2;
/** Of a DAG and of a WorkflowTemplate (Argo 4). */
const maxTasks = 200;

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
  const shapes = stepShapes(context, names);
  return [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: names.batchAccount, labels },
      automountServiceAccountToken: false,
    },
    ...argoExecutorObjects(names, labels),
    // Default deny keeps pods off the network; the executor must reach the API server.
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: names.batchAccount, labels },
      spec: {
        podSelector: { matchLabels: { 'app.kubernetes.io/name': names.graph, 'app.kubernetes.io/component': 'run' } },
        policyTypes: ['Egress'],
        egress: [{ ports: apiServerPorts.map((port) => ({ port, protocol: 'TCP' })) }],
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
        executor: { serviceAccountName: executorName(names) },
        securityContext: restrictedPod,
        podMetadata: { labels },
        activeDeadlineSeconds: longestRunSeconds,
        ttlStrategy: { secondsAfterCompletion: 7 * 24 * 3600 },
        podGC: { strategy: 'OnWorkflowSuccess' },
        volumes: stepVolumes(names.planConfigMap, names.storeClaim),
        templates: [...dagTemplates(plan.steps, shapes), ...shapes.templates],
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

interface StepShapes {
  /** One for the steps that need the same of a pod: a WorkflowTemplate holds at most 200. */
  templates: Record<string, unknown>[];
  /** Name of a step's template, by step. */
  templateOf: ReadonlyMap<string, string>;
}

function stepShapes(context: ExportContext, names: Names): StepShapes {
  const shapes = new Map<string, { name: string; template: Record<string, unknown> }>();
  const templateOf = new Map<string, string>();
  const stepParameter = 'step';
  for (const step of context.plan.steps) {
    const container = stepContainer(step, context, names, `{{inputs.parameters.${stepParameter}}}`);
    const template = {
      inputs: { parameters: [{ name: stepParameter }] },
      retryStrategy: retryOf(step),
      ...(step.timeoutMs === undefined ? {} : { activeDeadlineSeconds: Math.ceil(step.timeoutMs / 1000) }),
      ...gpuPlacement([step]),
      container: { name: 'main', ...container },
    };
    const key = JSON.stringify(template);
    const { requests } = stepResources(step, context);
    const shape = shapes.get(key) ?? {
      name: toDnsLabel(`${shapes.size + 1}-step-${requests['cpu']}cpu-${requests['memory']?.toLowerCase()}`),
      template,
    };
    shapes.set(key, shape);
    templateOf.set(step.id, shape.name);
  }
  return { templates: [...shapes.values()].map(({ name, template }) => ({ name, ...template })), templateOf };
}

/**
 * The steps as tasks of a DAG. It holds at most 200; a longer plan is cut, in its order, into DAGs that follow each other.
 */
function dagTemplates(steps: readonly PlanStep[], { templateOf }: StepShapes): Record<string, unknown>[] {
  const label = new Map(steps.map((step, index) => [step.id, toDnsLabel(`${index + 1}-${step.id}`)]));
  // Branches that do not need a failed step go on, as they do on the workstation.
  const dag = (name: string, tasks: unknown[]) => ({ name, failFast: false, dag: { tasks } });
  const taskOf = (step: PlanStep, together: ReadonlySet<string>) => {
    const upstream = new Set(Object.values(step.inputs).flatMap((inputs) => inputs.map((input) => input.step)));
    const dependencies = [...upstream].filter((id) => together.has(id)).map((id) => label.get(id));
    return {
      name: label.get(step.id),
      template: templateOf.get(step.id),
      arguments: { parameters: [{ name: 'step', value: step.id }] },
      ...(dependencies.length === 0 ? {} : { dependencies }),
    };
  };
  const parts = Array.from({ length: Math.ceil(steps.length / maxTasks) }, (_, part) =>
    steps.slice(part * maxTasks, (part + 1) * maxTasks),
  ).map((part) => {
    const together = new Set(part.map(({ id }) => id));
    return part.map((step) => taskOf(step, together));
  });
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return [dag(entrypoint, only)];
  const names = parts.map((_, part) => `part-${part + 1}`);
  return [
    dag(
      entrypoint,
      names.map((name, part) => ({ name, template: name, ...(part === 0 ? {} : { dependencies: [names[part - 1]] }) })),
    ),
    ...parts.map((tasks, part) => dag(`part-${part + 1}`, tasks)),
  ];
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
