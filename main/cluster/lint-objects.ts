import type { KubernetesObject } from './bundle.ts';

type Json = Record<string, unknown>;

interface PodSpec {
  serviceAccountName?: string;
  securityContext?: Json;
  initContainers?: Container[];
  containers: Container[];
  volumes?: { name: string; configMap?: { name: string }; persistentVolumeClaim?: { claimName: string } }[];
}

interface Container {
  name: string;
  command?: string[];
  env?: { name: string; valueFrom?: { configMapKeyRef?: { name: string } } }[];
  resources?: { requests?: Json; limits?: Json };
  securityContext?: Json;
  volumeMounts?: { name: string }[];
}

interface WorkflowSpec {
  /** JSON of fields of the pod. */
  podSpecPatch?: string;
  serviceAccountName?: string;
  securityContext?: Json;
  volumes?: NonNullable<PodSpec['volumes']>;
  templates?: { name: string; container?: Container }[];
}

/** Containers that Argo adds to every pod of a workflow. */
const argoContainers = ['init', 'wait'];

/** Names of those that the workflow leaves as Argo makes them: without limits, and refused by a restricted namespace. */
function unpatchedContainers(object: KubernetesObject): string[] {
  if (object.kind !== 'WorkflowTemplate' && object.kind !== 'CronWorkflow') return [];
  const spec = (object['spec'] ?? {}) as WorkflowSpec & { workflowSpec?: WorkflowSpec };
  const patch = JSON.parse((spec.workflowSpec ?? spec).podSpecPatch ?? '{}') as Partial<PodSpec>;
  const patched = [...(patch.initContainers ?? []), ...(patch.containers ?? [])];
  return argoContainers.filter((name) => {
    const found = patched.find((container) => container.name === name);
    return found?.resources?.limits === undefined || found.securityContext?.['allowPrivilegeEscalation'] !== false;
  });
}

/** Pods the object makes; those whose command an operator sets are marked. */
function podsOf(object: KubernetesObject): { pod: PodSpec; needsCommand: boolean }[] {
  if (object.kind === 'WorkflowTemplate' || object.kind === 'CronWorkflow') {
    const spec = (object['spec'] ?? {}) as WorkflowSpec & { workflowSpec?: WorkflowSpec };
    const { templates = [], ...shared } = spec.workflowSpec ?? spec;
    return templates.flatMap(({ container }) =>
      container === undefined ? [] : [{ pod: { ...shared, containers: [container] }, needsCommand: true }],
    );
  }
  if (object.kind === 'ServingRuntime') return [];
  const found: PodSpec[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray((value as Partial<PodSpec>).containers)) found.push({ ...(value as PodSpec) });
    else for (const entry of Object.values(value)) visit(entry);
  };
  visit(object['spec']);
  return found.map((pod) => ({ pod, needsCommand: !object.kind.startsWith('Ray') }));
}

/**
 * What schemas cannot see: names that point nowhere, containers without limits, command or the restricted security
 * context, two objects of one name. Returns a sentence per problem.
 */
export function lintObjects(objects: readonly KubernetesObject[]): string[] {
  const problems: string[] = [];
  const names = new Set<string>();
  for (const object of objects) {
    const id = `${object.kind}/${object.metadata.name}`;
    if (names.has(id)) problems.push(`${id} is defined twice`);
    names.add(id);
  }
  for (const object of objects) {
    const id = `${object.kind}/${object.metadata.name}`;
    const target = (object['spec'] as { scaleTargetRef?: { kind: string; name: string } } | undefined)?.scaleTargetRef;
    if (target !== undefined && !names.has(`${target.kind}/${target.name}`)) {
      problems.push(`${id} scales ${target.kind}/${target.name}, which does not exist`);
    }
    for (const name of unpatchedContainers(object)) {
      problems.push(`${id}: Argo's container ${name} has no limits, or may escalate privileges`);
    }
    for (const { pod, needsCommand } of podsOf(object)) {
      problems.push(...podProblems(pod, names, needsCommand).map((problem) => `${id}: ${problem}`));
    }
  }
  return problems;
}

function podProblems(pod: PodSpec, names: ReadonlySet<string>, needsCommand: boolean): string[] {
  const problems: string[] = [];
  const requireObject = (id: string): void => {
    if (!names.has(id)) problems.push(`${id} does not exist`);
  };
  if (pod.serviceAccountName !== undefined) requireObject(`ServiceAccount/${pod.serviceAccountName}`);
  if (pod.securityContext?.['runAsNonRoot'] !== true) problems.push('the pod may run as root');
  for (const volume of pod.volumes ?? []) {
    if (volume.configMap !== undefined) requireObject(`ConfigMap/${volume.configMap.name}`);
    if (volume.persistentVolumeClaim !== undefined) {
      requireObject(`PersistentVolumeClaim/${volume.persistentVolumeClaim.claimName}`);
    }
  }
  const volumeNames = new Set((pod.volumes ?? []).map((volume) => volume.name));
  const seen = new Set<string>();
  for (const container of [...(pod.initContainers ?? []), ...pod.containers]) {
    if (seen.has(container.name)) problems.push(`two containers are named ${container.name}`);
    seen.add(container.name);
    if (needsCommand && !container.command?.length) problems.push(`container ${container.name} states no command`);
    for (const kind of ['requests', 'limits'] as const) {
      for (const resource of ['cpu', 'memory', 'ephemeral-storage']) {
        if (container.resources?.[kind]?.[resource] === undefined) {
          problems.push(`container ${container.name} has no ${resource} in its ${kind}`);
        }
      }
    }
    if (container.securityContext?.['allowPrivilegeEscalation'] !== false) {
      problems.push(`container ${container.name} may escalate privileges`);
    }
    for (const { valueFrom } of container.env ?? []) {
      if (valueFrom?.configMapKeyRef !== undefined) requireObject(`ConfigMap/${valueFrom.configMapKeyRef.name}`);
    }
    for (const mount of container.volumeMounts ?? []) {
      if (!volumeNames.has(mount.name))
        problems.push(`container ${container.name} mounts unknown volume ${mount.name}`);
    }
  }
  return problems;
}
