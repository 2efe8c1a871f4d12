import type { KubernetesObject } from './bundle.ts';
import type { BundleComponent } from './bundle-part.ts';
import { shareLabel } from './ownership.ts';

/** JSON pointer to the labels that Kueue reads, by the kind that runs the batch part. */
const labelsAt: Readonly<Record<string, string>> = {
  Job: '/metadata/labels',
  RayJob: '/metadata/labels',
  // Kueue admits its pods one by one.
  WorkflowTemplate: '/spec/podMetadata/labels',
  // Templates of the Jobs with the shares of a step.
  CronJob: '/spec/jobTemplate/metadata/labels',
};

/** Puts the batch part into a queue of Kueue; nothing where the bundle has none. */
export function queueComponents(objects: readonly KubernetesObject[]): BundleComponent[] {
  const runs = objects.filter(
    ({ kind, metadata }) =>
      Object.hasOwn(labelsAt, kind) && (kind !== 'CronJob' || metadata.labels?.[shareLabel] !== undefined),
  );
  if (runs.length === 0) return [];
  return [
    {
      name: 'queue',
      about: 'the run waits in a queue of Kueue. Set the name of your LocalQueue (`default`) in it.',
      objects: [],
      patches: runs.map(({ kind, metadata }) => ({
        target: { kind, name: metadata.name },
        patch: JSON.stringify([{ op: 'add', path: `${labelsAt[kind]}/kueue.x-k8s.io~1queue-name`, value: 'default' }]),
      })),
    },
  ];
}
