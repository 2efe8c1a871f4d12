import { type GraphDocument, graphFormat, graphFormatVersion } from '../../shared/graph/document.ts';
import { slug } from './node-names.ts';

/** Results and endpoints are remembered by graph id, so two new graphs of one name must differ in it. */
function newGraphId(name: string): string {
  const random = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  return `${slug(name).slice(0, 56)}-${random.toString(36).padStart(4, '0').slice(-4)}`;
}

export function newDocument(name: string): GraphDocument {
  return {
    format: graphFormat,
    formatVersion: graphFormatVersion,
    id: newGraphId(name),
    name,
    nodes: {},
    edges: [],
    parameters: {},
    groups: {},
    layout: { nodes: {}, frames: [] },
  };
}
