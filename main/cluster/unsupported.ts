import { z } from 'zod';
import { AppError } from '../../shared/errors/app-error.ts';
import { type ExportContext, plannedEndpoints } from './export-context.ts';

/** Kinds without a counterpart in a bundle of plain Kubernetes objects are refused by name. */
const exportableServices = new Set(['serve.endpoint', 'monitor.drift']);

/**
 * Throws `export.unsupported` naming the node and the reason for the first thing a pod could not do: read a file of this
 * machine, serve a model that is in no registry, run a kind that has no workload.
 */
export function refuseUnsupported(context: ExportContext, target: string): void {
  for (const step of context.plan.steps) {
    const local = localPath(step.kind, step.params, context);
    if (local !== undefined) {
      throw unsupported(target, step.id, `reads ${local}, a file of this machine that no pod has`, {
        fix: 'Use a path that starts with pkg:, or put the file into the engine image.',
      });
    }
  }
  for (const service of context.plan.services) {
    if (!exportableServices.has(service.kind)) {
      throw unsupported(target, service.id, `is of kind ${service.kind}, which has no counterpart there`, {});
    }
  }
  const [unregistered] = plannedEndpoints(context.plan).unregistered;
  if (unregistered !== undefined) {
    throw unsupported(target, unregistered.id, 'serves a model that is not registered', {
      fix: 'Put a Register node between the model and the endpoint.',
    });
  }
}

function unsupported(target: string, nodeId: string, reason: string, options: { fix?: string }): AppError {
  return new AppError('export.unsupported', `The target ${target} cannot express node "${nodeId}": it ${reason}.`, {
    nodeId,
    fix: options.fix,
    details: { target, reason },
  });
}

/** The value of the first path parameter that names a local file. */
function localPath(kind: string, params: Record<string, unknown>, context: ExportContext): string | undefined {
  const definition = context.definitionOf(kind);
  if (definition === undefined) return undefined;
  const properties = z.toJSONSchema(definition.params, { io: 'input' }).properties ?? {};
  for (const [name, property] of Object.entries(properties)) {
    const ui = typeof property === 'object' ? (property as { ui?: { control?: string } }).ui : undefined;
    const value = params[name];
    if (ui?.control === 'path' && typeof value === 'string' && !/^(pkg|https?|s3):/.test(value)) return value;
  }
  return undefined;
}
