import type { Lineage } from '../../shared/graph/port-types.ts';

/** Lineage of rows made from several tables: rows made from held-out rows are held out, whatever they are joined with. */
export function commonLineage(lineages: readonly (Lineage | undefined)[]): Lineage | undefined {
  for (const lineage of ['test', 'validation', 'train', 'all'] as const) {
    if (lineages.includes(lineage)) return lineage;
  }
  return undefined;
}
