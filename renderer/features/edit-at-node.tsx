import { showGraph, useGraphs } from '../state/graph-store.ts';
import { selectField } from '../state/selection-store.ts';
import { navigate, togglePanel } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { t } from './text.ts';

/** Leads to the step that says owner and description, where its graph is open. */
export function EditAtNode({ graphId, nodeId }: { graphId: string; nodeId: string }) {
  const tab = useGraphs(({ graphs, order }) =>
    order.find((id) => {
      const graph = graphs[id];
      // What shows the inside of a group shows no node of the graph itself.
      if (graph === undefined || graph.scope.length > 0) return false;
      return graph.root.id === graphId && Object.hasOwn(graph.root.nodes, nodeId);
    }),
  );
  if (tab === undefined) return null;
  return (
    <Button
      onClick={() => {
        showGraph(tab);
        navigate('graph');
        togglePanel('inspector', true);
        selectField(nodeId, 'owner');
      }}
    >
      {t.editAtNode}
    </Button>
  );
}
