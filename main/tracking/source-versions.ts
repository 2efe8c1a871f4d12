import type { DatasetLineage } from '../../shared/rpc/dataset-schemas.ts';
import type { ArtifactStore } from '../store/artifact-store.ts';
import type { DatasetVersions } from '../store/dataset-versions.ts';
import { type LineageNode, readLineage } from './lineage.ts';

/** Everything an artifact was made from, down to the dataset versions it was read from. */
export async function readSourceVersions(
  store: ArtifactStore,
  datasets: DatasetVersions,
  digest: string,
): Promise<DatasetLineage> {
  const { nodes, sources } = await readLineage(store, digest);
  return {
    nodes: nodes.map((node) => ({ ...node, rows: node.rows ?? null })),
    sources: sources.map(({ digest: source, kind, rows }: LineageNode) => ({
      digest: source,
      kind,
      rows: rows ?? null,
      versions: datasets.byDigest(source),
    })),
  };
}
