import { attribute, createGraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';

/** A seeded uniform number in [−1, 1). */
function randomSource(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** A network of dense layers with ReLU between them, `x` FP32 [N, widths[0]] → `y` FP32 [N, last width]. */
export function denseNetwork(widths: readonly number[], seed = 7): Uint8Array {
  const random = randomSource(seed);
  const graph = createGraphBuilder('dense');
  const [first = 1] = widths;
  let value = graph.input('x', 'FP32', ['N', first]);
  for (let i = 1; i < widths.length; i++) {
    const rows = widths[i - 1] as number;
    const columns = widths[i] as number;
    const scale = 1 / Math.sqrt(rows);
    const weights = graph.initializer(
      'FP32',
      Float32Array.from({ length: rows * columns }, () => random() * scale),
      [rows, columns],
    );
    const bias = graph.initializer('FP32', new Float32Array(columns), [columns]);
    value = graph.node('Gemm', [value, weights, bias]);
    if (i < widths.length - 1) value = graph.node('Relu', [value]);
  }
  graph.output('y', value, 'FP32', ['N', widths.at(-1) ?? 1]);
  return graph.toBytes();
}

/** Widths of the network inside `columnsNetwork`. */
const hiddenWidths = [64, 64];

/** The same network over raw columns `x0` … FP64 [N, 1] each → `prediction` FP32 [N, 1]. */
export function columnsNetwork(columns: number, seed = 7): Uint8Array {
  const random = randomSource(seed);
  const graph = createGraphBuilder('columns');
  const float = attribute.int(1);
  const inputs = Array.from({ length: columns }, (_, i) => graph.input(`x${i}`, 'FP64', ['N', 1]));
  let value = graph.node('Cast', [graph.node('Concat', inputs, { axis: attribute.int(1) })], { to: float });
  const widths = [columns, ...hiddenWidths, 1];
  for (let i = 1; i < widths.length; i++) {
    const rows = widths[i - 1] as number;
    const width = widths[i] as number;
    const weights = Float32Array.from({ length: rows * width }, () => random() / Math.sqrt(rows));
    value = graph.node('MatMul', [value, graph.initializer('FP32', weights, [rows, width])]);
    if (i < widths.length - 1) value = graph.node('Relu', [value]);
  }
  graph.output('prediction', value, 'FP32', ['N', 1]);
  return graph.toBytes();
}

/** One square layer with ReLU applied again and again: much work on few weights, `x` FP32 [N, width] → `y` [N, width]. */
export function deepNetwork(width: number, layers: number, seed = 7): Uint8Array {
  const random = randomSource(seed);
  const graph = createGraphBuilder('deep');
  const scale = Math.sqrt(6 / width);
  const weights = graph.initializer(
    'FP32',
    Float32Array.from({ length: width * width }, () => random() * scale),
    [width, width],
  );
  let value = graph.input('x', 'FP32', ['N', width]);
  for (let i = 0; i < layers; i++) value = graph.node('Relu', [graph.node('MatMul', [value, weights])]);
  graph.output('y', value, 'FP32', ['N', width]);
  return graph.toBytes();
}

/** A row of `width` numbers as a client has them: five significant digits. */
export function sampleRow(width: number, seed = 11): number[] {
  const random = randomSource(seed);
  return Array.from({ length: width }, () => Number((random() * 3).toPrecision(5)));
}
