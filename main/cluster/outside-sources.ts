import type { Plan, PlanStep } from '../../shared/plan/plan.ts';

/** Kinds that always speak to another machine. */
const networkKinds = new Set([
  'data.postgres',
  'data.mysql',
  'data.http',
  'data.s3',
  'data.write-postgres',
  'data.write-s3',
]);

/** Steps that read from or write to another machine, so that their pods need the network. */
export function stepsWithOutsideSources(plan: Plan): PlanStep[] {
  return plan.steps.filter(
    ({ kind, params }) =>
      networkKinds.has(kind) ||
      (kind === 'data.stream' && ['mqtt', 'kafka', 'redis'].includes(String(params['source']))) ||
      /^(https?|s3):/.test(String(params['path'] ?? '')),
  );
}
