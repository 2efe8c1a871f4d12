import { AppError } from '../../../shared/errors/app-error.ts';
import { type TensorHead } from '../infer-request.ts';
import { type Datatype, elementCount, formatShape, isBinaryOnly, type Tensor } from '../tensor.ts';
import { tensorFromJson } from '../tensor-codec.ts';
import { bigintOf, type GrpcMessage, longOf } from './grpc-service.ts';

/** The field of InferTensorContents that holds each datatype; FP16 and BF16 have none. */
const contentsFields: Readonly<Record<Exclude<Datatype, 'FP16' | 'BF16'>, string>> = {
  BOOL: 'bool_contents',
  INT8: 'int_contents',
  INT16: 'int_contents',
  INT32: 'int_contents',
  INT64: 'int64_contents',
  UINT8: 'uint_contents',
  UINT16: 'uint_contents',
  UINT32: 'uint_contents',
  UINT64: 'uint64_contents',
  FP32: 'fp32_contents',
  FP64: 'fp64_contents',
  BYTES: 'bytes_contents',
};

/** A tensor sent in typed fields. Errors: `request.invalid`. */
export function tensorFromContents({ name, datatype, shape }: TensorHead, contents: GrpcMessage): Tensor {
  if (isBinaryOnly(datatype)) {
    throw invalid(name, `is ${datatype}, which has no typed field; send it in raw_input_contents`);
  }
  const field = contentsFields[datatype];
  for (const [other, values] of Object.entries(contents)) {
    if (other !== field && (values as unknown[]).length > 0) {
      throw invalid(name, `is ${datatype} and goes in ${field}, not in ${other}`);
    }
  }
  const values = (contents[field] ?? []) as unknown[];
  const expected = elementCount(shape);
  if (values.length !== expected) {
    throw invalid(name, `shape ${formatShape(shape)} needs ${expected} elements, got ${values.length}`);
  }
  switch (datatype) {
    case 'FP32':
      return { name, datatype, shape, data: Float32Array.from(values as number[]) };
    case 'FP64':
      return { name, datatype, shape, data: Float64Array.from(values as number[]) };
    case 'INT64':
      return { name, datatype, shape, data: BigInt64Array.from(values, bigintOf) };
    case 'UINT64':
      return { name, datatype, shape, data: BigUint64Array.from(values, bigintOf) };
    case 'BYTES':
      return { name, datatype, shape, data: values.map((value) => (value as Buffer).toString('utf8')) };
    case 'BOOL':
    case 'UINT8':
    case 'UINT16':
    case 'UINT32':
    case 'INT8':
    case 'INT16':
    case 'INT32':
      // Checks the range: the fields are wider than these datatypes.
      return tensorFromJson(name, datatype, shape, values);
  }
}

/** The typed fields of an output that is not FP16 or BF16. */
export function contentsOfTensor({ datatype, data }: Tensor): GrpcMessage {
  const field = contentsFields[datatype as keyof typeof contentsFields];
  if (Array.isArray(data)) return { [field]: data.map((text) => Buffer.from(text)) };
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return { [field]: Array.from(data, longOf) };
  return { [field]: datatype === 'BOOL' ? Array.from(data, (value) => value !== 0) : data };
}

function invalid(name: string, message: string): AppError {
  return new AppError('request.invalid', `Input "${name}": ${message}.`);
}
