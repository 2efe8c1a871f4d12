import type { InferenceSession } from 'onnxruntime-node';

/** Datatypes of the Open Inference Protocol, and Triton's BF16. */
export type Datatype =
  | 'BOOL'
  | 'UINT8'
  | 'UINT16'
  | 'UINT32'
  | 'UINT64'
  | 'INT8'
  | 'INT16'
  | 'INT32'
  | 'INT64'
  | 'FP16'
  | 'BF16'
  | 'FP32'
  | 'FP64'
  | 'BYTES';

/** Row-major elements. BOOL: 0 or 1; FP16, BF16: the 16 bits of each number; BYTES: text. */
export type TensorData =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | string[];

export interface Tensor {
  name: string;
  datatype: Datatype;
  shape: number[];
  data: TensorData;
}

/** A model's input or output; −1 is a variable extent. */
export interface TensorSpec {
  name: string;
  datatype: Datatype;
  shape: number[];
  /** Name of each variable extent, empty where it has none or is fixed. */
  dimNames: string[];
}

interface NumericType {
  /** Bytes per element. */
  size: number;
  allocate(length: number): Exclude<TensorData, string[]>;
  /** A view of bytes that are aligned to `size`. */
  view(buffer: ArrayBuffer, byteOffset: number, length: number): Exclude<TensorData, string[]>;
}

/** Every datatype except BYTES. */
export const numericTypes: Readonly<Record<Exclude<Datatype, 'BYTES'>, NumericType>> = {
  BOOL: { size: 1, allocate: (n) => new Uint8Array(n), view: (b, o, n) => new Uint8Array(b, o, n) },
  UINT8: { size: 1, allocate: (n) => new Uint8Array(n), view: (b, o, n) => new Uint8Array(b, o, n) },
  UINT16: { size: 2, allocate: (n) => new Uint16Array(n), view: (b, o, n) => new Uint16Array(b, o, n) },
  UINT32: { size: 4, allocate: (n) => new Uint32Array(n), view: (b, o, n) => new Uint32Array(b, o, n) },
  UINT64: { size: 8, allocate: (n) => new BigUint64Array(n), view: (b, o, n) => new BigUint64Array(b, o, n) },
  INT8: { size: 1, allocate: (n) => new Int8Array(n), view: (b, o, n) => new Int8Array(b, o, n) },
  INT16: { size: 2, allocate: (n) => new Int16Array(n), view: (b, o, n) => new Int16Array(b, o, n) },
  INT32: { size: 4, allocate: (n) => new Int32Array(n), view: (b, o, n) => new Int32Array(b, o, n) },
  INT64: { size: 8, allocate: (n) => new BigInt64Array(n), view: (b, o, n) => new BigInt64Array(b, o, n) },
  FP16: { size: 2, allocate: (n) => new Uint16Array(n), view: (b, o, n) => new Uint16Array(b, o, n) },
  BF16: { size: 2, allocate: (n) => new Uint16Array(n), view: (b, o, n) => new Uint16Array(b, o, n) },
  FP32: { size: 4, allocate: (n) => new Float32Array(n), view: (b, o, n) => new Float32Array(b, o, n) },
  FP64: { size: 8, allocate: (n) => new Float64Array(n), view: (b, o, n) => new Float64Array(b, o, n) },
};

/** Names of all datatypes. */
export const datatypes: readonly Datatype[] = [...(Object.keys(numericTypes) as Datatype[]), 'BYTES'];

export function isDatatype(value: unknown): value is Datatype {
  return typeof value === 'string' && (value === 'BYTES' || Object.hasOwn(numericTypes, value));
}

/** Datatypes without a JSON form: they travel as binary tensor data only. */
export function isBinaryOnly(datatype: Datatype): datatype is 'FP16' | 'BF16' {
  return datatype === 'FP16' || datatype === 'BF16';
}

/** ONNX Runtime's name of each datatype; onnxruntime-node has none for BF16. */
export const ortTypes = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
  BYTES: 'string',
} as const satisfies Record<Exclude<Datatype, 'BF16'>, string>;

const datatypesByOrt = new Map(
  Object.entries(ortTypes).map(([datatype, ort]) => [ort as string, datatype as Datatype]),
);

/** Asked for each input of each request. */
export function datatypeOfOrt(type: string): Datatype | undefined {
  return datatypesByOrt.get(type);
}

/** Inputs or outputs of a session; throws on one that is not a tensor of a known type. */
export function tensorSpecs(metadata: readonly InferenceSession.ValueMetadata[]): TensorSpec[] {
  return metadata.map((value) => {
    if (!value.isTensor) throw new TypeError(`"${value.name}" is not a tensor`);
    const datatype = datatypeOfOrt(value.type);
    if (datatype === undefined) throw new TypeError(`"${value.name}" has type ${value.type}, which cannot be served`);
    return {
      name: value.name,
      datatype,
      shape: value.shape.map((dim) => (typeof dim === 'number' ? dim : -1)),
      dimNames: value.shape.map((dim) => (typeof dim === 'number' ? '' : (dim ?? ''))),
    };
  });
}

/** Product of the extents; 1 for []. */
export function elementCount(shape: readonly number[]): number {
  let product = 1;
  for (const extent of shape) product *= extent;
  return product;
}

/** `[2,4]`, `[-1,4]`. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(',')}]`;
}
