import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attribute, createGraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';
import type { ElementType } from '../../../main/compute/onnx/proto.ts';

/** Datatypes of the protocol, with the form each has in JSON; null: binary only. */
export const datatypes = {
  BOOL: [true, false],
  UINT8: [0, 255],
  UINT16: [0, 65_535],
  UINT32: [0, 4_294_967_295],
  UINT64: [0, 9_007_199_254_740_991],
  INT8: [-128, 127],
  INT16: [-32_768, 32_767],
  INT32: [-2_147_483_648, 2_147_483_647],
  INT64: [-9_007_199_254_740_991, 7],
  FP16: null,
  BF16: null,
  FP32: [1.5, -0.25],
  FP64: [0.1, -1e300],
  BYTES: ['Zürich', ''],
} as const satisfies Partial<Record<ElementType, readonly unknown[] | null>>;
export type KitDatatype = keyof typeof datatypes;
export const datatypeNames = Object.keys(datatypes) as KitDatatype[];

/** Gives `x` [N, M] back as `y`. */
export function identityName(datatype: KitDatatype): string {
  return `oip_identity_${datatype.toLowerCase()}`;
}

/** `x` FP32 [N, 4] → `probabilities` FP32 [N, 4] and `best` INT64 [N, 1]. */
export const softmaxModel = 'oip_softmax';
/** `x` FP32 [N, 1] → `y` = `x`, after some tenths of a second; one row a time, at most 2 waiting. */
export const slowModel = 'oip_slow';
/** `x` INT64 [N, 1] → `y` = 10 `x`; fails while running unless 0 ≤ x < 10. */
export const failingModel = 'oip_failing';
/** `x` FP32 [N, M] → `y` = `x` and `sum` FP32 [N, 1], for any M. */
export const twoShapesModel = 'oip_two_shapes';

function identity(datatype: KitDatatype): Uint8Array {
  const graph = createGraphBuilder('identity');
  graph.output('y', graph.input('x', datatype, ['N', 'M']), datatype, ['N', 'M']);
  return graph.toBytes();
}

function softmax(): Uint8Array {
  const graph = createGraphBuilder('softmax');
  const x = graph.input('x', 'FP32', ['N', 4]);
  const axis = { axis: attribute.int(1) };
  graph.output('probabilities', graph.node('Softmax', [x], axis), 'FP32', ['N', 4]);
  graph.output('best', graph.node('ArgMax', [x], { ...axis, keepdims: attribute.int(1) }), 'INT64', ['N', 1]);
  return graph.toBytes();
}

/** Matrix products that depend on x, so that nothing can be computed ahead, and whose result adds nothing. */
function slow(): Uint8Array {
  const graph = createGraphBuilder('slow');
  const x = graph.input('x', 'FP32', ['N', 1]);
  const scalar = { keepdims: attribute.int(0) };
  const zero = graph.node('ReduceSum', [graph.node('Mul', [x, graph.float(0)])], scalar);
  let matrix = graph.node('Add', [graph.node('Expand', [zero, graph.int64([640, 640])]), graph.float(1e-3)]);
  for (let i = 0; i < 16; i++) matrix = graph.node('MatMul', [matrix, matrix]);
  const nothing = graph.node('Mul', [graph.node('ReduceMin', [matrix], scalar), graph.float(0)]);
  graph.output('y', graph.node('Add', [x, nothing]), 'FP32', ['N', 1]);
  return graph.toBytes();
}

function failing(): Uint8Array {
  const graph = createGraphBuilder('failing');
  const table = graph.initializer('INT64', [0, 10, 20, 30, 40, 50, 60, 70, 80, 90].map(BigInt), [10]);
  graph.output('y', graph.node('Gather', [table, graph.input('x', 'INT64', ['N', 1])]), 'INT64', ['N', 1]);
  return graph.toBytes();
}

function twoShapes(): Uint8Array {
  const graph = createGraphBuilder('two_shapes');
  const x = graph.input('x', 'FP32', ['N', 'M']);
  const sum = graph.node('ReduceSum', [x, graph.int64([1])], { keepdims: attribute.int(1) });
  graph.output('y', x, 'FP32', ['N', 'M']);
  graph.output('sum', sum, 'FP32', ['N', 1]);
  return graph.toBytes();
}

interface TensorConfig {
  name: string;
  type: string;
  dims: number[];
}

function config(name: string, maxBatch: number, inputs: TensorConfig[], outputs: TensorConfig[], more = ''): string {
  const tensors = (list: TensorConfig[]) =>
    list
      .map((tensor) => `  { name: "${tensor.name}" data_type: ${tensor.type} dims: [ ${tensor.dims.join(', ')} ] }`)
      .join(',\n');
  const head = `name: "${name}"\nplatform: "onnxruntime_onnx"\nmax_batch_size: ${maxBatch}\n`;
  return `${head}input [\n${tensors(inputs)}\n]\noutput [\n${tensors(outputs)}\n]\n${more}`;
}

function configType(datatype: KitDatatype): string {
  return datatype === 'BYTES' ? 'TYPE_STRING' : `TYPE_${datatype}`;
}

interface Fixture {
  name: string;
  onnx: Uint8Array;
  config: string;
}

function fixtures(): Fixture[] {
  const fp32 = (name: string, dims: number[]): TensorConfig => ({ name, type: 'TYPE_FP32', dims });
  const int64 = (name: string, dims: number[]): TensorConfig => ({ name, type: 'TYPE_INT64', dims });
  const batching = 'dynamic_batching { }\n';
  const shortQueue = 'dynamic_batching { default_queue_policy { max_queue_size: 2 } }\n';
  return [
    ...datatypeNames.map((datatype) => {
      const name = identityName(datatype);
      const tensor = (tensorName: string) => ({ name: tensorName, type: configType(datatype), dims: [-1, -1] });
      return { name, onnx: identity(datatype), config: config(name, 0, [tensor('x')], [tensor('y')]) };
    }),
    {
      name: softmaxModel,
      onnx: softmax(),
      config: config(softmaxModel, 16, [fp32('x', [4])], [fp32('probabilities', [4]), int64('best', [1])], batching),
    },
    {
      name: slowModel,
      onnx: slow(),
      config: config(slowModel, 1, [fp32('x', [1])], [fp32('y', [1])], shortQueue),
    },
    {
      name: failingModel,
      onnx: failing(),
      config: config(failingModel, 16, [int64('x', [1])], [int64('y', [1])], batching),
    },
    {
      name: twoShapesModel,
      onnx: twoShapes(),
      config: config(twoShapesModel, 16, [fp32('x', [-1])], [fp32('y', [-1]), fp32('sum', [1])], batching),
    },
  ];
}

/** Writes the kit's models in Triton's layout: `DIR/NAME/config.pbtxt`, `DIR/NAME/1/model.onnx`. Gives their names. */
export async function writeFixtureModels(dir: string): Promise<string[]> {
  const all = fixtures();
  for (const { name, onnx, config: text } of all) {
    await mkdir(join(dir, name, '1'), { recursive: true });
    await writeFile(join(dir, name, '1', 'model.onnx'), onnx);
    await writeFile(join(dir, name, 'config.pbtxt'), text);
  }
  return all.map(({ name }) => name);
}
