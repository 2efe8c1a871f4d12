import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
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
  const sorted = all.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return {
    files: [...sorted, lockFile(version, sorted)],
    objects: objects.map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, name: metadata.name })),
    omitted,
  };
}

/** What was written, by digest: tells whether a bundle was changed since, and two exports apart. */
function lockFile(version: string, files: readonly BundleFile[]): BundleFile {
  const digests = files.map(({ path, text, bytes }): [string, string] => [
    path,
    bytesToHex(sha256(bytes ?? new TextEncoder().encode(text))),
  ]);
  const lock = {
    format: 'slipway/bundle-lock',
    formatVersion: 1,
    slipway: version,
    sha256: Object.fromEntries(digests),
  };
  return { path: 'slipway-lock.json', text: `${JSON.stringify(lock, null, 2)}\n` };
}
