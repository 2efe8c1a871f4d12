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
const gpuResource = 'nvidia.com/gpu';

/**
 * Requests and limits of a step's container as its node says, else from its kind's own estimate, sizes of data unknown.
 * Memory may grow to twice the request; a step that needs more says so and is killed alone.
 */
export function stepResources(step: PlanStep, context: ExportContext): ContainerResources {
  const definition = context.definitionOf(step.kind);
  const parsed = definition?.params.safeParse(step.params);
  const declared =
    definition?.resources !== undefined && parsed?.success
      ? definition.resources(parsed.data, { rows: undefined, columns: undefined, bytes: undefined })
      : fallback;
  const memoryMiB = Math.max(512, Math.ceil((step.resources?.memoryBytes ?? declared.memoryBytes) / mebibyte));
  const cpu = Math.max(1, Math.ceil(step.resources?.cpu ?? declared.cpu));
  // A device has no larger limit than request.
  const gpu: Record<string, string> = usesGpu(step) ? { [gpuResource]: '1' } : {};
  return {
    requests: { cpu: String(cpu), memory: `${memoryMiB}Mi`, 'ephemeral-storage': '2Gi', ...gpu },
    limits: {
      cpu: String(cpu * 2),
      memory: `${Math.max(leastLimitMiB, memoryMiB * 2)}Mi`,
      'ephemeral-storage': '10Gi',
      ...gpu,
    },
  };
}

/** Whether the node asks for an NVIDIA device by name; `auto` takes what there is. */
function usesGpu(step: PlanStep): boolean {
  return step.device !== undefined && /^(cuda|tensorrt|gpu)/i.test(step.device);
}

/** Lets pods of the steps run on the nodes that are kept for those who need a GPU. */
export function gpuPlacement(steps: readonly PlanStep[]): { tolerations?: Record<string, string>[] } {
  return steps.some(usesGpu) ? { tolerations: [{ key: gpuResource, operator: 'Exists', effect: 'NoSchedule' }] } : {};
}

/** Enough for each of the steps, one after another. */
export function largestStep(context: ExportContext): ContainerResources {
  const needs = context.plan.steps.map((step) => stepResources(step, context));
  const largest = (kind: 'requests' | 'limits'): Record<string, string> => {
    const found: Record<string, string> = {};
    for (const need of needs) {
      for (const [resource, value] of Object.entries(need[kind])) {
        const known = found[resource];
        if (known === undefined || Number.parseInt(value, 10) > Number.parseInt(known, 10)) found[resource] = value;
      }
    }
    return found;
  };
  return { requests: largest('requests'), limits: largest('limits') };
}
