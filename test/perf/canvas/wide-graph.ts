/** A pipeline from data to monitor, as kinds with the port that leads on. */
const pipeline = [
  { kind: 'data.file', into: '', out: 'table', params: { path: 'pkg:vega-datasets/data/penguins.json' } },
  { kind: 'data.split', into: 'input', out: 'train', params: {} },
  { kind: 'feature.impute', into: 'input', out: 'features', params: {} },
  { kind: 'feature.scale', into: 'input', out: 'features', params: {} },
  { kind: 'train.linear', into: 'features', out: 'model', params: { label: 'Species' } },
  { kind: 'train.evaluate', into: 'model', out: 'report', params: {} },
  { kind: 'train.register', into: 'report', out: 'model', params: {} },
  { kind: 'serve.endpoint', into: 'model', out: 'requests', params: {} },
  { kind: 'monitor.drift', into: 'requests', out: '', params: {} },
  { kind: 'data.split', into: '', out: 'train', params: {} },
] as const;

/** Distance between neighbouring cards, px. */
export const columnPx = 216;
export const rowPx = 176;

/** A graph file of `count` nodes: pipelines of ten, three side by side, each in its own row. */
export function wideGraph(count: number): string {
  const nodes: Record<string, unknown> = {};
  const edges: { from: string; to: string }[] = [];
  const places: Record<string, { x: number; y: number }> = {};
  for (let at = 0; at < count; at++) {
    const lane = Math.floor(at / pipeline.length);
    const step = at % pipeline.length;
    const kind = pipeline[step];
    if (!kind) continue;
    const id = `n${at}`;
    nodes[id] = { kind: kind.kind, version: 1, params: kind.params };
    places[id] = {
      x: ((lane % 3) * pipeline.length + step) * columnPx,
      y: Math.floor(lane / 3) * rowPx,
    };
    const before = pipeline[step - 1];
    if (before && before.out !== '' && kind.into !== '') {
      edges.push({ from: `n${at - 1}.${before.out}`, to: `${id}.${kind.into}` });
    }
    // The model and the held-out rows skip a step, so that there are about 1.3 edges to a node.
    if (kind.kind === 'train.evaluate') edges.push({ from: `n${at - 4}.test`, to: `${id}.table` });
    if (kind.kind === 'train.register') edges.push({ from: `n${at - 2}.model`, to: `${id}.model` });
    if (step === pipeline.length - 1) edges.push({ from: `n${at - 9}.table`, to: `${id}.input` });
  }
  const graph = {
    format: 'slipway/graph',
    formatVersion: 1,
    id: `wide-${count}`,
    name: `${count} nodes`,
    nodes,
    edges,
    parameters: {},
    groups: {},
    layout: { nodes: places, frames: [] },
  };
  return `${JSON.stringify(graph, null, 2)}\n`;
}
