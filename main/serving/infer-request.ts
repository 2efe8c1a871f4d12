import { AppError } from '../../shared/errors/app-error.ts';
import { isRecord } from './is-record.ts';
import { parseJsonBody } from './json-body.ts';
import { readRequestId } from './request-id.ts';
import {
  type Datatype,
  elementCount,
  formatShape,
  isDatatype,
  numericTypes,
  type Tensor,
  type TensorSpec,
} from './tensor.ts';
import { tensorFromBytes, tensorFromJson } from './tensor-codec.ts';

export interface RequestedOutput {
  name: string;
  binary: boolean;
}

export interface InferRequest {
  id: string | undefined;
  /** In the order of the model's inputs. */
  inputs: Tensor[];
  /** Keys that features were looked up by and that the model does not take, for the request log. */
  keys?: Tensor[];
  outputs: RequestedOutput[];
  /** Longest wait in the queue, from the parameter `timeout`; undefined without it. */
  timeoutMs: number | undefined;
  /** From 1, the highest, from the parameter `priority`; undefined without it. */
  priority?: number | undefined;
  /** Parameters that could change what the model computes, as canonical text; empty without any. */
  parameterKey: string;
}

export interface ModelSpecs {
  name: string;
  inputs: readonly TensorSpec[];
  outputs: readonly TensorSpec[];
  /** Inputs that a request may leave out; default none. */
  optional?: ReadonlySet<string>;
}

/** Most extents of one tensor. */
const maxRank = 16;

/**
 * Reads an Open Inference Protocol v2 infer request against a model's inputs and outputs. `headerLength` is the value
 * of `Inference-Header-Content-Length`, undefined without that header; 0 means the body is the only input's bytes.
 * Errors: `request.invalid`, with a message that names the tensor, what was expected and what came.
 */
export function readInferRequest(body: Buffer, headerLength: string | undefined, model: ModelSpecs): InferRequest {
  const jsonLength = headerLength === undefined ? body.length : jsonPartLength(headerLength, body.length);
  if (jsonLength === 0 && headerLength !== undefined) return rawRequest(body, model);
  const request = parseJsonBody(body.subarray(0, jsonLength), (text) => text.includes('INT64"'));
  if (!isRecord(request)) throw invalid('The request body is not a JSON object.');
  const binary = new BinaryPart(body.subarray(jsonLength));
  const inputs = readInputs(request['inputs'], binary, model);
  binary.finish();
  const parameters = readParameters(request['parameters'], 'the request');
  return {
    id: readRequestId(request['id']),
    inputs,
    outputs: readOutputs(request['outputs'], parameters['binary_data_output'] === true, model),
    timeoutMs: timeoutMsOf(parameters),
    priority: priorityOf(parameters),
    parameterKey: parameterKey(parameters),
  };
}

function jsonPartLength(header: string, bodyLength: number): number {
  const length = /^\d{1,10}$/.test(header) ? Number(header) : Number.NaN;
  if (!(length <= bodyLength)) {
    throw invalid(
      `Inference-Header-Content-Length is "${header.slice(0, 40)}"; expected a whole number up to the body's ${bodyLength} bytes.`,
    );
  }
  return length;
}

function rawRequest(body: Buffer, model: ModelSpecs): InferRequest {
  const [spec] = model.inputs;
  if (spec === undefined || model.inputs.length !== 1) {
    throw invalid(`A raw request needs a model with exactly 1 input; "${model.name}" has ${model.inputs.length}.`);
  }
  return {
    id: undefined,
    inputs: [tensorFromBytes(spec.name, spec.datatype, rawShape(spec, body.length), body)],
    outputs: model.outputs.map((output) => ({ name: output.name, binary: true })),
    timeoutMs: undefined,
    parameterKey: '',
  };
}

