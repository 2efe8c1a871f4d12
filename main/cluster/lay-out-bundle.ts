import { AppError } from '../../shared/errors/app-error.ts';
import type { Bundle, BundleFile, KubernetesObject } from './bundle.ts';
import type { BundleComponent } from './bundle-part.ts';
import { lintObjects } from './lint-objects.ts';
import type { Names } from './names.ts';
import { componentFiles, kustomization, overlayFiles } from './overlays.ts';
import { validateObjects } from './validate-objects.ts';
import { toYaml } from './yaml-text.ts';

/** Objects that stand in one file of the base. */
export interface ObjectGroup {
  file: string;
  objects: KubernetesObject[];
}

export interface BundleParts {
  names: Names;
  version: string;
  groups: readonly ObjectGroup[];
  components: readonly BundleComponent[];
  /** Besides base and overlays: README, archives, build files. */
  files: readonly BundleFile[];
  omitted: Bundle['omitted'];
}

/**
 * A checked bundle: kustomize base with one file per group, overlays to copy, README. Throws `export.invalid-object`
 * when an object breaks its schema or refers to something that is not there.
 */
export function layOutBundle({ names, version, groups, components, files, omitted }: BundleParts): Bundle {
  const filled = groups.filter((group) => group.objects.length > 0);
  const objects = filled.flatMap((group) => group.objects);
  validateObjects([...objects, ...components.flatMap((component) => component.objects)]);
  const problems = lintObjects(objects);
  if (problems.length > 0) {
    throw new AppError('export.invalid-object', `The bundle is inconsistent: ${problems.join('; ')}.`);
  }
  const all: BundleFile[] = [
    ...files,
    ...filled.map((group) => ({ path: `base/${group.file}`, text: toYaml(group.objects) })),
    { path: 'base/kustomization.yaml', text: kustomization({ resources: filled.map((group) => group.file) }) },
    ...overlayFiles(names, version, objects),
    ...componentFiles(components),
  ];
  return {
    files: all.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    objects: objects.map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, name: metadata.name })),
    omitted,
  };
}
