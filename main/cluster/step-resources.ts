import type { ResourceEstimate } from '../../shared/node/define-node.ts';
import type { PlanStep } from '../../shared/plan/plan.ts';
import type { ExportContext } from './export-context.ts';

const mebibyte = 1024 * 1024;
const fallback: ResourceEstimate = { cpu: 1, memoryBytes: 1024 * mebibyte };

export interface ContainerResources {
  requests: Record<string, string>;
  limits: Record<string, string>;
}

/**
 * Requests and limits of a step's container as its node says, else from its kind's own estimate, sizes of data unknown. Memory may grow to twice
 * the request; a step that needs more says so and is killed alone.
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
  return {
    requests: { cpu: String(cpu), memory: `${memoryMiB}Mi`, 'ephemeral-storage': '2Gi' },
    limits: { cpu: String(cpu * 2), memory: `${memoryMiB * 2}Mi`, 'ephemeral-storage': '10Gi' },
  };
}
