import type { NodeDefinition } from '../node/define-node.ts';
import type { Diagnostic } from './diagnostic.ts';
import { type GraphDocument, type GraphNode, graphFormatVersion } from './document.ts';
import { pointer } from './json-pointer.ts';

type Json = Record<string, unknown>;

/** Entry n turns a document of format version n + 1 into one of n + 2; pure JSON, never reads a catalog. */
const formatMigrations: readonly ((document: Json) => Json)[] = [];

/** Brings a document of an older format version to the current one; the input is left as it is. */
export function migrateFormat(document: Json, version: number): Json {
  if (version >= graphFormatVersion) return document;
  let current: Json = structuredClone(document);
  for (let from = version; from < graphFormatVersion; from++) {
    const migration = formatMigrations[from - 1];
    if (migration !== undefined) current = { ...migration(current), formatVersion: from + 1 };
  }
  return current;
}

/**
 * Brings the params of every node to the version of its definition. Nodes of unknown kinds and of newer versions stay
 * verbatim (validation reports them); the input is left as it is.
 */
export function migrateNodes(
  document: GraphDocument,
  definitionOf: (kind: string) => NodeDefinition | undefined,
): { document: GraphDocument; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  let changed = false;
  const migrated = (nodes: GraphDocument['nodes'], ...at: string[]) =>
    Object.fromEntries(
      Object.entries(nodes).map(([id, node]) => {
        const definition = definitionOf(node.kind);
        if (definition === undefined || node.version >= definition.version) return [id, node];
        const result = migrateNode(id, node, definition, pointer(...at, 'nodes', id, 'params'), diagnostics);
        changed ||= result !== node;
        return [id, result];
      }),
    );
  const nodes = migrated(document.nodes);
  const groups = Object.fromEntries(
    Object.entries(document.groups).map(([id, group]) => [
      id,
      { ...group, nodes: migrated(group.nodes, 'groups', id) },
    ]),
  );
  return { document: changed ? { ...document, nodes, groups } : document, diagnostics };
}

function migrateNode(
  id: string,
  node: GraphNode,
  definition: NodeDefinition,
  path: string,
  diagnostics: Diagnostic[],
): GraphNode {
  let params: Json = structuredClone(node.params);
  try {
    for (const migration of definition.migrations.slice(node.version - 1)) params = migration(params);
  } catch (error) {
    diagnostics.push({
      path,
      node: id,
      code: 'graph.migration',
      severity: 'error',
      message: `Node "${id}" (${node.kind} version ${node.version}) could not be brought to version ${definition.version}: ${error instanceof Error ? error.message : String(error)}.`,
      fix: `Enter its parameters again in a new ${definition.title} node.`,
    });
    return node;
  }
  return { ...node, version: definition.version, params };
}
