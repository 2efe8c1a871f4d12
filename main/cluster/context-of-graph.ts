import { definitionOf } from '../../nodes/catalog.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { canonicalGraphText } from '../../shared/graph/canonical.ts';
import type { ParsedGraph } from '../../shared/graph/parse-graph.ts';
import { createPlan } from '../../shared/plan/create-plan.ts';
import { productVersion } from '../product/version.ts';
import type { ExportContext } from './export-context.ts';

/** Plans a graph, read with its diagnostics, for export. Throws `graph.invalid` (or the graph's own code) with the diagnostics: a bundle of half a graph helps nobody. */
export function exportContextOf(graph: ParsedGraph): ExportContext {
  const errors = graph.diagnostics.filter((entry) => entry.severity === 'error');
  if (graph.document === undefined || errors.length > 0) {
    const [first] = errors;
    const code = first?.code === 'graph.too-new' || first?.code === 'graph.too-large' ? first.code : 'graph.invalid';
    throw new AppError(code, `The graph has errors: ${first?.message ?? 'it cannot be read.'}`, {
      nodeId: first?.node,
      fix: first?.fix ?? 'Run slipway validate to see all of them.',
      details: { diagnostics: errors },
    });
  }
  const { plan } = createPlan(graph.document, definitionOf);
  return { plan, definitionOf, version: productVersion(), graphText: canonicalGraphText(graph.document) };
}
