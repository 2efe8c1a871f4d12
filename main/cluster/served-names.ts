import { AppError } from '../../shared/errors/app-error.ts';
import type { PlannedEndpoint } from './export-context.ts';

/** Endpoints by the name one server knows their models under. Throws `export.unsupported` where two share a name. */
export function servedNames(
  endpoints: readonly PlannedEndpoint[],
  target: string,
): { name: string; endpoint: PlannedEndpoint }[] {
  const taken = new Set<string>();
  return endpoints.map((endpoint) => {
    const { name, service } = endpoint;
    if (taken.has(name)) {
      const reason = `serves its model as "${name}", the name of another endpoint`;
      throw new AppError(
        'export.unsupported',
        `The target ${target} cannot express node "${service.id}": it ${reason}.`,
        {
          nodeId: service.id,
          fix: 'Give each endpoint a name of its own.',
          details: { target, reason },
        },
      );
    }
    taken.add(name);
    return { name, endpoint };
  });
}
