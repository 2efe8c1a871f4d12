import { definitionOf } from '../../nodes/catalog.ts';
import type { GraphDocument, GraphNode } from '../../shared/graph/document.ts';
import { definitionOfNode } from '../../shared/graph/group-definition.ts';
import type { NodeDefinition } from '../../shared/node/define-node.ts';
import { activeGraph } from './graph-store.ts';

/** Definition of a node: its kind's, or one made from its group; undefined for a kind that is not installed. */
export function nodeDefinition(
  node: GraphNode,
  document: Pick<GraphDocument, 'groups' | 'parameters'> | undefined = activeGraph()?.document,
): NodeDefinition | undefined {
  return document === undefined ? definitionOf(node.kind) : definitionOfNode(document, node, definitionOf);
}
