import type { BundleFile } from './bundle.ts';
import type { ExportContext } from './export-context.ts';
import type { ObjectGroup } from './lay-out-bundle.ts';
import type { Names } from './names.ts';

/** One part of a bundle (batch, serving, monitoring), as one target builds it. */
export interface BundlePart {
  /** Objects of the kustomize base. */
  groups: ObjectGroup[];
  /** Files beside the base. */
  files?: BundleFile[];
  /** Overlays of this part alone, besides those every bundle has: patches on top of `overlays/example`. */
  overlays?: { name: string; patches: Record<string, unknown>[] }[];
  readme: PartReadme;
}

export interface PartReadme {
  /** What this part is, a sentence each. */
  about: readonly string[];
  /** What the cluster must have, a sentence each. */
  needs?: readonly string[];
  /** Commands that come before apply: images to build. */
  prepare?: readonly string[];
  /** Command that follows the run or looks at the endpoints. */
  follow?: string;
  /** Sections of Markdown at the end. */
  sections?: readonly string[];
}

export type RenderPart = (context: ExportContext, names: Names, planText: string) => BundlePart;
