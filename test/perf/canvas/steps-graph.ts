/** A graph file of one source and `count` small steps on it. */
export function stepsGraph(count: number): string {
  const nodes: Record<string, unknown> = {
    file: { kind: 'data.file', version: 1, params: { path: 'pkg:vega-datasets/data/penguins.json' } },
  };
  const edges: { from: string; to: string }[] = [];
  const places: Record<string, { x: number; y: number }> = { file: { x: 0, y: 0 } };
  for (let at = 0; at < count; at++) {
    nodes[`sql${at}`] = { kind: 'data.sql', version: 1, params: { query: `SELECT *, ${at} AS n FROM input` } };
    edges.push({ from: 'file.table', to: `sql${at}.input` });
    places[`sql${at}`] = { x: 216 + (at % 8) * 190, y: Math.floor(at / 8) * 140 };
  }
  return JSON.stringify({
    format: 'slipway/graph',
    formatVersion: 1,
    id: `steps-${Date.now()}`,
    name: 'Steps',
    nodes,
    edges,
    parameters: {},
    groups: {},
    layout: { nodes: places, frames: [] },
  });
}
