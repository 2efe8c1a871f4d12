import { z } from 'zod';
import { AppError } from '../../shared/errors/app-error.ts';
import type { NodeDefinition } from '../../shared/node/define-node.ts';
import { type ExportContext, loopServices, plannedEndpoints } from './export-context.ts';

/** Kinds without a counterpart in a bundle of plain Kubernetes objects are refused by name. */
const exportableServices = new Set(['serve.endpoint', 'monitor.drift', 'monitor.system']);
/** Kinds that run a script in the person's own environment. */
const pythonKinds = new Set(['data.python', 'train.python', 'train.ray']);
/** Kinds whose Python is that of the Ray image. */
const rayKinds = new Set(['train.ray']);
/** Monitors that only look on: a bundle that only serves says that it leaves them out. */
const lookingOn = new Set(['monitor.drift', 'monitor.performance', 'monitor.system']);

/**
 * Throws `export.unsupported` naming the node and the reason for the first thing a pod could not do: read a file of this
 * machine, serve a model that is in no registry, run a kind that has no workload.
 */
export function refuseUnsupported(
  context: ExportContext,
  target: string,
  options: {
    servesOnly: boolean /** Monitors run beside the endpoints. */;
    loops: boolean /** Steps are tasks of Ray. */;
    ray: boolean;
  },
): void {
  const { servesOnly, loops } = options;
  for (const step of servesOnly ? [] : context.plan.steps) {
    if (step.pinned !== undefined) {
      throw unsupported(target, step.id, 'is pinned to an earlier result, which no pod has', {
        fix: 'Unpin it, or write that result to a file the cluster can read.',
      });
    }
    if (step.kind === 'train.gate') {
      throw unsupported(target, step.id, 'ends a branch by a metric, which Jobs cannot', {
        fix: 'Use the gates of Register, or run the graph with slipway run.',
      });
    }
    if (step.kind === 'feature.shared-service') {
      throw unsupported(target, step.id, 'takes a feature service of another graph of this machine, which no pod has', {
        fix: 'Put the Feature view and Feature service steps of that graph into this one.',
      });
    }
    if (step.kind === 'train.register' && step.params['approval'] === 'person') {
      throw unsupported(target, step.id, 'waits for a person to approve each model, and no pod can ask one', {
        fix: 'Set its approval to none: gates decide; or run the graph with slipway run.',
      });
    }
    if (pythonKinds.has(step.kind) && !(options.ray && rayKinds.has(step.kind))) {
      throw unsupported(target, step.id, 'runs a Python script, and pods have no Python of yours', {
        fix: rayKinds.has(step.kind)
          ? 'Choose the target ray, or run the graph with slipway run.'
          : 'Run the graph with slipway run, or do this step without Python.',
      });
    }
    if (step.kind === 'data.stream' && step.params['source'] === 'push') {
      throw unsupported(target, step.id, 'reads events that are pushed to this machine, and no pod has them', {
        fix: 'Read them from a broker, or from a file that starts with pkg:, http or s3.',
      });
    }
    const local = localPath(step.kind, step.params, context);
    if (local !== undefined) {
      throw unsupported(target, step.id, `reads ${local}, a file of this machine that no pod has`, {
        fix: 'Use a path that starts with pkg:, or put the file into the engine image.',
      });
    }
  }
  const loop = new Set(loopServices(context.plan).map(({ id }) => id));
  for (const service of context.plan.services) {
    if (loops && service.params['approval'] === true) {
      throw unsupported(target, service.id, 'waits for a person to approve each model, and no pod can ask one', {
        fix: 'Leave approval off: the canary decides; or keep the graph up with slipway up.',
      });
    }
    if ((service.inputs['labels']?.length ?? 0) > 0) {
      throw unsupported(target, service.id, 'reads labels from a table again and again, which no pod does', {
        fix: 'Send them to /v1/feedback, for instance with slipway feedback, and disconnect the table.',
      });
    }
    if (loop.has(service.id)) {
      if (loops || (servesOnly && lookingOn.has(service.kind))) continue;
      throw unsupported(target, service.id, `is of kind ${service.kind}, which has no counterpart there`, {
        fix: 'Choose the target kubernetes, argo or kserve: there it runs beside the endpoint.',
      });
    }
    const away = (['publishUrl', 'sendLogTo'] as const).find((field) => (service.params[field] ?? '') !== '');
    if (away !== undefined && (!loops || loop.size === 0)) {
      throw unsupported(target, service.id, `has ${away}, which only an engine that runs the graph can do`, {
        fix: 'Leave it out for the cluster, or choose the target kubernetes with a monitor of performance.',
      });
    }
    if (!exportableServices.has(service.kind) && !(servesOnly && lookingOn.has(service.kind))) {
      throw unsupported(target, service.id, `is of kind ${service.kind}, which has no counterpart there`, {});
    }
  }
  const { unregistered: all, endpoints } = plannedEndpoints(context.plan);
  const [unregistered] = all;
  if (unregistered !== undefined) {
    throw unsupported(target, unregistered.id, 'serves a model that is not registered', {
      fix: 'Put a Register node between the model and the endpoint.',
    });
  }
  if (servesOnly && endpoints.length === 0) {
    const last = context.plan.steps.at(-1)?.id ?? context.plan.graph.id;
    throw unsupported(target, last, 'is followed by no endpoint, and this target only serves', {
      fix: 'Add an Endpoint after a Register node, or choose a target that runs steps.',
    });
  }
}

/** What a bundle that only serves models does without. */
export function omittedNodes(context: ExportContext): { node: string; reason: string }[] {
  return context.plan.services
    .filter((service) => lookingOn.has(service.kind))
    .map(({ id }) => ({ node: id, reason: 'the server keeps no requests that a monitor could look at' }));
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
  for (const name of definition === undefined ? [] : pathParams(definition)) {
    const value = params[name];
    if (typeof value === 'string' && !/^(pkg|https?|s3):/.test(value)) return value;
  }
  return undefined;
}

const knownPathParams = new WeakMap<NodeDefinition, string[]>();

/** Parameters of a kind that name files. */
function pathParams(definition: NodeDefinition): string[] {
  const known = knownPathParams.get(definition);
  if (known !== undefined) return known;
  const properties = z.toJSONSchema(definition.params, { io: 'input' }).properties ?? {};
  const names = Object.entries(properties)
    .filter(([, property]) => {
      const ui = typeof property === 'object' ? (property as { ui?: { control?: string } }).ui : undefined;
      return ui?.control === 'path';
    })
    .map(([name]) => name);
  knownPathParams.set(definition, names);
  return names;
}
