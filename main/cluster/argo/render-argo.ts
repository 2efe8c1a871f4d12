import type { Bundle } from '../bundle.ts';
import { bundleReadme } from '../bundle-readme.ts';
import type { ExportContext } from '../export-context.ts';
import { layOutBundle } from '../lay-out-bundle.ts';
import { namesOf } from '../names.ts';
import { planTextOf } from '../plan-config-map.ts';
import { endpointGroups } from '../serving-objects.ts';
import { sharedObjects } from '../shared-objects.ts';
import { refuseUnsupported } from '../unsupported.ts';
import { workflowObjects } from './workflow-objects.ts';

/** The batch part as an Argo Workflow (version 4), endpoints as plain Deployments. */
export function renderArgo(context: ExportContext): Bundle {
  refuseUnsupported(context, 'argo');
  const planText = planTextOf(context.plan);
  const names = namesOf(context.plan, planText);
  const readme = bundleReadme(context, names, {
    batch: `Workflow \`${names.run}\` runs the ${context.plan.steps.length} steps of the graph, independent ones side by side.`,
    follow: `argo -n ${names.graph} logs -f ${names.run}`,
    needs: [
      `Argo Workflows 4 must be installed. To run again: \`argo -n ${names.graph} submit --from workflowtemplate/${names.batchAccount}\`.`,
    ],
  });
  return layOutBundle(
    names,
    context.version,
    [
      { file: 'shared.yaml', objects: sharedObjects(names, context.version) },
      { file: 'workflow.yaml', objects: workflowObjects(context, names, planText) },
      ...endpointGroups(context, names),
    ],
    readme,
  );
}
