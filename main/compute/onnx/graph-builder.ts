import {
  type AttributeProto,
  attributeTypeCodes,
  type DimensionProto,
  type ElementType,
  elementTypeCode,
  encodeModel,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './proto.ts';

/**
 * Versions every model is written for. IR 10 and ai.onnx 21 are what ONNX 1.16 fixed, read by every runtime since.
 * Trap: ai.onnx.ml 5 deprecates TreeEnsembleClassifier and TreeEnsembleRegressor, so 4 is the highest usable version
 * (it brings LabelEncoder with `keys_tensor`, needed for FP64 keys).
 */
const irVersion = 10;
const opsets = [
  { domain: '', version: 21 },
  { domain: 'ai.onnx.ml', version: 4 },
];

/** Domain of TreeEnsembleClassifier, LabelEncoder and the like. */
export const mlDomain = 'ai.onnx.ml';

/** Domain of the operators that ONNX Runtime adds, such as MurmurHash3; only graphs that use one import it. */
export const runtimeDomain = 'com.microsoft';

function opsetsOf(graph: GraphProto): { domain: string; version: number }[] {
  return usesDomain(graph, runtimeDomain) ? [...opsets, { domain: runtimeDomain, version: 1 }] : opsets;
}

function usesDomain(graph: GraphProto, domain: string): boolean {
  return graph.node.some(
    (node) =>
      node.domain === domain || (node.attribute ?? []).some(({ g }) => g !== undefined && usesDomain(g, domain)),
  );
}

/** A fixed extent, or the name of a variable one (`N`). */
export type Dimension = number | string;

type AttributeValue = Omit<AttributeProto, 'name'>;

const utf8 = new TextEncoder();

/** Typed attribute values: ONNX tells integers from floats, JavaScript does not. */
export const attribute = {
  int: (value: number): AttributeValue => ({ type: attributeTypeCodes.INT, i: value }),
  float: (value: number): AttributeValue => ({ type: attributeTypeCodes.FLOAT, f: value }),
  string: (value: string): AttributeValue => ({ type: attributeTypeCodes.STRING, s: utf8.encode(value) }),
  ints: (values: ArrayLike<number>): AttributeValue => ({ type: attributeTypeCodes.INTS, ints: values }),
  floats: (values: ArrayLike<number>): AttributeValue => ({ type: attributeTypeCodes.FLOATS, floats: values }),
  strings: (values: readonly string[]): AttributeValue => ({
    type: attributeTypeCodes.STRINGS,
    strings: values.map((value) => utf8.encode(value)),
  }),
  tensor: (value: TensorProto): AttributeValue => ({ type: attributeTypeCodes.TENSOR, t: value }),
  graph: (value: GraphProto): AttributeValue => ({ type: attributeTypeCodes.GRAPH, g: value }),
} as const;

/** Elements of a constant: numbers or bigints for numeric types, strings for `BYTES`, 0 and 1 for `BOOL`. */
export type TensorData = ArrayLike<number> | ArrayLike<bigint> | readonly string[];

/** A constant of the given shape, row-major. Numeric data are stored as little-endian `rawData`. */
export function tensorProto(type: ElementType, data: TensorData, dims: number[], name?: string): TensorProto {
  const expected = dims.reduce((product, dim) => product * dim, 1);
  if (data.length !== expected) throw new RangeError(`tensor of shape [${dims.join()}] with ${data.length} elements`);
  const head = { dims, dataType: elementTypeCode(type), ...(name === undefined ? {} : { name }) };
  if (type === 'BYTES') return { ...head, stringData: Array.from(data as readonly string[], (s) => utf8.encode(s)) };
  return { ...head, rawData: rawBytes(type, data as ArrayLike<number> | ArrayLike<bigint>) };
}

function rawBytes(type: ElementType, data: ArrayLike<number> | ArrayLike<bigint>): Uint8Array {
  // Typed arrays are little-endian on every platform ONNX Runtime ships for.
  const view = typedArray(type, data);
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function typedArray(type: ElementType, data: ArrayLike<number> | ArrayLike<bigint>) {
  switch (type) {
    case 'FP32':
      return Float32Array.from(data as ArrayLike<number>);
    case 'FP64':
      return Float64Array.from(data as ArrayLike<number>);
    case 'INT64':
      return BigInt64Array.from(Array.from(data as ArrayLike<number | bigint>, BigInt));
    case 'INT32':
      return Int32Array.from(data as ArrayLike<number>);
    case 'BOOL':
      return Uint8Array.from(data as ArrayLike<number>);
    case 'UINT8':
    case 'INT8':
    case 'UINT16':
    case 'INT16':
    case 'UINT32':
    case 'UINT64':
    case 'FP16':
    case 'BF16':
    case 'BYTES':
      throw new RangeError(`constants of type ${type} are not supported`);
  }
}

export interface GraphBuilder {
  /** Graph input; the name is used verbatim and returned. */
  input(name: string, type: ElementType, shape: readonly Dimension[]): string;
  /** Constant tensor; a scalar has shape []. */
  initializer(type: ElementType, data: TensorData, dims: number[]): string;
  /** One FP32 constant of shape []. */
  float(value: number): string;
  /** INT64 constant: a number gives shape [], a list shape [length] (axes, shapes, indices). */
  int64(value: number | bigint | readonly number[]): string;
  /** Node with one output; returns its value name. */
  node(
    op: string,
    inputs: readonly string[],
    attributes?: Record<string, AttributeValue>,
    options?: { domain?: string },
  ): string;
  /** Node with several outputs; returns their value names. */
  nodeOutputs(
    op: string,
    inputs: readonly string[],
    outputCount: number,
    attributes?: Record<string, AttributeValue>,
    options?: { domain?: string },
  ): string[];
  /** Graph output called `name`, carrying `value`. */
  output(name: string, value: string, type: ElementType, shape: readonly Dimension[]): void;
  /**
   * Body of a Scan, Loop or If. `build` declares the body's inputs and outputs on the builder it gets; it may use values
   * of the outer graph by name.
   */
  subgraph(name: string, build: (body: GraphBuilder) => void): GraphProto;
  /** The same graph with another prefix for the names it makes up. */
  scope(prefix: string): GraphBuilder;
  /** Takes over nodes and constants written elsewhere; their names must be free. */
  include(nodes: readonly NodeProto[], initializers: readonly TensorProto[]): void;
  toModel(): ModelProto;
  toBytes(): Uint8Array;
}

/** One namespace per model: ONNX forbids a body from reusing a name of its outer graph. */
interface Names {
  used: Set<string>;
  next: number;
}

export function createGraphBuilder(name: string): GraphBuilder {
  return buildInto({ name, node: [], initializer: [], input: [], output: [] }, { used: new Set(), next: 0 }, '');
}

function buildInto(graph: GraphProto, names: Names, prefix: string): GraphBuilder {
  function claim(name: string): string {
    if (names.used.has(name)) throw new RangeError(`ONNX value "${name}" is defined twice`);
    names.used.add(name);
    return name;
  }
  function fresh(stem: string): string {
    let name: string;
    do {
      name = `${prefix}${stem}_${names.next++}`;
    } while (names.used.has(name));
    return claim(name);
  }
  function initializer(type: ElementType, data: TensorData, dims: number[]): string {
    const constant = fresh('const');
    graph.initializer.push(tensorProto(type, data, dims, constant));
    return constant;
  }
  function addNode(
    op: string,
    inputs: readonly string[],
    outputs: string[],
    attributes: Record<string, AttributeValue>,
    domain: string | undefined,
  ): void {
    graph.node.push({
      input: [...inputs],
      output: outputs,
      opType: op,
      ...(domain === undefined ? {} : { domain }),
      attribute: Object.entries(attributes).map(([key, value]) => ({ name: key, ...value })),
    });
  }
  const builder: GraphBuilder = {
    input(inputName, type, shape) {
      graph.input.push(valueInfo(claim(inputName), type, shape));
      return inputName;
    },
    initializer,
    float: (value) => initializer('FP32', [value], []),
    int64: (value) =>
      typeof value === 'object'
        ? initializer('INT64', value, [value.length])
        : initializer('INT64', [BigInt(value)], []),
    node(op, inputs, attributes = {}, options = {}) {
      const value = fresh(op);
      addNode(op, inputs, [value], attributes, options.domain);
      return value;
    },
    nodeOutputs(op, inputs, outputCount, attributes = {}, options = {}) {
      const values = Array.from({ length: outputCount }, () => fresh(op));
      addNode(op, inputs, values, attributes, options.domain);
      return values;
    },
    output(outputName, value, type, shape) {
      graph.output.push(valueInfo(claim(outputName), type, shape));
      addNode('Identity', [value], [outputName], {}, undefined);
    },
    subgraph(bodyName, build) {
      const body: GraphProto = { name: bodyName, node: [], initializer: [], input: [], output: [] };
      build(buildInto(body, names, prefix));
      return body;
    },
    scope: (inner) => buildInto(graph, names, `${prefix}${inner}/`),
    include(nodes, initializers) {
      for (const tensor of initializers) claim(tensor.name ?? '');
      for (const node of nodes) for (const value of node.output) if (value !== '') claim(value);
      graph.initializer.push(...initializers);
      graph.node.push(...nodes);
    },
    toModel: () => ({ irVersion, producerName: 'slipway', opsetImport: opsetsOf(graph), graph }),
    toBytes: () => encodeModel(builder.toModel()),
  };
  return builder;
}

/** A value of a graph with its type; a name stands for a variable extent. */
export function valueInfo(name: string, type: ElementType, shape: readonly Dimension[]): ValueInfoProto {
  const dim = shape.map(
    (extent): DimensionProto => (typeof extent === 'number' ? { dimValue: extent } : { dimParam: extent }),
  );
  return { name, type: { tensorType: { elemType: elementTypeCode(type), shape: { dim } } } };
}
