import { isUtf8 } from 'node:buffer';
import { AppError } from '../../shared/errors/app-error.ts';
import {
  type Datatype,
  elementCount,
  formatShape,
  isBinaryOnly,
  numericTypes,
  type Tensor,
  type TensorData,
} from './tensor.ts';

/**
 * JSON has no NaN and no infinities: floats travel as the texts "NaN", "Infinity" and "-Infinity" in both directions
 * (the proto3 JSON mapping), and null is read as NaN.
 */
const nonFinite: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/** Nested or flat `data` of an input, row-major. Errors: `request.invalid`. */
export function tensorFromJson(name: string, datatype: Datatype, shape: number[], data: unknown): Tensor {
  if (data === undefined) throw invalid(name, 'has no "data"');
  if (isBinaryOnly(datatype)) {
    throw invalid(name, `is ${datatype}, which has no JSON form; send it as binary tensor data`);
  }
  if (!Array.isArray(data)) throw invalid(name, '"data" is not a list');
  const expected = elementCount(shape);
  const flat = data.length === expected ? flatNumbers(datatype, data) : undefined;
  if (flat !== undefined) return { name, datatype, shape, data: flat };
  const found = countElements(data);
  if (found !== expected) {
    throw invalid(name, `shape ${formatShape(shape)} needs ${expected} elements, got ${found}`);
  }
  if (datatype === 'BYTES') {
    const values: string[] = [];
    fillText(data, values, name);
    return { name, datatype, shape, data: values };
  }
  const values = numericTypes[datatype].allocate(expected);
  fillNumbers(data, values, 0, elementReader(datatype, name));
  return { name, datatype, shape, data: values };
}

/**
 * The common case at speed: a flat list of numbers that all fit a datatype of at most 32 bits, or FP64. Undefined for
 * anything else, which is then read, or refused, element by element.
 */
function flatNumbers(datatype: Datatype, data: readonly unknown[]): TensorData | undefined {
  switch (datatype) {
    case 'FP32':
      return flatFloats(data, new Float32Array(data.length));
    case 'FP64':
      return flatFloats(data, new Float64Array(data.length));
    case 'UINT8':
    case 'UINT16':
    case 'UINT32':
    case 'INT8':
    case 'INT16':
    case 'INT32':
      return flatIntegers(data, numericTypes[datatype].allocate(data.length) as Int32Array<ArrayBuffer>);
    case 'BOOL':
    case 'INT64':
    case 'UINT64':
    case 'FP16':
    case 'BF16':
    case 'BYTES':
      return undefined;
  }
}

function flatFloats<T extends Float32Array | Float64Array>(data: readonly unknown[], target: T): T | undefined {
  // 0 as long as every number is finite in the target.
  let residue = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (typeof value !== 'number') return undefined;
    target[i] = value;
    residue += (target[i] as number) * 0;
  }
  return residue === 0 ? target : undefined;
}

function flatIntegers<T extends Int32Array>(data: readonly unknown[], target: T): T | undefined {
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (typeof value !== 'number') return undefined;
    target[i] = value;
    if (target[i] !== value) return undefined;
  }
  return target;
}

function countElements(data: readonly unknown[]): number {
  let count = 0;
  for (const item of data) count += Array.isArray(item) ? countElements(item) : 1;
  return count;
}

function fillText(data: readonly unknown[], target: string[], name: string): void {
  for (const item of data) {
    if (Array.isArray(item)) fillText(item, target, name);
    else if (typeof item === 'string') target.push(item);
    else throw badElement(name, 'BYTES', item);
  }
}

function fillNumbers(
  data: readonly unknown[],
  target: Exclude<TensorData, string[]>,
  from: number,
  read: (value: unknown) => number | bigint,
): number {
  let at = from;
  for (const item of data) {
    if (Array.isArray(item)) at = fillNumbers(item, target, at, read);
    else target[at++] = read(item);
  }
  return at;
}

const integerRanges = {
  UINT8: [0, 255],
  UINT16: [0, 65_535],
  UINT32: [0, 4_294_967_295],
  INT8: [-128, 127],
  INT16: [-32_768, 32_767],
  INT32: [-2_147_483_648, 2_147_483_647],
} as const;

const bigRanges = {
  UINT64: [0n, 2n ** 64n - 1n],
  INT64: [-(2n ** 63n), 2n ** 63n - 1n],
} as const;

const maxFloat32 = 3.4028234663852886e38;

