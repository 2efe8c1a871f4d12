import type { OutputRef } from '../../shared/events/run-events.ts';
import { type FeatureView, featureViewSchema } from '../../shared/features/feature-view.ts';
import type { ArtifactStore } from '../store/artifact-store.ts';
import type { StoreDatabase } from '../store/database.ts';

/** The latest artifact of a feature view, and the step it came from. */
export interface CatalogView {
  view: FeatureView;
  digest: string;
  rowCount: number | undefined;
  graphId: string;
  nodeId: string;
  /** Unix ms of the run that made it, or used it again, last. */
  usedMs: number;
}

interface StepRow {
  graph_id: string;
  node_id: string;
  outputs: string;
  used_ms: number;
}

/** The views that steps have made and that are still in the store, by name; of one name, the one used last. */
export async function listViews(
  database: StoreDatabase,
  artifacts: Pick<ArtifactStore, 'get'>,
): Promise<CatalogView[]> {
  const steps = database
    .prepare<[], StepRow>(
      `SELECT graph_id, node_id, outputs, used_ms FROM step_history WHERE kind = 'feature.view' ORDER BY used_ms DESC`,
    )
    .all();
  const views = new Map<string, CatalogView>();
  for (const step of steps) {
    const outputs = JSON.parse(step.outputs) as Record<string, OutputRef>;
    const digest = outputs['view']?.digest;
    const manifest = digest === undefined ? undefined : await artifacts.get(digest);
    const view = featureViewSchema.safeParse(manifest?.meta['view']).data;
    if (manifest === undefined || view === undefined || views.has(view.name)) continue;
    views.set(view.name, {
      view,
      digest: manifest.digest,
      rowCount: manifest.rowCount,
      graphId: step.graph_id,
      nodeId: step.node_id,
      usedMs: step.used_ms,
    });
  }
  return [...views.values()].toSorted((a, b) => (a.view.name < b.view.name ? -1 : 1));
}
