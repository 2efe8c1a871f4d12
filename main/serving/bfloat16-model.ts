import protobuf from 'protobufjs/light.js';
import { elementTypeCode } from '../compute/onnx/proto.ts';
import { widenedName } from './bfloat16.ts';

/**
 * onnxruntime-node 1.30 refuses models with BF16 inputs or outputs, though the runtime below computes them. Such a model
 * gets FP32 inputs and outputs with a Cast to and from BF16 behind them, which loses nothing: every BF16 is an FP32.
 */

const bf16 = elementTypeCode('BF16');
const fp32 = elementTypeCode('FP32');

export interface WidenedModel {
  bytes: Uint8Array;
  /** Original names of the inputs and outputs that were BF16. */
  inputs: ReadonlySet<string>;
  outputs: ReadonlySet<string>;
}

/** Field numbers of onnx.proto. */
const graphField = 7;
const nodeField = 1;
const inputField = 11;
const outputField = 12;

interface Field {
  number: number;
  /** The whole field with its tag. */
  raw: Uint8Array;
  /** Contents of a length-delimited field. */
  content: Uint8Array | undefined;
  /** Value of a varint field. */
  value: number;
}

/** The model with its BF16 inputs and outputs widened; everything else is kept byte by byte. */
export function widenBfloat16(model: Uint8Array): WidenedModel {
  const inputs = new Set<string>();
  const outputs = new Set<string>();
  const writer = protobuf.Writer.create();
  for (const field of fieldsOf(model)) {
    if (field.number === graphField && field.content !== undefined) {
      writer.uint32(tag(graphField)).bytes(widenGraph(field.content, inputs, outputs));
    } else {
      append(writer, field.raw);
    }
  }
  return { bytes: writer.finish(), inputs, outputs };
}

function widenGraph(graph: Uint8Array, inputs: Set<string>, outputs: Set<string>): Uint8Array {
  const fields = fieldsOf(graph);
  const writer = protobuf.Writer.create();
  const rest: Uint8Array[] = [];
  for (const { number, content, raw } of fields) {
    const isValue = (number === inputField || number === outputField) && content !== undefined;
    const info = isValue ? bfloat16Value(content) : undefined;
    if (info === undefined) {
      rest.push(raw);
      continue;
    }
    (number === inputField ? inputs : outputs).add(info.name);
    writer.uint32(tag(number)).bytes(info.widened);
  }
  // Nodes stay in an order in which every value is made before it is used.
  for (const name of inputs) writer.uint32(tag(nodeField)).bytes(castNode(widenedName(name), name, bf16));
  for (const raw of rest) append(writer, raw);
  for (const name of outputs) writer.uint32(tag(nodeField)).bytes(castNode(name, widenedName(name), fp32));
  return writer.finish();
}

/** Name of a BF16 ValueInfoProto and its FP32 replacement; undefined for another type. */
function bfloat16Value(info: Uint8Array): { name: string; widened: Uint8Array } | undefined {
  const fields = fieldsOf(info);
  const name = Buffer.from(fields.find((field) => field.number === 1)?.content ?? []).toString('utf8');
  const type = fields.find((field) => field.number === 2)?.content;
  const tensor = type === undefined ? undefined : fieldsOf(type).find((field) => field.number === 1)?.content;
  const tensorFields = tensor === undefined ? [] : fieldsOf(tensor);
  if (tensorFields.find((field) => field.number === 1)?.value !== bf16) return undefined;
  const newTensor = protobuf.Writer.create().uint32(8).int32(fp32);
  for (const field of tensorFields) if (field.number !== 1) append(newTensor, field.raw);
  const newType = protobuf.Writer.create().uint32(tag(1)).bytes(newTensor.finish()).finish();
  const widened = protobuf.Writer.create().uint32(tag(1)).string(widenedName(name)).uint32(tag(2)).bytes(newType);
  return { name, widened: widened.finish() };
}

function castNode(from: string, to: string, type: number): Uint8Array {
  const attributeTypeInt = 2;
  const to_ = protobuf.Writer.create().uint32(tag(1)).string('to').uint32(24).int64(type);
  // AttributeProto.type is field 20, a varint.
  to_.uint32(160).int32(attributeTypeInt);
  return protobuf.Writer.create()
    .uint32(tag(1))
    .string(from)
    .uint32(tag(2))
    .string(to)
    .uint32(tag(4))
    .string('Cast')
    .uint32(tag(5))
    .bytes(to_.finish())
    .finish();
}

function fieldsOf(bytes: Uint8Array): Field[] {
  const reader = protobuf.Reader.create(bytes);
  const fields: Field[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const key = reader.uint32();
    const number = key >>> 3;
    let content: Uint8Array | undefined;
    let value = Number.NaN;
    if ((key & 7) === 2) content = reader.bytes();
    else if ((key & 7) === 0) value = Number(reader.int64());
    else reader.skipType(key & 7);
    fields.push({ number, raw: bytes.subarray(start, reader.pos), content, value });
  }
  return fields;
}

/** Tag of a length-delimited field. */
function tag(field: number): number {
  return field * 8 + 2;
}

function append(writer: protobuf.Writer, raw: Uint8Array): void {
  writer.raw(raw);
}
