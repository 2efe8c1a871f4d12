import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../shared/errors/app-error.ts';
import { ApiFailure } from './api/api-failure.ts';
import type { ClusterClient } from './api/cluster-client.ts';
import { explainFailure } from './api/explain-failure.ts';
import { createResourceFinder, type Resource, type ResourceFinder, resourcePath } from './api/resource-paths.ts';
import type { KubernetesObject } from './bundle.ts';
import { setNamespace } from './kustomize.ts';
import { type FieldChange, objectDiff } from './object-diff.ts';
import { bundleIdOf, fieldManager, marked } from './ownership.ts';
import { pruneBundle } from './prune-bundle.ts';

export interface ObjectName {
  apiVersion: string;
  kind: string;
  name: string;
  /** Null for objects of the whole cluster. */
  namespace: string | null;
}

export interface AppliedObject extends ObjectName {
  action: 'created' | 'changed' | 'unchanged';
  changes: FieldChange[];
}

/** A field that someone else manages; apply never takes it over. */
export interface FieldConflict extends ObjectName {
  /** E.g. `.spec.replicas`. */
  field: string;
  /** E.g. `kubectl-edit`. */
  manager: string;
}

export interface ApplyResult {
  bundle: string;
  namespace: string;
  dryRun: boolean;
  /** With `dryRun`, what would be applied. */
  applied: AppliedObject[];
  /** When there are any, nothing was written. */
  conflicts: FieldConflict[];
  /** Objects of an earlier export that are no longer in the bundle. */
  pruned: ObjectName[];
}

export interface ApplyOptions {
  /** Overrides that of the overlay. */
  namespace?: string | undefined;
  dryRun?: boolean | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((object: AppliedObject) => void) | undefined;
}

/** Pods have 30 seconds to end. */
const goingMs = 90_000;

/** What others need must be there first; what runs comes last. */
const order = [
  'Namespace',
  'ServiceAccount',
  'Secret',
  'Role',
  'RoleBinding',
  'ConfigMap',
  'PersistentVolumeClaim',
  'NetworkPolicy',
  'WorkflowTemplate',
  'ServingRuntime',
  'Service',
  'Deployment',
];

/**
 * Server-side apply of a bundle's objects, with field manager `slipway` and without force. The server checks every object
 * by a dry run first, so a refusal or a conflict leaves the cluster as it was; an apply that was interrupted is completed by
 * the next. Then removes what earlier exports of the graph left. Throws `bundle.invalid`, `cluster.*`.
 */
export async function applyBundle(
  client: ClusterClient,
  objects: readonly KubernetesObject[],
  options: ApplyOptions = {},
): Promise<ApplyResult> {
  const bundle = bundleIdOf(objects);
  const placed = placedObjects(client, objects, options.namespace);
  const finder = createResourceFinder(client);
  const result: ApplyResult = {
    bundle,
    namespace: placed.namespace,
    dryRun: options.dryRun === true,
    applied: [],
    conflicts: [],
    pruned: [],
  };
  try {
    const sorted = placed.objects.toSorted((a, b) => rank(a) - rank(b));
    const targets: Target[] = [];
    for (const object of sorted) {
      const resource = await finder.require(object.apiVersion, object.kind);
      targets.push({ object: marked(object, bundle), resource, namespace: placed.namespace });
    }
    const namespaceExists = await exists(client, finder, placed.namespace);
    if (!namespaceExists && !placed.objects.some(({ kind }) => kind === 'Namespace')) {
      throw new AppError('cluster.rejected', `There is no namespace "${placed.namespace}" in ${client.context}.`, {
        fix: `Create it with kubectl create namespace ${placed.namespace}, or name another with --namespace.`,
      });
    }
    // A namespace that is there belongs to its owner: its labels are left as they are.
    const writable = targets.filter(({ object }) => object.kind !== 'Namespace' || !namespaceExists);

    await leaveGoing(client, writable, placed.namespace, options);

    const planned: AppliedObject[] = [];
    for (const target of writable) {
      // Inside a namespace that is yet to come the server can check nothing.
      if (!namespaceExists && target.resource.namespaced) {
        planned.push({ ...nameOf(target), action: 'created', changes: [] });
        continue;
      }
      const outcome = await applyOne(client, target, true, options.signal);
      if (Array.isArray(outcome)) result.conflicts.push(...outcome);
      else planned.push(outcome);
    }
    if (options.dryRun === true || result.conflicts.length > 0) {
      if (options.dryRun === true) {
        result.applied = planned;
        if (namespaceExists) result.pruned = await prune(client, finder, placed.namespace, bundle, targets, options);
      }
      return result;
    }
    for (const target of writable) {
      const outcome = await applyOne(client, target, false, options.signal);
      if (Array.isArray(outcome)) {
        // Someone was faster between dry run and apply. What is written stays; applying again goes on.
        result.conflicts.push(...outcome);
        continue;
      }
      result.applied.push(outcome);
      options.onProgress?.(outcome);
    }
    if (result.conflicts.length === 0) {
      result.pruned = await prune(client, finder, placed.namespace, bundle, targets, options);
    }
    return result;
  } catch (error) {
    throw explainFailure(error, `Applying ${bundle}`);
  }
}

interface Target {
  object: KubernetesObject;
  resource: Resource;
  namespace: string;
}