/** Batch 1; at most one other extent may be variable and follows from the number of bytes. */
function rawShape(spec: TensorSpec, bytes: number): number[] {
  const [batch, ...rest] = spec.shape;
  const shape = batch === -1 ? [1, ...rest] : [...spec.shape];
  const variable = shape.filter((extent) => extent === -1).length;
  if (spec.datatype === 'BYTES') {
    if (variable === 0 && elementCount(shape) === 1) return shape;
    throw invalid(`Input "${spec.name}" is BYTES of shape ${formatShape(spec.shape)}; a raw request holds 1 element.`);
  }
  if (variable > 1) {
    throw invalid(`Input "${spec.name}" has ${variable} variable extents; a raw request allows 1.`);
  }
  if (variable === 0) return shape;
  const fixed = shape.reduce((product, extent) => (extent === -1 ? product : product * extent), 1);
  const extent = bytes / (fixed * numericTypes[spec.datatype].size);
  if (!Number.isInteger(extent) || extent === 0) {
    throw invalid(`Input "${spec.name}": ${bytes} bytes do not fill shape ${formatShape(shape)} of ${spec.datatype}.`);
  }
  return shape.map((value) => (value === -1 ? extent : value));
}

/** The bytes after the JSON part, taken in the order of the tensors. */
class BinaryPart {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  take(size: number, name: string): Buffer {
    if (this.#offset + size > this.#bytes.length) {
      const left = this.#bytes.length - this.#offset;
      throw invalid(`Input "${name}": binary_data_size is ${size}, but ${left} bytes are left in the body.`);
    }
    this.#offset += size;
    return this.#bytes.subarray(this.#offset - size, this.#offset);
  }

  finish(): void {
    const left = this.#bytes.length - this.#offset;
    if (left > 0) throw invalid(`${left} bytes after the JSON part belong to no input.`);
  }
}

function readInputs(value: unknown, binary: BinaryPart, model: ModelSpecs): Tensor[] {
  if (!Array.isArray(value)) throw invalid('"inputs" is missing; expected a list of tensors.');
  return inModelOrder(
    value.map((item: unknown) => readInput(item, binary, model)),
    model,
  );
}

/** Every input of the model exactly once, those that are optional at most once, in the model's order. Errors: `request.invalid`. */
export function inModelOrder(tensors: readonly Tensor[], model: ModelSpecs): Tensor[] {
  const byName = new Map<string, Tensor>();
  for (const tensor of tensors) {
    if (byName.has(tensor.name)) throw invalid(`Input "${tensor.name}" is given twice.`);
    byName.set(tensor.name, tensor);
  }
  const missing = model.inputs.filter(({ name }) => !byName.has(name) && model.optional?.has(name) !== true);
  if (missing.length > 0) {
    throw invalid(`Missing input ${missing.map((spec) => `"${spec.name}"`).join(', ')} of model "${model.name}".`);
  }
  return model.inputs.flatMap(({ name }) => byName.get(name) ?? []);
}

function readInput(item: unknown, binary: BinaryPart, model: ModelSpecs): Tensor {
  if (!isRecord(item)) throw invalid('An entry of "inputs" is not an object.');
  const { name, datatype, shape } = readTensorHead(item, model);
  const size = readParameters(item['parameters'], `input "${name}"`)['binary_data_size'];
  if (size === undefined) return tensorFromJson(name, datatype, shape, item['data']);
  if (item['data'] !== undefined) throw invalid(`Input "${name}" has both "data" and binary_data_size.`);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw invalid(`Input "${name}": binary_data_size is ${show(size)}; expected a number of bytes.`);
  }
  return tensorFromBytes(name, datatype, shape, binary.take(size, name));
}

export interface TensorHead {
  name: string;
  datatype: Datatype;
  shape: number[];
}

/** Name, datatype and shape of an input, checked against the model. Errors: `request.invalid`. */
export function readTensorHead(item: Record<string, unknown>, model: ModelSpecs): TensorHead {
  const { name } = item;
  if (typeof name !== 'string') throw invalid('An entry of "inputs" has no "name".');
  const spec = model.inputs.find((candidate) => candidate.name === name);
  if (spec === undefined) {
    const known = model.inputs.map((candidate) => `"${candidate.name}"`).join(', ');
    throw invalid(`Model "${model.name}" has no input "${name}"; its inputs are ${known}.`);
  }
  if (!isDatatype(item['datatype'])) {
    throw invalid(`Input "${name}": datatype is ${show(item['datatype'])}; expected "${spec.datatype}".`);
  }
  if (item['datatype'] !== spec.datatype) {
    throw invalid(`Input "${name}": expected datatype ${spec.datatype}, got ${item['datatype']}.`);
  }
  return { name, datatype: spec.datatype, shape: readShape(item['shape'], spec) };
}

