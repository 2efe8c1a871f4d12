import type { BundleFile, KubernetesObject } from './bundle.ts';
import type { ExportContext } from './export-context.ts';
import type { ObjectGroup } from './lay-out-bundle.ts';
import type { Names } from './names.ts';

/** One part of a bundle (batch, serving, monitoring), as one target builds it. */
export interface BundlePart {
  /** Objects of the kustomize base. */
  groups: ObjectGroup[];
  /** Files beside the base. */
  files?: BundleFile[];
  /** Options that an overlay takes by naming them under `components`. */
  components?: BundleComponent[];
  readme: PartReadme;
}

/** A kustomize component: objects that come on top, and changes to those of the base. */
export interface BundleComponent {
  name: string;
  /** What it does and needs, for the README. */
  about: string;
  objects: KubernetesObject[];
  patches: Record<string, unknown>[];
  /** Files beside it that are for something else than the overlay; paths within its folder. */
  files?: BundleFile[];
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
