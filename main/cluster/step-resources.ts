import type { ResourceEstimate } from '../../shared/node/define-node.ts';
import type { PlanStep } from '../../shared/plan/plan.ts';
import type { ExportContext } from './export-context.ts';

const mebibyte = 1024 * 1024;
const fallback: ResourceEstimate = { cpu: 1, memoryBytes: 1024 * mebibyte };

export interface ContainerResources {
  requests: Record<string, string>;
  limits: Record<string, string>;
}

/** A step whose data is larger than its kind knows must not end at once. */
const leastLimitMiB = 2048;
const leastStorageGiB = 2;
const gpuResource = 'nvidia.com/gpu';

/** What a request has beyond a measured peak: the next data may be a little larger. */
const measuredMargin = 1.25;
/** Measured peaks differ a little from run to run; requests need not. */
const measuredStepMiB = 256;
const measuredStepCores = 0.25;

/**
 * Requests and limits of a step's container as its node says, else as measured, else from its kind's own estimate, sizes of
 * data unknown. Memory may grow to twice the request; a step that needs more says so and is killed alone.
 */
export function stepResources(step: PlanStep, context: ExportContext): ContainerResources {
  const definition = context.definitionOf(step.kind);
  const parsed = definition?.params.safeParse(step.params);
  const declared =
    definition?.resources !== undefined && parsed?.success
      ? definition.resources(parsed.data, { rows: undefined, columns: undefined, bytes: undefined })
      : fallback;
  const memoryMiB = Math.max(
    512,
    Math.ceil((step.resources?.memoryBytes ?? measuredBytes(step, context) ?? declared.memoryBytes) / mebibyte),
  );
  const cpu = step.resources?.cpu === undefined ? measuredCores(step, context) : undefined;
  const declaredCores = Math.max(1, Math.ceil(step.resources?.cpu ?? declared.cpu));
  const gpu = gpuOf(step);
  const storageGiB = Math.max(leastStorageGiB, Math.ceil((step.resources?.ephemeralStorageBytes ?? 0) / 1024 ** 3));
  return {
    requests: {
      cpu: String(cpu?.request ?? declaredCores),
      memory: `${memoryMiB}Mi`,
      'ephemeral-storage': `${storageGiB}Gi`,
      ...gpu,
    },
    limits: {
      // A machine may have more cores than the one it was measured on.
      cpu: String(Math.max(declaredCores * 2, Math.ceil(cpu?.peak ?? 0))),
      memory: `${Math.max(leastLimitMiB, memoryMiB * 2)}Mi`,
      'ephemeral-storage': `${storageGiB * 5}Gi`,
      ...gpu,
    },
  };
}

function measuredBytes({ id }: PlanStep, { measured }: ExportContext): number | undefined {
  const peak = measured?.get(id)?.memoryBytes;
  const step = measuredStepMiB * mebibyte;
  return peak === undefined ? undefined : Math.ceil((peak * measuredMargin) / step) * step;
}

function measuredCores({ id }: PlanStep, { measured }: ExportContext): { request: number; peak: number } | undefined {
  const { meanCores, peakCores = 0 } = measured?.get(id) ?? {};
  if (meanCores === undefined) return undefined;
  const request = Math.ceil((meanCores * measuredMargin) / measuredStepCores) * measuredStepCores;
  return { request: Math.max(measuredStepCores, request), peak: peakCores * measuredMargin };
}

/** Devices the node asks for, by name or by what its trainer runs on; `auto` takes what there is. Limit and request alike. */
function gpuOf({ resources, device }: PlanStep): Record<string, string> {
  if (resources?.gpu !== undefined) return { [resources.gpu.resource]: String(resources.gpu.count) };
  return device !== undefined && /^(cuda|tensorrt|gpu)/i.test(device) ? { [gpuResource]: '1' } : {};
}

/** Whether a step has a GPU, or a part of one, that CUDA runs on. */
export function usesNvidia(step: PlanStep): boolean {
  return Object.keys(gpuOf(step)).some((resource) => resource.startsWith('nvidia.com/'));
}

/** Devices of a step, whatever they are called. */
export function gpuCount(step: PlanStep): number {
  return Object.values(gpuOf(step)).reduce((sum, count) => sum + Number(count), 0);
}

export interface Placement {
  nodeSelector?: Record<string, string>;
  tolerations?: Record<string, string>[];
}

/** Puts pods of the steps on the machines they ask for, and lets them on those that are kept for users of a GPU. */
export function gpuPlacement(steps: readonly PlanStep[]): Placement {
  const nodeSelector = Object.assign({}, ...steps.map(({ resources }) => resources?.nodeSelector ?? {})) as Record<
    string,
    string
  >;
  // Nodes with MIG or time-slicing carry the taint of the whole device; other makers have their own.
  const taints = new Set(
    steps
      .flatMap((step) => Object.keys(gpuOf(step)))
      .map((resource) => (resource.startsWith('nvidia.com/') ? gpuResource : resource)),
  );
  return {
    ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector }),
    ...(taints.size === 0
      ? {}
      : { tolerations: [...taints].toSorted().map((key) => ({ key, operator: 'Exists', effect: 'NoSchedule' })) }),
  };
}

/** Enough for each of the steps, one after another. */
export function largestStep(
  context: ExportContext,
  steps: readonly PlanStep[] = context.plan.steps,
): ContainerResources {
  const needs = steps.map((step) => stepResources(step, context));
  const largest = (kind: 'requests' | 'limits'): Record<string, string> => {
    const found: Record<string, string> = {};
    for (const need of needs) {
      for (const [resource, value] of Object.entries(need[kind])) {
        const known = found[resource];
        if (known === undefined || Number.parseFloat(value) > Number.parseFloat(known)) found[resource] = value;
      }
    }
    return found;
  };
  return { requests: largest('requests'), limits: largest('limits') };
}