function readShape(value: unknown, spec: TensorSpec): number[] {
  const expected = formatShape(spec.shape);
  if (!Array.isArray(value) || value.length > maxRank) {
    throw invalid(`Input "${spec.name}": shape is ${show(value)}; expected ${expected}.`);
  }
  const shape: number[] = [];
  for (const extent of value as unknown[]) {
    if (typeof extent !== 'number' || !Number.isSafeInteger(extent) || extent < 1) {
      throw invalid(`Input "${spec.name}": ${show(extent)} is no extent of a shape; expected whole numbers from 1.`);
    }
    shape.push(extent);
  }
  if (!Number.isSafeInteger(elementCount(shape))) {
    throw invalid(`Input "${spec.name}": shape ${formatShape(shape)} holds more elements than can be counted.`);
  }
  const fits =
    shape.length === spec.shape.length && spec.shape.every((extent, axis) => extent === -1 || extent === shape[axis]);
  if (!fits) throw invalid(`Input "${spec.name}": expected shape ${expected}, got ${formatShape(shape)}.`);
  return shape;
}

/** The outputs asked for; all where none is named. Errors: `request.invalid`. */
export function readOutputs(value: unknown, binaryByDefault: boolean, model: ModelSpecs): RequestedOutput[] {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) {
    return model.outputs.map((output) => ({ name: output.name, binary: binaryByDefault }));
  }
  if (!Array.isArray(value)) throw invalid(`"outputs" is ${show(value)}; expected a list.`);
  const outputs: RequestedOutput[] = [];
  for (const item of value as unknown[]) {
    if (!isRecord(item) || typeof item['name'] !== 'string') {
      throw invalid('An entry of "outputs" is not an object with a "name".');
    }
    const name = item['name'];
    if (!model.outputs.some((output) => output.name === name)) {
      const known = model.outputs.map((output) => `"${output.name}"`).join(', ');
      throw invalid(`Model "${model.name}" has no output "${name}"; its outputs are ${known}.`);
    }
    if (outputs.some((output) => output.name === name)) throw invalid(`Output "${name}" is asked for twice.`);
    const { binary_data: binary } = readParameters(item['parameters'], `output "${name}"`);
    outputs.push({ name, binary: typeof binary === 'boolean' ? binary : binaryByDefault });
  }
  return outputs;
}

/** Request parameters by name. */
export type Parameters = Record<string, string | number | boolean | bigint>;

const noParameters: Parameters = {};

function readParameters(value: unknown, owner: string): Parameters {
  if (value === undefined) return noParameters;
  if (!isRecord(value)) throw invalid(`"parameters" of ${owner} is ${show(value)}; expected an object.`);
  for (const [key, entry] of Object.entries(value)) {
    if (!['string', 'number', 'boolean', 'bigint'].includes(typeof entry)) {
      throw invalid(`Parameter "${key}" of ${owner} is ${show(entry)}; expected text, a number or true/false.`);
    }
  }
  return value as Parameters;
}

/** Only how and when results travel, not what is computed. */
const transportParameters = new Set(['binary_data_output', 'timeout', 'priority']);

/** The parameter `timeout`, in µs; 0 counts as none. Errors: `request.invalid`. */
export function timeoutMsOf({ timeout }: Parameters): number | undefined {
  if (timeout === undefined) return undefined;
  const micros = Number(timeout);
  if (Number.isSafeInteger(micros) && micros >= 0) return micros === 0 ? undefined : micros / 1000;
  throw invalid(`Parameter "timeout" is ${show(timeout)}; expected a whole number of microseconds.`);
}

/** The parameter `priority`; 0 counts as none. Errors: `request.invalid`. */
export function priorityOf({ priority }: Parameters): number | undefined {
  if (priority === undefined) return undefined;
  const level = Number(priority);
  if (Number.isSafeInteger(level) && level >= 0) return level === 0 ? undefined : level;
  throw invalid(`Parameter "priority" is ${show(priority)}; expected a whole number from 1, the highest.`);
}

/** Parameters as canonical text, so that requests with different ones never share a run. */
export function parameterKey(parameters: Parameters): string {
  if (parameters === noParameters) return '';
  const entries = Object.entries(parameters).filter(([key]) => !transportParameters.has(key));
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return entries
    .map(([key, value]) => `${JSON.stringify(key)}=${typeof value}:${JSON.stringify(String(value))}`)
    .join();
}

/** A value as it came, shortened. */
function show(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? typeof value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function invalid(message: string): AppError {
  return new AppError('request.invalid', message);
}
