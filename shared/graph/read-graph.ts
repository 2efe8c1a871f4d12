import type { Diagnostic } from './diagnostic.ts';
import type { DefinitionOf } from './graph-index.ts';
import { migrateNodes } from './migrate.ts';
import { type ParsedGraph, parseGraphText, parseGraphValue } from './parse-graph.ts';
import { validateGraph } from './validate.ts';

/** Reads, migrates and validates the text of a graph file. Total. */
export function readGraphText(text: string, definitionOf: DefinitionOf): ParsedGraph {
  return complete(parseGraphText(text), definitionOf);
}

/** The same for a graph already parsed from JSON. */
export function readGraphValue(value: unknown, definitionOf: DefinitionOf): ParsedGraph {
  return complete(parseGraphValue(value), definitionOf);
}

function complete(parsed: ParsedGraph, definitionOf: DefinitionOf): ParsedGraph {
  if (parsed.document === undefined) return parsed;
  const migrated = migrateNodes(parsed.document, definitionOf);
  return {
    ...parsed,
    document: migrated.document,
    diagnostics: withoutRepeats([
      ...parsed.diagnostics,
      ...migrated.diagnostics,
      ...validateGraph(migrated.document, definitionOf),
    ]),
  };
}

/** Parsing and validation may name the same problem. */
function withoutRepeats(diagnostics: Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ path, code }) => {
    const text = `${code} ${path}`;
    const first = !seen.has(text);
    seen.add(text);
    return first;
  });
}
