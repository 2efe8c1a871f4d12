import { AppError } from '../../shared/errors/app-error.ts';
import type { Plan } from '../../shared/plan/plan.ts';
import type { KubernetesObject } from './bundle.ts';
import type { Names } from './names.ts';

/** A ConfigMap holds at most 1 MiB together with its metadata. */
const maxPlanBytes = 1_000_000;

/** The plan as pods read it. Throws `export.unsupported` when it is too large for a ConfigMap. */
export function planTextOf(plan: Plan): string {
  const text = `${JSON.stringify(plan, null, 2)}\n`;
  if (Buffer.byteLength(text) <= maxPlanBytes) return text;
  throw new AppError('export.unsupported', 'The plan is larger than a ConfigMap can hold (1 MiB).', {
    fix: 'Split the graph, or move long parameters into files.',
  });
}

export function planConfigMap(names: Names, labels: Record<string, string>, planText: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: names.planConfigMap, labels },
    immutable: true,
    data: { 'plan.json': planText },
  };
}
