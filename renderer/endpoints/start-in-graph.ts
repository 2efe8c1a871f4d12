import { activeGraph, showGraph, useGraphs } from '../state/graph-store.ts';
import { startEndpoint } from '../state/run-commands.ts';
import { showToast } from '../ui/toast.tsx';
import { t } from './text.ts';

/** Starts the endpoint of a node, from the graph it belongs to; that graph has to be open. */
export function startInGraph(graphId: string, nodeId: string): void {
  const graph = Object.values(useGraphs.getState().graphs).find((open) => open.document.id === graphId);
  if (!graph) {
    showToast({ text: t.openTheGraphToStart(graphId), tone: 'failed' });
    return;
  }
  if (activeGraph()?.tabId !== graph.tabId) showGraph(graph.tabId);
  void startEndpoint(nodeId);
}
