/** A Kubernetes object as plain JSON; `apiVersion`, `kind` and `metadata.name` are always set. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  [field: string]: unknown;
}

export interface BundleFile {
  /** Relative to the bundle's folder, with `/`. */
  path: string;
  /** Of a binary file a line that describes it. */
  text: string;
  /** Content of a binary file, instead of `text`. */
  bytes?: Uint8Array;
}

/** What an export writes: the same plan gives the same bytes. */
export interface Bundle {
  files: BundleFile[];
  objects: { apiVersion: string; kind: string; name: string }[];
  /** Nodes that the bundle leaves out because its target only serves models, each with the reason. */
  omitted: { node: string; reason: string }[];
}