/** The objects where they will be: in `namespace`, else where the overlay puts them, else in the context's namespace. */
export function placedObjects(
  client: ClusterClient,
  objects: readonly KubernetesObject[],
  namespace: string | undefined,
): { namespace: string; objects: KubernetesObject[] } {
  const own = objects
    .map((object) => (object.metadata as { namespace?: string }).namespace)
    .find((name) => name !== undefined);
  const chosen = namespace ?? own ?? client.namespace;
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(chosen)) {
    throw new AppError('cli.usage', `"${chosen}" is no name of a namespace.`, {
      fix: 'Use lower-case letters, digits and -, at most 63.',
    });
  }
  const placed = objects.map((object) => structuredClone(object));
  for (const object of placed) setNamespace(object, chosen);
  return { namespace: chosen, objects: placed };
}

async function exists(client: ClusterClient, finder: ResourceFinder, namespace: string): Promise<boolean> {
  const resource = await finder.require('v1', 'Namespace');
  try {
    return (await getOne(client, resource, '', namespace)) !== undefined;
  } catch (error) {
    // Who may only use one namespace may often not look at it.
    if (error instanceof ApiFailure && error.statusCode === 403) return true;
    throw error;
  }
}

async function getOne(
  client: ClusterClient,
  resource: Resource,
  namespace: string,
  name: string,
): Promise<KubernetesObject | undefined> {
  try {
    return await client.json<KubernetesObject>({ path: resourcePath(resource, namespace, name) });
  } catch (error) {
    if (error instanceof ApiFailure && error.statusCode === 404) return undefined;
    throw error;
  }
}

/** The outcome, or the conflicts that kept it from happening. */
async function applyOne(
  client: ClusterClient,
  target: Target,
  dryRun: boolean,
  signal: AbortSignal | undefined,
): Promise<AppliedObject | FieldConflict[]> {
  const { object, resource, namespace } = target;
  const before = await getOne(client, resource, namespace, object.metadata.name);
  try {
    const after = await client.json<KubernetesObject>({
      method: 'PATCH',
      path: resourcePath(resource, namespace, object.metadata.name),
      query: {
        fieldManager,
        force: 'false',
        // Unknown fields are errors, never dropped.
        fieldValidation: 'Strict',
        ...(dryRun ? { dryRun: 'All' } : {}),
      },
      body: object,
      contentType: 'application/apply-patch+yaml',
      signal,
    });
    const changes = before === undefined ? [] : objectDiff(before, after);
    const action = before === undefined ? 'created' : changes.length === 0 ? 'unchanged' : 'changed';
    return { ...nameOf(target), action, changes };
  } catch (error) {
    const conflicts = error instanceof ApiFailure && error.statusCode === 409 ? conflictsOf(target, error) : [];
    if (conflicts.length > 0) return conflicts;
    // Who is no administrator of the cluster is asked for the rights of the Role, which is not there before it is applied.
    if (dryRun && object.kind === 'RoleBinding' && error instanceof ApiFailure && error.statusCode === 404) {
      return { ...nameOf(target), action: 'created', changes: [] };
    }
    throw explainFailure(error, `Applying ${object.kind}/${object.metadata.name}`);
  }
}

/**
 * Waits until what an earlier delete has marked is gone: an apply to it would be lost with it. A claim goes only after the
 * pods that use it. Throws `cluster.conflict`.
 */
async function leaveGoing(
  client: ClusterClient,
  targets: readonly Target[],
  namespace: string,
  { dryRun, signal }: ApplyOptions,
): Promise<void> {
  const endMs = Date.now() + (dryRun === true ? 0 : goingMs);
  for (const { object, resource } of targets) {
    for (;;) {
      const live = await getOne(client, resource, namespace, object.metadata.name);
      if ((live?.metadata as { deletionTimestamp?: string } | undefined)?.deletionTimestamp === undefined) break;
      if (Date.now() >= endMs) {
        throw new AppError('cluster.conflict', `${object.kind}/${object.metadata.name} is being deleted.`, {
          fix: 'Apply again when it is gone; a PersistentVolumeClaim goes once no pod uses it.',
        });
      }
      await sleep(1_000, undefined, signal === undefined ? {} : { signal });
    }
  }
}

function conflictsOf(target: Target, failure: ApiFailure): FieldConflict[] {
  return (failure.status.details?.causes ?? [])
    .filter((cause) => cause.reason === 'FieldManagerConflict')
    .map((cause) => ({
      ...nameOf(target),
      field: cause.field ?? '',
      manager: /conflict with "([^"]*)"/.exec(cause.message ?? '')?.[1] ?? cause.message ?? '',
    }));
}

function nameOf({ object, resource, namespace }: Target): ObjectName {
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, name: metadata.name, namespace: resource.namespaced ? namespace : null };
}

function rank(object: KubernetesObject): number {
  if (object.kind === 'Job' || object.kind === 'Workflow' || object.kind === 'RayJob') return order.length + 1;
  const place = order.indexOf(object.kind);
  return place === -1 ? order.length : place;
}

function prune(
  client: ClusterClient,
  finder: ResourceFinder,
  namespace: string,
  bundle: string,
  targets: readonly Target[],
  options: ApplyOptions,
): Promise<ObjectName[]> {
  const keep = new Set(targets.map(({ object }) => `${object.kind}/${object.metadata.name}`));
  return pruneBundle(client, finder, {
    namespace,
    bundle,
    // Results outlive a change of the bundle.
    doomed: ({ kind, name }) => kind !== 'PersistentVolumeClaim' && !keep.has(`${kind}/${name}`),
    dryRun: options.dryRun === true,
    signal: options.signal,
  });
}
