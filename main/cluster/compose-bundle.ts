import type { Bundle } from './bundle.ts';
import type { BundlePart, RenderPart } from './bundle-part.ts';
import { bundleReadme } from './bundle-readme.ts';
import { type ExportContext, loopServices } from './export-context.ts';
import { layOutBundle } from './lay-out-bundle.ts';
import { monitoringPart } from './monitoring/monitoring-part.ts';
import { namesOf } from './names.ts';
import { planTextOf } from './plan-config-map.ts';
import { onlineComponents } from './online-component.ts';
import { queueComponents } from './queue-component.ts';
import { stepsWithOutsideSources } from './outside-sources.ts';
import { sharedObjects } from './shared-objects.ts';
import { stepResources } from './step-resources.ts';
import { omittedNodes, refuseUnsupported } from './unsupported.ts';

export interface TargetParts {
  batch?: RenderPart;
  serving: RenderPart;
  /** Monitors beside the endpoints, and retraining; absent: graphs with them are refused. */
  loop?: RenderPart;
}

/** The bundle of a target from its parts. Throws `export.unsupported`, `export.no-model`, `export.invalid-object`. */
export function composeBundle(targetId: string, context: ExportContext, target: TargetParts): Bundle {
  const servesOnly = target.batch === undefined;
  refuseUnsupported(context, targetId, {
    servesOnly,
    loops: target.loop !== undefined,
    ray: targetId.split(',')[0] === 'ray',
  });
  const loop = loopServices(context.plan).length > 0 ? target.loop : undefined;
  const planText = planTextOf(context.plan);
  // A Job that has run keeps its requests: with others it has another name.
  const measured = context.plan.steps.map((step) =>
    context.measured?.has(step.id) ? stepResources(step, context) : null,
  );
  const names = namesOf(
    context.plan,
    context.measured === undefined ? planText : planText + JSON.stringify(measured),
    context.bundleId,
  );
  const render = [target.batch, target.serving, loop].filter((part) => part !== undefined);
  const parts: BundlePart[] = render.map((part) => part(context, names, planText));
  const objects = parts.flatMap((part) => part.groups).flatMap((group) => group.objects);
  if (!servesOnly) parts.push(monitoringPart(context, names, objects));
  parts.push({
    groups: [],
    components: [...queueComponents(objects), ...(servesOnly ? [] : onlineComponents(context, names, objects))],
    readme: { about: [] },
  });
  const hasStore = !servesOnly;
  const outside = servesOnly ? [] : stepsWithOutsideSources(context.plan);
  const reachOut = outside.length === 0 ? [] : ['run'];
  const omitted = servesOnly ? omittedNodes(context) : [];
  return layOutBundle({
    names,
    version: context.version,
    groups: [
      {
        file: 'shared.yaml',
        objects: sharedObjects(names, context.version, { store: hasStore, monitored: loop !== undefined, reachOut }),
      },
      ...unique(
        parts.flatMap((part) => part.groups),
        (group) => group.file,
      ),
    ],
    components: parts.flatMap((part) => part.components ?? []),
    files: [
      { path: 'README.md', text: bundleReadme(context, names, { targetId, parts, servesOnly, hasStore, omitted }) },
      ...unique(
        parts.flatMap((part) => part.files ?? []),
        (file) => file.path,
      ),
    ],
    omitted,
  });
}

/** Parts may share a file; it is the same in both. */
function unique<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [nameOf(item), item])).values()];
}
