import type { NodeDefinition } from '../../../shared/node/define-node.ts';
import type { Plan } from '../../../shared/plan/plan.ts';

/** Steps compared within a tolerance: those that compute numerically, and all that depend on them. */
export function numericSteps(plan: Plan, definitionOf: (kind: string) => NodeDefinition | undefined): Set<string> {
  const numeric = new Set<string>();
  for (const step of plan.steps) {
    const upstream = Object.values(step.inputs).flatMap((inputs) => inputs.map((input) => input.step));
    if (definitionOf(step.kind)?.determinism === 'numeric' || upstream.some((id) => numeric.has(id))) {
      numeric.add(step.id);
    }
  }
  return numeric;
}
