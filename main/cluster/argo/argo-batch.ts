import { shareCount } from '../../../shared/plan/fan-out.ts';
import type { PlanStep } from '../../../shared/plan/plan.ts';
import { apiServerPolicy } from '../api-server-policy.ts';
import type { KubernetesObject } from '../bundle.ts';
import type { BundlePart } from '../bundle-part.ts';
import { sharesLabel, taskLabel, toDnsLabel } from '../dns-label.ts';
import type { ExportContext } from '../export-context.ts';
import { labelsOf, longestRunSeconds, type Names } from '../names.ts';
import { planConfigMap } from '../plan-config-map.ts';
import { argoExecutorObjects, workflowPodFields } from './argo-executor.ts';
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
        `Argo Workflows 4 must be installed, with its usual pod layout (not init-less). To run again: \`argo -n ${names.graph} submit --from workflowtemplate/${names.batchAccount}\`.`,
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
    apiServerPolicy(names, { name: names.batchAccount, labels, component: 'run' }),
    planConfigMap(names, labels, planText),
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'WorkflowTemplate',
      metadata: { name: names.batchAccount, labels },
      spec: {
        entrypoint,
        serviceAccountName: names.batchAccount,
        automountServiceAccountToken: false,
        ...workflowPodFields(names),
        podMetadata: { labels },
        activeDeadlineSeconds: longestRunSeconds,
        ttlStrategy: { secondsAfterCompletion: 7 * 24 * 3600 },
        // Results and logs are read from them.
        podGC: { strategy: 'OnWorkflowSuccess', deleteDelayDuration: '24h' },
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
  /** Name of the template of its shares, by step, and how many there are. */
  sharesOf: ReadonlyMap<string, { template: string; count: number }>;
}

function stepShapes(context: ExportContext, names: Names): StepShapes {
  const shapes = new Map<string, { name: string; template: Record<string, unknown> }>();
  const templateOf = new Map<string, string>();
  const sharesOf = new Map<string, { template: string; count: number }>();
  const shapeOf = (step: PlanStep, share: boolean): string => {
    const parameters = share ? ['step', 'share'] : ['step'];
    const [stepId, shareOf] = parameters.map((name) => `{{inputs.parameters.${name}}}`);
    const template = {
      inputs: { parameters: parameters.map((name) => ({ name })) },
      retryStrategy: retryOf(step),
      ...(step.timeoutMs === undefined ? {} : { activeDeadlineSeconds: Math.ceil(step.timeoutMs / 1000) }),
      ...gpuPlacement([step]),
      container: { name: 'main', ...stepContainer(step, context, names, stepId, shareOf) },
    };
    const key = JSON.stringify(template);
    const { requests } = stepResources(step, context);
    const what = `${share ? 'share' : 'step'}-${requests['cpu']}cpu-${requests['memory']?.toLowerCase()}`;
    const shape = shapes.get(key) ?? { name: toDnsLabel(`${shapes.size + 1}-${what}`), template };
    shapes.set(key, shape);
    return shape.name;
  };
  for (const step of context.plan.steps) {
    templateOf.set(step.id, shapeOf(step, false));
    const count = shareCount(step, context.definitionOf, context.mostPods);
    if (count > 0) sharesOf.set(step.id, { template: shapeOf(step, true), count });
  }
  return { templates: [...shapes.values()].map(({ name, template }) => ({ name, ...template })), templateOf, sharesOf };
}

/**
 * The steps as tasks of a DAG. It holds at most 200; a longer plan is cut, in its order, into DAGs that follow each other.
 * Trials and folds of a step are a task before it that stands for several pods; what they could not do, the step does.
 */
function dagTemplates(steps: readonly PlanStep[], { templateOf, sharesOf }: StepShapes): Record<string, unknown>[] {
  const label = new Map(steps.map((step, index) => [step.id, taskLabel(step.id, index)]));
  // Branches that do not need a failed step go on, as they do on the workstation.
  const dag = (name: string, tasks: unknown[]) => ({ name, failFast: false, dag: { tasks } });
  const tasksOf = (step: PlanStep, together: ReadonlySet<string>): Record<string, unknown>[] => {
    const upstream = new Set(Object.values(step.inputs).flatMap((inputs) => inputs.map((input) => input.step)));
    const before = [...upstream].filter((id) => together.has(id)).map((id) => label.get(id) as string);
    // A DAG with `depends` in one task takes `dependencies` in none.
    const after = before.length === 0 ? {} : { depends: before.join(' && ') };
    const name = label.get(step.id) as string;
    const parameter = { name: 'step', value: step.id };
    const shares = sharesOf.get(step.id);
    const own = { name, template: templateOf.get(step.id), arguments: { parameters: [parameter] } };
    if (shares === undefined) return [{ ...own, ...after }];
    const sharesName = sharesLabel(name);
    const ended = ['Succeeded', 'Failed', 'Errored'].map((phase) => `${sharesName}.${phase}`).join(' || ');
    return [
      {
        name: sharesName,
        template: shares.template,
        arguments: { parameters: [parameter, { name: 'share', value: '{{item}}' }] },
        withItems: Array.from({ length: shares.count }, (_, index) => `${index}/${shares.count}`),
        ...after,
      },
      { ...own, depends: [...before, `(${ended})`].join(' && ') },
    ];
  };
  const parts = inParts(steps, (step) => (sharesOf.has(step.id) ? 2 : 1)).map((part) => {
    const together = new Set(part.map(({ id }) => id));
    return part.flatMap((step) => tasksOf(step, together));
  });
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return [dag(entrypoint, only)];
  const names = parts.map((_, part) => `part-${part + 1}`);
  return [
    dag(
      entrypoint,
      names.map((name, part) => ({ name, template: name, ...(part === 0 ? {} : { depends: names[part - 1] }) })),
    ),
    ...parts.map((tasks, part) => dag(`part-${part + 1}`, tasks)),
  ];
}

function inParts(steps: readonly PlanStep[], tasksOf: (step: PlanStep) => number): PlanStep[][] {
  const parts: PlanStep[][] = [];
  let room = 0;
  for (const step of steps) {
    const tasks = tasksOf(step);
    if (tasks > room) {
      parts.push([]);
      room = maxTasks;
    }
    parts.at(-1)?.push(step);
    room -= tasks;
  }
  return parts;
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
    // No maxDuration: it counts from the first try's start, so a step that took longer would never be tried again.
    backoff: { duration: `${seconds}s`, factor: '2', cap: '10m' },
  };
}
