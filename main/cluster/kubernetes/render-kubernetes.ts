import type { Bundle } from '../bundle.ts';
import { bundleReadme } from '../bundle-readme.ts';
import type { ExportContext } from '../export-context.ts';
import { layOutBundle } from '../lay-out-bundle.ts';
import { namesOf } from '../names.ts';
import { planTextOf } from '../plan-config-map.ts';
import { endpointGroups } from '../serving-objects.ts';
import { sharedObjects } from '../shared-objects.ts';
import { refuseUnsupported } from '../unsupported.ts';
import { batchObjects } from './batch-objects.ts';

/** The bundle of plain Kubernetes objects: a Job for the batch part, a Deployment for each endpoint. */
export function renderKubernetes(context: ExportContext): Bundle {
  refuseUnsupported(context, 'kubernetes');
  const planText = planTextOf(context.plan);
  const names = namesOf(context.plan, planText);
  const readme = bundleReadme(context, names, {
    batch: `Job \`${names.run}\` runs the ${context.plan.steps.length} steps of the graph in order; a retried pod goes on where it stopped.`,
    follow: `kubectl -n ${names.graph} logs -f job/${names.run} --all-containers`,
    needs: [],
  });
  return layOutBundle(
    names,
    context.version,
    [
      { file: 'shared.yaml', objects: sharedObjects(names, context.version) },
      { file: 'run.yaml', objects: batchObjects(context, names, planText) },
      ...endpointGroups(context, names),
    ],
    readme,
  );
}
