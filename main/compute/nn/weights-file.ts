import { AppError } from '../../../shared/errors/app-error.ts';

/** "SLWT" as little-endian bytes: magic, version, header length, header (JSON, UTF-8), then the arrays, little-endian. */
const MAGIC = 0x54574c53;
const VERSION = 1;
const PREFIX_BYTES = 12;

export interface Weights {
  /** What the arrays belong to: plain JSON. */
  header: Record<string, unknown>;
  arrays: Record<string, Float64Array>;
}

/** Equal weights give equal bytes (keys keep their order). Float32 values are exact in float64. */
export function encodeWeights({ header, arrays }: Weights): Uint8Array {
  const lengths = Object.entries(arrays).map(([name, values]) => [name, values.length]);
  const json = Buffer.from(JSON.stringify({ header, arrays: lengths }), 'utf8');
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const total = Object.values(arrays).reduce((sum, values) => sum + values.byteLength, 0);
  const bytes = Buffer.alloc(PREFIX_BYTES + headerBytes + total, ' ');
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt32LE(VERSION, 4);
  bytes.writeUInt32LE(headerBytes, 8);
  json.copy(bytes, PREFIX_BYTES);
  let at = PREFIX_BYTES + headerBytes;
  for (const values of Object.values(arrays)) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

/** Errors: `artifact.corrupt` for anything `encodeWeights` did not write. */
export function decodeWeights(bytes: Uint8Array): Weights {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < PREFIX_BYTES || view.readUInt32LE(0) !== MAGIC || view.readUInt32LE(4) !== VERSION) {
    throw corrupt('it does not start with the expected bytes');
  }
  const headerBytes = view.readUInt32LE(8);
  if (PREFIX_BYTES + headerBytes > view.length) throw corrupt('it ends inside its header');
  let parsed: { header: Record<string, unknown>; arrays: [string, number][] };
  try {
    parsed = JSON.parse(view.toString('utf8', PREFIX_BYTES, PREFIX_BYTES + headerBytes));
  } catch (cause) {
    throw corrupt('its header is not JSON', cause);
  }
  const arrays: Record<string, Float64Array> = {};
  let at = PREFIX_BYTES + headerBytes;
  for (const [name, length] of parsed.arrays) {
    if (at + length * 8 > view.length) throw corrupt(`it ends inside “${name}”`);
    // A copy: the offset need not be a multiple of 8.
    const values = new Float64Array(length);
    new Uint8Array(values.buffer).set(view.subarray(at, at + length * 8));
    arrays[name] = values;
    at += length * 8;
  }
  if (at !== view.length) throw corrupt('it has bytes behind its last array');
  return { header: parsed.header, arrays };
}

function corrupt(why: string, cause?: unknown): AppError {
  return new AppError('artifact.corrupt', `The native parameters of the model cannot be read: ${why}.`, {
    fix: 'Train the model again with --force.',
    cause,
  });
}
