import { check, jsonOf } from './expect.ts';
import type { KitDatatype } from './fixture-models.ts';
import type { Exchange, Reply } from './http-exchange.ts';

const maxNesting = 16;

export interface JsonTensor {
  name: string;
  datatype: string;
  shape: number[];
  parameters?: Record<string, unknown>;
  data?: unknown;
}

/** Elements of a tensor that came as JSON, flat. */
export function flatData(tensor: JsonTensor | undefined): unknown[] {
  check(Array.isArray(tensor?.data), 'an output has no "data"');
  return tensor.data.flat(maxNesting);
}

/** An infer request with a JSON body. */
export function inferJson(model: string, body: unknown, headers: Record<string, string> = {}): Exchange {
  return {
    method: 'POST',
    path: `/v2/models/${model}/infer`,
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}

/** An infer request whose JSON part is followed by raw tensors. */
export function inferBinary(model: string, json: unknown, ...parts: Uint8Array[]): Exchange {
  const head = Buffer.from(JSON.stringify(json));
  return {
    method: 'POST',
    path: `/v2/models/${model}/infer`,
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(head.length),
    },
    body: Buffer.concat([head, ...parts]),
  };
}

/** The tensors of a reply with binary outputs; `raw` has the bytes of those that came as bytes. */
export function readBinary(reply: Reply): {
  json: Record<string, unknown>;
  outputs: JsonTensor[];
  raw: Map<string, Buffer>;
} {
  const header = reply.headers['inference-header-content-length'];
  const length = header === undefined ? reply.body.length : Number(header);
  check(reply.status === 200, `expected 200, got ${reply.status}: ${reply.body.toString('utf8').slice(0, 200)}`);
  check(length <= reply.body.length, `Inference-Header-Content-Length is ${length} of ${reply.body.length} bytes`);
  const json = jsonOf({ ...reply, body: reply.body.subarray(0, length) });
  const outputs = json['outputs'] as JsonTensor[];
  const raw = new Map<string, Buffer>();
  let offset = length;
  for (const { name, parameters } of outputs) {
    const size = parameters?.['binary_data_size'];
    if (typeof size !== 'number') continue;
    raw.set(name, reply.body.subarray(offset, offset + size));
    offset += size;
  }
  check(offset === reply.body.length, `the tensors end at byte ${offset} of ${reply.body.length}`);
  return { json, outputs, raw };
}

/** Two elements of each datatype as little-endian bytes, extremes and special values included. */
export const rawSamples: Readonly<Record<KitDatatype, Buffer>> = {
  BOOL: Buffer.from([1, 0]),
  UINT8: Buffer.from([0, 255]),
  UINT16: Buffer.from(Uint16Array.of(1, 65_535).buffer),
  UINT32: Buffer.from(Uint32Array.of(1, 4_294_967_295).buffer),
  UINT64: Buffer.from(BigUint64Array.of(2n ** 53n + 1n, 2n ** 64n - 1n).buffer),
  INT8: Buffer.from(Int8Array.of(-128, 127).buffer),
  INT16: Buffer.from(Int16Array.of(-32_768, 32_767).buffer),
  INT32: Buffer.from(Int32Array.of(-2_147_483_648, 2_147_483_647).buffer),
  INT64: Buffer.from(BigInt64Array.of(-(2n ** 63n), 2n ** 53n + 1n).buffer),
  FP16: Buffer.from(Uint16Array.of(0x3c00, 0xfbff).buffer),
  BF16: Buffer.from(Uint16Array.of(0x3f80, 0xff7f).buffer),
  FP32: Buffer.from(Float32Array.of(Math.fround(0.1), Number.NEGATIVE_INFINITY).buffer),
  FP64: Buffer.from(Float64Array.of(0.1, Number.POSITIVE_INFINITY).buffer),
  BYTES: Buffer.concat([Buffer.from([7, 0, 0, 0]), Buffer.from('Zürich'), Buffer.from([0, 0, 0, 0])]),
};
