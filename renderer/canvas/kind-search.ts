import { catalog } from '../../nodes/catalog.ts';
import type { PortType } from '../../shared/graph/port-types.ts';
import { type NodeDefinition, portsOf } from '../../shared/node/define-node.ts';
import { kindSummary } from '../translation/kind-text.ts';
import { kindTitle } from '../translation/kind-titles.ts';

export const definitions: readonly NodeDefinition[] = Object.values(catalog as Record<string, NodeDefinition>);

/** Rank of a kind for a search text; lower is better, undefined when it does not match. */
function rank(definition: NodeDefinition, words: readonly string[]): number | undefined {
  const title = kindTitle(definition).toLowerCase();
  const keywords = [definition.title, definition.kind, definition.stage, ...definition.keywords].map((word) =>
    word.toLowerCase(),
  );
  const summary = kindSummary(definition).toLowerCase();
  let total = 0;
  for (const word of words) {
    if (title.startsWith(word)) total += 0;
    else if (title.includes(word)) total += 1;
    else if (keywords.some((keyword) => keyword.includes(word))) total += 2;
    else if (summary.includes(word)) total += 3;
    else return undefined;
  }
  return total;
}

/** Kinds whose title, keywords or summary hold every word of `text`, best first; all of them for an empty text. */
export function searchKinds(text: string, among: readonly NodeDefinition[] = definitions): NodeDefinition[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...among];
  return among
    .map((definition) => ({ definition, rank: rank(definition, words) }))
    .filter((hit): hit is { definition: NodeDefinition; rank: number } => hit.rank !== undefined)
    .sort((a, b) => a.rank - b.rank)
    .map((hit) => hit.definition);
}

/** Input ports of a kind that take a type. */
export function inputsTaking(definition: NodeDefinition, type: PortType): string[] {
  return Object.entries(portsOf(definition, {}).inputs)
    .filter(([, port]) => port.types.includes(type))
    .map(([name]) => name);
}

/** Output ports of a kind that give one of the types. */
export function outputsGiving(definition: NodeDefinition, types: readonly PortType[]): string[] {
  return Object.entries(portsOf(definition, {}).outputs)
    .filter(([, port]) => types.includes(port.type))
    .map(([name]) => name);
}

/** Kinds that can be tied to a port: they take one of the types an output gives, or give one an input takes. */
export function kindsFitting(side: 'source' | 'target', types: readonly PortType[]): NodeDefinition[] {
  return definitions.filter((definition) =>
    side === 'source'
      ? types.some((type) => inputsTaking(definition, type).length > 0)
      : outputsGiving(definition, types).length > 0,
  );
}
