import type { ArtifactManifest } from '../../shared/artifact/manifest.ts';
import type { ArtifactStore } from '../store/artifact-store.ts';

/** One result on the way from the data to a model. */
export interface LineageNode {
  digest: string;
  type: ArtifactManifest['type'];
  /** Kind of the step that made it. */
  kind: string;
  rows: number | undefined;
  /** Digests it was made from. */
  inputs: string[];
  /** It is no longer in the store; what is known of it is from its trace. */
  missing: boolean;
}

export interface Lineage {
  /** From the artifact itself down, nearest first. */
  nodes: LineageNode[];
  /** Tables that were read from outside. */
  sources: LineageNode[];
}

/** Everything an artifact was made from, by the manifests of the store and the traces of what was removed. */
export async function readLineage(store: ArtifactStore, digest: string): Promise<Lineage> {
  const nodes = new Map<string, LineageNode>();
  let layer = [digest];
  while (layer.length > 0) {
    const next: string[] = [];
    for (const one of layer) {
      if (nodes.has(one)) continue;
      const stored = await store.get(one);
      const manifest = stored ?? (await store.getTrace(one));
      const inputs = [...new Set(Object.values(manifest?.inputs ?? {}).flat())];
      nodes.set(one, {
        digest: one,
        type: manifest?.type ?? 'table',
        kind: manifest?.producer.kind ?? 'unknown',
        rows: manifest?.rowCount,
        inputs,
        missing: stored === undefined,
      });
      next.push(...inputs);
    }
    layer = next;
  }
  const all = [...nodes.values()];
  return { nodes: all, sources: all.filter(({ inputs, type }) => inputs.length === 0 && type === 'table') };
}
