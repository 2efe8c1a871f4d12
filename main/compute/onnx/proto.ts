import protobuf from 'protobufjs/light.js';
import { AppError } from '../../../shared/errors/app-error.ts';

/** Element types by their Open Inference Protocol names, with the numbers ONNX gives them. */
const elementTypeCodes = {
  FP32: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  BYTES: 8,
  BOOL: 9,
  FP16: 10,
  FP64: 11,
  UINT32: 12,
  UINT64: 13,
  BF16: 16,
} as const;

/** ONNX element type as the Open Inference Protocol names it; `BYTES` is an ONNX string. */
export type ElementType = keyof typeof elementTypeCodes;

const elementTypesByCode = new Map<number, ElementType>(
  Object.entries(elementTypeCodes).map(([name, code]) => [code, name as ElementType]),
);

export function elementTypeCode(type: ElementType): number {
  return elementTypeCodes[type];
}

/** undefined for types outside the Open Inference Protocol (complex, float8, int4). */
export function elementTypeOfCode(code: number): ElementType | undefined {
  return elementTypesByCode.get(code);
}

/** `AttributeProto.type`. */
export const attributeTypeCodes = {
  FLOAT: 1,
  INT: 2,
  STRING: 3,
  TENSOR: 4,
  GRAPH: 5,
  FLOATS: 6,
  INTS: 7,
  STRINGS: 8,
} as const;

/** 64-bit integers are JavaScript numbers: exact up to 2^53; larger constants belong in `rawData`. */
export interface TensorProto {
  dims: number[];
  dataType: number;
  name?: string;
  /** Little-endian elements, row-major; not for strings. */
  rawData?: Uint8Array;
  /** UTF-8 elements of a string tensor. */
  stringData?: Uint8Array[];
  floatData?: ArrayLike<number>;
  int32Data?: ArrayLike<number>;
  int64Data?: ArrayLike<number>;
  doubleData?: ArrayLike<number>;
}

export interface AttributeProto {
  name: string;
  type: number;
  f?: number;
  i?: number;
  s?: Uint8Array;
  t?: TensorProto;
  g?: GraphProto;
  floats?: ArrayLike<number>;
  ints?: ArrayLike<number>;
  strings?: Uint8Array[];
  tensors?: TensorProto[];
  graphs?: GraphProto[];
}

export interface NodeProto {
  input: string[];
  output: string[];
  name?: string;
  opType: string;
  domain?: string;
  attribute?: AttributeProto[];
}

export interface DimensionProto {
  /** Fixed extent; with neither field the extent is unknown. */
  dimValue?: number;
  dimParam?: string;
}

export interface TypeProto {
  /** Absent for sequences, maps and optionals. */
  tensorType?: { elemType: number; shape?: { dim: DimensionProto[] } };
}

export interface ValueInfoProto {
  name: string;
  type?: TypeProto;
}

export interface GraphProto {
  name: string;
  node: NodeProto[];
  initializer: TensorProto[];
  input: ValueInfoProto[];
  output: ValueInfoProto[];
}

export interface OperatorSetIdProto {
  domain: string;
  version: number;
}

export interface ModelProto {
  irVersion: number;
  producerName?: string;
  producerVersion?: string;
  opsetImport: OperatorSetIdProto[];
  graph: GraphProto;
  metadataProps?: { key: string; value: string }[];
}

const field = (id: number, type: string) => ({ id, type });
const repeated = (id: number, type: string) => ({ id, type, rule: 'repeated', options: { packed: false } });
const packed = (id: number, type: string) => ({ id, type, rule: 'repeated', options: { packed: true } });

