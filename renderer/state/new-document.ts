import { type GraphDocument, graphFormat, graphFormatVersion } from '../../shared/graph/document.ts';
import { slug } from './node-names.ts';

export function newDocument(name: string): GraphDocument {
  return {
    format: graphFormat,
    formatVersion: graphFormatVersion,
    id: slug(name),
    name,
    nodes: {},
    edges: [],
    parameters: {},
    groups: {},
    layout: { nodes: {}, frames: [] },
  };
}
