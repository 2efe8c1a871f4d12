import { type EndpointView, findEndpoint, useEndpoints } from '../state/endpoint-store.ts';
import { useActiveGraph } from '../state/graph-store.ts';

/** The endpoint that a serve node of the active graph has started. */
export function useNodeEndpoint(nodeId: string): EndpointView | undefined {
  const graphId = useActiveGraph((graph) => graph.document.id);
  return useEndpoints((state) => (graphId === undefined ? undefined : findEndpoint(state.endpoints, graphId, nodeId)));
}
