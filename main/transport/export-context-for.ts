import { definitionOf } from '../../nodes/catalog.ts';
import { readGraphValue } from '../../shared/graph/read-graph.ts';
import { exportContextOf } from '../cluster/context-of-graph.ts';
import { embedModels } from '../cluster/embed-models.ts';
import type { ExportContext } from '../cluster/export-context.ts';
import { embedsModels, takesApart } from '../cluster/targets.ts';
import type { Services } from './services.ts';

/** What a bundle of a graph is made from; with the registered models where the target carries them. */
export async function contextFor({ engine }: Services, document: unknown, target: string): Promise<ExportContext> {
  const planned = exportContextOf(readGraphValue(document, definitionOf));
  if (!embedsModels(target)) return planned;
  const { registry, store } = engine;
  const models = { resolve: (uri: string) => registry.resolve(uri), open: (digest: string) => store.open(digest) };
  return embedModels(planned, models, { ensembles: takesApart(target) });
}
