import { definitionOf } from '../../nodes/catalog.ts';
import { parsePortRef } from '../../shared/graph/ids.ts';
import type { EndpointView } from '../state/endpoint-store.ts';
import { titleOf } from '../state/graph-commands.ts';
import type { OpenGraph } from '../state/graph-store.ts';

/** A monitor node of an open graph. */
export interface KnownMonitor {
  /** `GRAPH/NODE`, as in the address. */
  id: string;
  graphId: string;
  graphName: string;
  nodeId: string;
  kind: string;
  title: string;
  /** Endpoint node whose requests it watches. */
  endpointNodeId: string | undefined;
  endpoint: EndpointView | undefined;
}

/** Monitor nodes of the open graphs, with the endpoints they watch. */
export function knownMonitors(
  graphs: readonly Pick<OpenGraph, 'document'>[],
  endpoints: readonly EndpointView[],
): KnownMonitor[] {
  return graphs.flatMap(({ document }) =>
    Object.entries(document.nodes).flatMap(([nodeId, node]) => {
      if (definitionOf(node.kind)?.stage !== 'monitor') return [];
      const edge = document.edges.find((candidate) => parsePortRef(candidate.to)?.node === nodeId);
      const endpointNodeId = edge && parsePortRef(edge.from)?.node;
      const own = endpoints.filter((entry) => entry.graphId === document.id && entry.nodeId === endpointNodeId);
      return [
        {
          id: `${document.id}/${nodeId}`,
          graphId: document.id,
          graphName: document.name,
          nodeId,
          kind: node.kind,
          title: titleOf(node, nodeId),
          endpointNodeId,
          endpoint: own.find((entry) => entry.state === 'live') ?? own[0],
        },
      ];
    }),
  );
}
