import type { GraphProto, ModelProto, NodeProto } from './proto.ts';

/** A model without the nodes, constants and inputs that no output depends on. */
export function pruneModel(model: ModelProto): ModelProto {
  const { graph } = model;
  const makerOf = new Map(graph.node.flatMap((node) => node.output.map((output) => [output, node] as const)));
  const needed = new Set<string>();
  const kept = new Set<NodeProto>();
  const open = graph.output.map(({ name }) => name);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (needed.has(name)) continue;
    needed.add(name);
    const maker = makerOf.get(name);
    if (maker === undefined || kept.has(maker)) continue;
    kept.add(maker);
    open.push(...valuesRead(maker));
  }
  return {
    ...model,
    graph: {
      ...graph,
      node: graph.node.filter((node) => kept.has(node)),
      initializer: graph.initializer.filter(({ name }) => needed.has(name ?? '')),
      input: graph.input.filter(({ name }) => needed.has(name)),
    },
  };
}

/** Inputs of a node, and whatever its bodies read: a name of their own is in no outer graph. */
export function valuesRead({ input, attribute = [] }: NodeProto): string[] {
  return [...input, ...attribute.flatMap(({ g }) => (g === undefined ? [] : namesIn(g)))];
}

function namesIn(graph: GraphProto): string[] {
  return [...graph.node.flatMap(valuesRead), ...graph.output.map(({ name }) => name)];
}
