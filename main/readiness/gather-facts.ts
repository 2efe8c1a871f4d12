import { definitionOf } from '../../nodes/catalog.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { expandGroups } from '../../shared/graph/expand-groups.ts';
import { readGraphValue } from '../../shared/graph/read-graph.ts';
import type { Engine } from '../engine/engine.ts';
import { ModelCatalog } from '../tracking/model-catalog.ts';
import type { FoundResult, ReadinessFacts } from './facts.ts';

const ofWholeModel = 0;

/** Looks at the graph and at what the store holds of it; runs nothing. Throws `graph.invalid`. */
export async function gatherFacts(
  engine: Engine,
  document: unknown,
  options: { baseDir: string; signal?: AbortSignal; unseen?: ReadonlySet<string> },
): Promise<ReadinessFacts> {
  const read = readGraphValue(document, definitionOf);
  if (read.document === undefined) {
    throw new AppError('graph.invalid', read.diagnostics[0]?.message ?? 'This is no graph.', {
      fix: read.diagnostics[0]?.fix,
      details: { diagnostics: read.diagnostics },
    });
  }
  const analysis = await engine.analyze(document, options);
  const results = new Map<string, FoundResult>();
  for (const step of analysis.steps) {
    if (!step.hit) continue;
    const run = step.fromRun === undefined ? undefined : engine.getRun(step.fromRun);
    for (const [port, { digest }] of Object.entries(step.outputs)) {
      const manifest = await engine.store.get(digest);
      if (!manifest) continue;
      results.set(`${step.id}.${port}`, {
        type: manifest.type,
        meta: manifest.meta,
        rowCount: manifest.rowCount,
        timeMs: run?.finishedMs ?? run?.startedMs,
      });
    }
  }
  const lineages = new Map<string, string>();
  for (const [node, ports] of Object.entries(analysis.inputs)) {
    for (const [port, shapes] of Object.entries(ports)) {
      const lineage = shapes[0]?.lineage;
      if (lineage !== undefined) lineages.set(`${node}.${port}`, lineage);
    }
  }
  const versions = engine.registry.list().filter((version) => version.graphId === read.document?.id);
  const catalog = new ModelCatalog(engine.database);
  const names = new Set(versions.map((version) => version.name));
  const [lastRun] = engine.listRuns({ graphId: read.document.id, limit: 1 });
  return {
    document: expandGroups(read.document, definitionOf).document,
    diagnostics: analysis.diagnostics,
    steps: new Map(analysis.steps.map((step) => [step.id, step])),
    results,
    lineages,
    versions,
    modelTags: new Map([...names].map((name) => [name, catalog.tags(name, ofWholeModel)])),
    lastRun: lastRun && { status: lastRun.status, timeMs: lastRun.finishedMs ?? lastRun.startedMs },
  };
}
