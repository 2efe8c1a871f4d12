import { AppError } from '../../shared/errors/app-error.ts';
import type { KubernetesObject } from './bundle.ts';

/** Owner of the fields that server-side apply writes. */
export const fieldManager = 'slipway';
/** Set at apply on every object of a bundle; what carries label and annotation alike is ours to remove. */
export const bundleLabel = 'slipway.dev/bundle';
/** On pods that do a share of a step's trials or folds: the label of these shares. */
export const shareLabel = 'slipway.dev/shares';
export const bundleAnnotation = 'slipway.dev/bundle-id';

/** Id of the bundle the objects belong to: the name all parts of a graph share. Throws `bundle.invalid`. */
export function bundleIdOf(objects: readonly KubernetesObject[]): string {
  const ids = new Set<string>();
  for (const { metadata } of objects) {
    if (metadata.labels?.['app.kubernetes.io/managed-by'] !== 'slipway') continue;
    const id = metadata.labels['app.kubernetes.io/name'];
    if (id !== undefined) ids.add(id);
  }
  const [id] = ids;
  if (id === undefined || ids.size > 1) {
    const what = id === undefined ? 'no objects of a bundle' : `objects of several bundles (${[...ids].join(', ')})`;
    throw new AppError('bundle.invalid', `The folder holds ${what}.`, {
      fix: 'Name the folder of a bundle that slipway export wrote, or one of its overlays.',
    });
  }
  return id;
}

/** The object with the marks of its bundle. */
export function marked(object: KubernetesObject, bundleId: string): KubernetesObject {
  return {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...object.metadata.labels, [bundleLabel]: bundleId },
      annotations: { ...object.metadata.annotations, [bundleAnnotation]: bundleId },
    },
  };
}

interface LiveMetadata {
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: unknown[];
  managedFields?: { manager?: string; operation?: string }[];
}

/** Applied by us, for this bundle, and not made by something else from what we applied. */
export function isOurs(metadata: LiveMetadata, bundleId: string): boolean {
  return (
    metadata.labels?.[bundleLabel] === bundleId &&
    metadata.annotations?.[bundleAnnotation] === bundleId &&
    (metadata.ownerReferences ?? []).length === 0 &&
    (metadata.managedFields ?? []).some((entry) => entry.manager === fieldManager && entry.operation === 'Apply')
  );
}
