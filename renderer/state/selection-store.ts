import { create } from 'zustand';

interface Selection {
  nodes: readonly string[];
  /** As `from→to`. */
  edges: readonly string[];
  /** A field of the selected node that the inspector should show, e.g. from the problems list. */
  field: string | undefined;
}

/** What is selected on the canvas; apart from the graph, so that selecting is no edit and wakes few components. */
export const useSelection = create<Selection>(() => ({ nodes: [], edges: [], field: undefined }));

function sameItems(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

export function select(nodes: readonly string[], edges: readonly string[] = []): void {
  const before = useSelection.getState();
  if (sameItems(before.nodes, nodes) && sameItems(before.edges, edges)) return;
  useSelection.setState({ nodes, edges, field: undefined });
}

export function selectField(node: string, field: string | undefined): void {
  useSelection.setState({ nodes: [node], edges: [], field });
}

/** The node the inspector and the dock show: the last one selected. */
export function useInspectedNode(): string | undefined {
  return useSelection((selection) => selection.nodes.at(-1));
}
