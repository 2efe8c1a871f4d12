import type { z } from 'zod';
import type { modelLineageSchema } from '../../../shared/rpc/engine-contract.ts';
import type { ArtifactStore } from '../../store/artifact-store.ts';
import { readLineage } from '../../tracking/lineage.ts';

/** A model made from more artifacts than this shows the nearest ones. */
const mostArtifacts = 80;

/** The artifacts a model was made from, nearest first; what was freed is marked as missing. */
export async function modelLineage(store: ArtifactStore, digest: string): Promise<z.output<typeof modelLineageSchema>> {
  const { nodes } = await readLineage(store, digest);
  const shown = nodes.slice(0, mostArtifacts);
  const known = new Set(shown.map((node) => node.digest));
  return {
    nodes: shown.map(({ rows, inputs: _inputs, ...node }) => ({ ...node, rows: rows ?? null })),
    edges: shown.flatMap((node) =>
      node.inputs.filter((input) => known.has(input)).map((input) => ({ from: input, to: node.digest })),
    ),
  };
}
