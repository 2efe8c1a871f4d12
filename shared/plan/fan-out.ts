import type { NodeDefinition } from '../node/define-node.ts';
import type { PlanStep } from './plan.ts';

/** Pods that work on one step at the same time, where nothing else was said. */
export const defaultPods = 8;

/**
 * In how many shares the items of a step (trials, folds) are done beforehand by machines of their own; 0 where a step has no
 * items that are known before, or only one machine may be used.
 */
export function shareCount(
  step: Pick<PlanStep, 'kind' | 'params'>,
  definitionOf: (kind: string) => NodeDefinition | undefined,
  mostPods: number = defaultPods,
): number {
  const definition = definitionOf(step.kind);
  const parsed = definition?.fanOut === undefined ? undefined : definition.params.safeParse(step.params);
  const items = parsed?.success ? (definition?.fanOut?.(parsed.data) ?? 0) : 0;
  const shares = Math.min(items, mostPods);
  return shares > 1 ? shares : 0;
}