function elementReader(
  datatype: Exclude<Datatype, 'BYTES' | 'FP16' | 'BF16'>,
  name: string,
): (value: unknown) => number | bigint {
  switch (datatype) {
    case 'FP64':
      return (value) => (typeof value === 'number' ? finite(value, name, datatype) : special(value, name, datatype));
    case 'FP32':
      return (value) => {
        if (typeof value !== 'number') return special(value, name, datatype);
        // The largest double that rounds to a finite float32 lies half a step above maxFloat32.
        if (Number.isFinite(Math.fround(value))) return value;
        throw invalid(name, `${value} is beyond FP32, whose largest number is ${maxFloat32}`);
      };
    case 'BOOL':
      return (value) => {
        if (value === true || value === 1) return 1;
        if (value === false || value === 0) return 0;
        throw badElement(name, datatype, value);
      };
    case 'INT64':
    case 'UINT64': {
      const [low, high] = bigRanges[datatype];
      return (value) => {
        const exact = typeof value === 'bigint' ? value : Number.isSafeInteger(value) ? BigInt(value as number) : null;
        if (exact === null || exact < low || exact > high) throw badElement(name, datatype, value);
        return exact;
      };
    }
    case 'UINT8':
    case 'UINT16':
    case 'UINT32':
    case 'INT8':
    case 'INT16':
    case 'INT32': {
      const [low, high] = integerRanges[datatype];
      return (value) => {
        if (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high) return value;
        throw badElement(name, datatype, value);
      };
    }
  }
}

function finite(value: number, name: string, datatype: Datatype): number {
  if (Number.isFinite(value)) return value;
  throw invalid(name, `a number is beyond the range of ${datatype}`);
}

function special(value: unknown, name: string, datatype: Datatype): number {
  if (value === null) return Number.NaN;
  const number = typeof value === 'string' ? nonFinite[value] : typeof value === 'bigint' ? Number(value) : undefined;
  if (number === undefined) throw badElement(name, datatype, value);
  return number;
}

function badElement(name: string, datatype: Datatype, value: unknown): AppError {
  const text = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? typeof value);
  return invalid(name, `${text.slice(0, 60)} is not a value of ${datatype}`);
}

/**
 * Little-endian bytes of a tensor; each BYTES element is preceded by its length in 4 bytes. Errors: `request.invalid`.
 */
export function tensorFromBytes(name: string, datatype: Datatype, shape: number[], bytes: Buffer): Tensor {
  const count = elementCount(shape);
  if (datatype === 'BYTES') return { name, datatype, shape, data: readTexts(name, count, bytes) };
  const type = numericTypes[datatype];
  if (bytes.length !== count * type.size) {
    const expected = count * type.size;
    throw invalid(name, `${datatype} of shape ${formatShape(shape)} needs ${expected} bytes, got ${bytes.length}`);
  }
  // A copy: the slice may be unaligned, and it must not keep the whole body alive.
  const copy = new Uint8Array(bytes);
  if (datatype === 'BOOL') {
    for (const value of copy) if (value > 1) throw badElement(name, datatype, value);
  }
  return { name, datatype, shape, data: type.view(copy.buffer, 0, count) };
}

function readTexts(name: string, count: number, bytes: Buffer): string[] {
  const texts: string[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const end = offset + 4 <= bytes.length ? offset + 4 + bytes.readUInt32LE(offset) : Number.POSITIVE_INFINITY;
    if (end > bytes.length)
      throw invalid(name, `BYTES element ${texts.length} reaches beyond the ${bytes.length} bytes`);
    if (texts.length === count) throw invalid(name, `more than ${count} BYTES elements`);
    const text = bytes.subarray(offset + 4, end);
    if (!isUtf8(text)) throw invalid(name, `BYTES element ${texts.length} is not UTF-8 text`);
    texts.push(text.toString('utf8'));
    offset = end;
  }
  if (texts.length !== count) throw invalid(name, `expected ${count} BYTES elements, got ${texts.length}`);
  return texts;
}

/** The raw form that `tensorFromBytes` reads. */
export function tensorToBytes(data: TensorData): Buffer {
  if (!Array.isArray(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const sizes = data.map((text) => Buffer.byteLength(text));
  const bytes = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + 4 + size, 0));
  let offset = 0;
  data.forEach((text, i) => {
    offset = bytes.writeUInt32LE(sizes[i] as number, offset);
    offset += bytes.write(text, offset);
  });
  return bytes;
}

/** The elements as a flat JSON list. FP16 and BF16 have none: such outputs are sent in binary form. */
export function tensorDataToJson(datatype: Datatype, data: TensorData): string {
  if (Array.isArray(data)) return JSON.stringify(data);
  if (datatype === 'BOOL') return `[${Array.from(data as Uint8Array, (value) => value !== 0).join()}]`;
  const text = data.join();
  if ((datatype !== 'FP32' && datatype !== 'FP64') || !/[NI]/.test(text)) return `[${text}]`;
  return `[${text.replace(/NaN|-?Infinity/g, '"$&"')}]`;
}

function invalid(name: string, message: string): AppError {
  return new AppError('request.invalid', `Input "${name}": ${message}.`);
}