/** Field numbers of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto); fields not listed are skipped. */
const modelType = protobuf.Root.fromJSON({
  nested: {
    onnx: {
      nested: {
        OperatorSetIdProto: { fields: { domain: field(1, 'string'), version: field(2, 'int64') } },
        StringStringEntryProto: { fields: { key: field(1, 'string'), value: field(2, 'string') } },
        TensorProto: {
          fields: {
            dims: packed(1, 'int64'),
            dataType: field(2, 'int32'),
            floatData: packed(4, 'float'),
            int32Data: packed(5, 'int32'),
            stringData: repeated(6, 'bytes'),
            int64Data: packed(7, 'int64'),
            name: field(8, 'string'),
            rawData: field(9, 'bytes'),
            doubleData: packed(10, 'double'),
          },
        },
        AttributeProto: {
          fields: {
            name: field(1, 'string'),
            f: field(2, 'float'),
            i: field(3, 'int64'),
            s: field(4, 'bytes'),
            t: field(5, 'TensorProto'),
            g: field(6, 'GraphProto'),
            floats: packed(7, 'float'),
            ints: packed(8, 'int64'),
            strings: repeated(9, 'bytes'),
            tensors: repeated(10, 'TensorProto'),
            graphs: repeated(11, 'GraphProto'),
            type: field(20, 'int32'),
          },
        },
        NodeProto: {
          fields: {
            input: repeated(1, 'string'),
            output: repeated(2, 'string'),
            name: field(3, 'string'),
            opType: field(4, 'string'),
            attribute: repeated(5, 'AttributeProto'),
            domain: field(7, 'string'),
          },
        },
        DimensionProto: { fields: { dimValue: field(1, 'int64'), dimParam: field(2, 'string') } },
        TensorShapeProto: { fields: { dim: repeated(1, 'DimensionProto') } },
        TensorTypeProto: { fields: { elemType: field(1, 'int32'), shape: field(2, 'TensorShapeProto') } },
        TypeProto: { fields: { tensorType: field(1, 'TensorTypeProto') } },
        ValueInfoProto: { fields: { name: field(1, 'string'), type: field(2, 'TypeProto') } },
        GraphProto: {
          fields: {
            node: repeated(1, 'NodeProto'),
            name: field(2, 'string'),
            initializer: repeated(5, 'TensorProto'),
            input: repeated(11, 'ValueInfoProto'),
            output: repeated(12, 'ValueInfoProto'),
          },
        },
        ModelProto: {
          fields: {
            irVersion: field(1, 'int64'),
            producerName: field(2, 'string'),
            producerVersion: field(3, 'string'),
            graph: field(7, 'GraphProto'),
            opsetImport: repeated(8, 'OperatorSetIdProto'),
            metadataProps: repeated(14, 'StringStringEntryProto'),
          },
        },
      },
    },
  },
}).lookupType('onnx.ModelProto');

const emptyGraph: GraphProto = { name: '', node: [], initializer: [], input: [], output: [] };

/** Bytes of an `.onnx` file; equal models give equal bytes. */
export function encodeModel(model: ModelProto): Uint8Array {
  // A plain object with exactly the declared fields is a valid message; `create` would copy every array.
  return modelType.encode(model as unknown as Record<string, unknown>).finish();
}

/**
 * Reads an `.onnx` file. Fields outside the subset (functions, sparse tensors, external data) are dropped: good for a
 * signature of any model, lossless for models written here. Throws `model.invalid` for bytes that are no ONNX model.
 */
export function decodeModel(bytes: Uint8Array): ModelProto {
  const model = parse(bytes);
  return {
    ...model,
    irVersion: model.irVersion ?? 0,
    opsetImport: (model.opsetImport ?? []).map((set) => ({ domain: set.domain ?? '', version: set.version })),
    graph: { ...emptyGraph, ...model.graph },
  };
}

function parse(bytes: Uint8Array): Partial<ModelProto> {
  let model: Partial<ModelProto>;
  try {
    model = modelType.toObject(modelType.decode(bytes), { longs: Number, arrays: true });
  } catch (cause) {
    throw new AppError('model.invalid', 'The file is no ONNX model, or is cut off.', {
      fix: 'Export the model again, or choose another file.',
      cause,
    });
  }
  if (model.graph === undefined) {
    throw new AppError('model.invalid', 'The file holds no ONNX graph.', { fix: 'Choose an .onnx file.' });
  }
  return model;
}
