/** A graph of one step `labels`, which reads `labels.csv` beside it. */
export const labelsGraph = {
  format: 'slipway/graph',
  formatVersion: 1,
  id: 'g',
  name: 'G',
  nodes: { labels: { kind: 'data.file', version: 1, params: { path: 'labels.csv' } } },
  edges: [],
  layout: { nodes: {} },
};
