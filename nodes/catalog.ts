import type { NodeDefinition } from '../shared/node/define-node.ts';

/** Every node kind, by kind. Definitions only: safe for the renderer. */
export const catalog = {} as const satisfies Record<string, NodeDefinition>;

export type NodeKind = keyof typeof catalog;

export function definitionOf(kind: string): NodeDefinition | undefined {
  return Object.hasOwn(catalog, kind) ? (catalog as Record<string, NodeDefinition>)[kind] : undefined;
}
